//! Cells of CSV files, safe to open in a spreadsheet.
//!
//! Spreadsheets take what begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula. Exports put an
//! apostrophe in front of it, as OWASP advises ("CSV Injection"), and imports take it away again. So that nothing is
//! lost on the way, what begins with apostrophes before such a sign gets one more, too.

use std::borrow::Cow;

/// The cell that stands for `text` in a file.
pub fn guard(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// As [`guard`] for a telephone number; one of `+` and digits alone stays as it is.
pub fn guard_phone(text: &str) -> Cow<'_, str> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    guard(text)
}

/// The text for which a cell of a file stands.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::{guard, guard_phone, unguard};

    #[test]
    fn formulas_are_guarded_and_come_back() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-", "'-"),
            ("@here", "'@here"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'=1", "''=1"),
            ("'tis", "'tis"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guard(text), cell);
            assert_eq!(unguard(cell), text);
        }
    }

    #[test]
    fn a_plain_number_is_no_formula() {
        assert_eq!(guard_phone("+4930901820"), "+4930901820");
        assert_eq!(guard_phone("+49 30 901820"), "'+49 30 901820");
        assert_eq!(guard_phone("+"), "'+");
        assert_eq!(guard("+4930901820"), "'+4930901820");
    }
}
