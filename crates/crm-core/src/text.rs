//! Checks on text from outside, alike for every resource.

use rapport_platform::{Error, RawJson, Result};

/// The longest name, in characters.
pub const NAME: usize = 255;
/// The longest free line such as an address or a role, in characters.
pub const LINE: usize = 1_000;

/// Trims; an empty text counts as none. Refuses what is longer than `max` characters or holds NUL,
/// which PostgreSQL cannot store.
pub fn optional(field: &'static str, text: Option<String>, max: usize) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains('\0') {
        return Err(Error::invalid(field, "must not contain NUL characters"));
    }
    if text.chars().count() > max {
        return Err(Error::invalid(
            field,
            format!("must have at most {max} characters"),
        ));
    }
    Ok(Some(text.to_owned()))
}

/// As [`optional`], but an empty text is refused too.
pub fn required(field: &'static str, text: String, max: usize) -> Result<String> {
    optional(field, Some(text), max)?.ok_or_else(|| Error::invalid(field, "must not be empty"))
}

/// Custom fields: a JSON object without NUL characters, which PostgreSQL cannot store.
pub fn object(field: &'static str, value: Option<RawJson>) -> Result<RawJson> {
    let value = value.unwrap_or_default();
    if !value.is_object() {
        return Err(Error::invalid(field, "must be an object"));
    }
    if value.get().contains("\\u0000") {
        return Err(Error::invalid(field, "must not contain NUL characters"));
    }
    Ok(value)
}
