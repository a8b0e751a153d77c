//! Read models, kept with every write, and the reports made of them.
