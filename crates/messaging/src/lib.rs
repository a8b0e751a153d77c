//! E-mail in its wire format: reading, parsing and bulk import.

pub mod email;
