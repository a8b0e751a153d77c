//! Checks on text from outside, alike for every resource.

use rapport_platform::{Error, Json, RawJson, Result};

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

/// As [`optional`], but what does not stay on one line is refused too: it may become a header of a mail, which ends with
/// the line (RFC 5322, section 2.2).
pub fn line(field: &'static str, text: Option<String>, max: usize) -> Result<Option<String>> {
    let text = optional(field, text, max)?;
    if text.as_ref().is_some_and(|text| text.contains(['\r', '\n'])) {
        return Err(Error::invalid(field, "must be one line"));
    }
    Ok(text)
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
    json(field, value)
}

/// Any JSON value without NUL characters.
pub fn json(field: &'static str, value: RawJson) -> Result<RawJson> {
    // The escape in the text is quick to look for and rare; only the value tells whether it is one.
    if value.get().contains("\\u0000") && has_nul(&value.tree()) {
        return Err(Error::invalid(field, "must not contain NUL characters"));
    }
    Ok(value)
}

fn has_nul(value: &Json) -> bool {
    match value {
        Json::Text(text) => text.contains('\0'),
        Json::List(items) => items.iter().any(has_nul),
        Json::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::object;
    use rapport_platform::RawJson;

    fn checked(text: &str) -> bool {
        let value: RawJson = serde_json::from_str(text).unwrap();
        object("custom_fields", Some(value)).is_ok()
    }

    #[test]
    fn an_object_must_not_hold_nul() {
        assert!(!checked(r#"{"notes": "a\u0000b"}"#));
        assert!(!checked(r#"{"a\u0000b": [1]}"#));
        assert!(!checked(r#"{"deep": [{"notes": "\u0000"}]}"#));
        assert!(!checked(r#"["no object"]"#));
    }

    #[test]
    fn an_escaped_backslash_before_u0000_is_no_nul() {
        assert!(checked(r#"{"path": "C:\\u0000"}"#));
    }
}
