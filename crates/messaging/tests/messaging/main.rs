//! E-mail import on a real database.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails there and then"
)]

mod import;
