//! The sales pipeline: stages, sales and their quotes.
