//! E-mail in its wire format: parsing, threading and bulk import.
