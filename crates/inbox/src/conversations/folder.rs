//! The folders conversations lie in.

use rapport_platform::{Error, Result};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Where conversations lie that nobody has filed.
pub const DEFAULT_FOLDER: &str = "inbox";
/// The longest folder, in characters.
const MAX: usize = 100;

/// The slug of a folder: lower case, letters and digits of any script, hyphens for everything between
/// them. `Sales Follow-up` becomes `sales-follow-up`.
///
/// # Errors
/// [`Error::Invalid`] of `folder` when nothing is left of it, or more than 100 characters.
pub fn folder_slug(name: &str) -> Result<String> {
    let mut slug = String::new();
    for c in name.nfc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || (is_combining_mark(c) && !slug.is_empty()) {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        return Err(Error::invalid("folder", "must have a letter or a digit"));
    }
    if slug.chars().count() > MAX {
        return Err(Error::invalid(
            "folder",
            format!("must have at most {MAX} characters"),
        ));
    }
    Ok(slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_a_slug() {
        for (name, slug) in [
            ("Sales Follow-up", "sales-follow-up"),
            ("  inbox  ", "inbox"),
            ("A / B & C!", "a-b-c"),
            ("--x__y--", "x-y"),
            ("Größe 2", "größe-2"),
            ("Cafe\u{301} Ole\u{301}", "café-olé"),
            ("हिन्दी डाक", "हिन्दी-डाक"),
            ("受信箱（営業）", "受信箱-営業"),
            ("ΟΔΟΣ", "οδοσ"),
        ] {
            assert_eq!(folder_slug(name).unwrap(), slug, "{name}");
        }
    }

    #[test]
    fn a_slug_is_its_own_slug() {
        for name in ["sales-follow-up", "größe-2", "हिन्दी-डाक"] {
            assert_eq!(folder_slug(name).unwrap(), name);
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for name in ["", "  ", "--", "!?", "\0", "\u{301}", &"x".repeat(101)] {
            assert!(folder_slug(name).is_err(), "{name:?}");
        }
        assert_eq!(folder_slug(&"ü".repeat(100)).unwrap().chars().count(), 100);
    }
}
