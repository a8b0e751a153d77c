//! How large what people write may be.

use rapport_crm_core::address::Address;
use rapport_platform::{Error, Result};

/// The longest subject, in characters (RFC 5322, 2.1.1).
pub(crate) const SUBJECT: usize = 998;
/// The longest body, in bytes.
const BODY: usize = 1024 * 1024;
/// The most addresses in one header.
const ADDRESSES: usize = 500;

/// Refuses a body that is too long.
pub(crate) fn body(field: &'static str, body: &str) -> Result<()> {
    if body.len() > BODY {
        return Err(Error::invalid(field, format!("must have at most {BODY} bytes")));
    }
    Ok(())
}

/// Refuses too many addresses, and what is none.
pub(crate) fn addresses(field: &'static str, addresses: &[String]) -> Result<()> {
    if addresses.len() > ADDRESSES {
        let message = format!("must have at most {ADDRESSES} addresses");
        return Err(Error::invalid(field, message));
    }
    if addresses.iter().any(|address| Address::email(address).is_err()) {
        return Err(Error::invalid(field, "has what is not an e-mail address"));
    }
    Ok(())
}
