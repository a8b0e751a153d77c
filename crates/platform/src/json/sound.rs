//! What JSON must keep to beyond its grammar, to be stored and told again as it was said.

/// How deep lists and objects may stand in one another.
const DEEPEST: usize = 32;
/// The longest number, in characters.
const LONGEST_NUMBER: usize = 1_000;

/// Checks correct JSON: numbers lie within the range of a double (1.8e308, and no nearer to 0 than 4.9e-324), texts and
/// keys are made of characters, and nothing is nested too deeply.
///
/// # Errors
/// What is wrong, to follow the name of a field.
pub(super) fn check(json: &str) -> Result<(), String> {
    let (mut depth, mut rest) = (0_usize, json);
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => text_length(rest)?,
            b'-' | b'0'..=b'9' => number_length(rest)?,
            b'[' | b'{' => {
                depth += 1;
                1
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        if depth > DEEPEST {
            return Err(format!("must not be nested more than {DEEPEST} levels deep"));
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

/// The length of the text that `json` begins with, its quotes included.
fn text_length(json: &str) -> Result<usize, String> {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    let length = end.map_or(json.len(), |inner| inner + 2);
    let text = json.get(..length).unwrap_or_default();
    // Half of a pair of surrogates is correct as to the grammar (RFC 8259, section 8.2), but no character.
    if text.contains("\\u") && serde_json::from_str::<String>(text).is_err() {
        return Err("must not hold halves of surrogate pairs".to_owned());
    }
    Ok(length)
}

/// The length of the number that `json` begins with.
fn number_length(json: &str) -> Result<usize, String> {
    let end = json.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
    let number = json.get(..end.unwrap_or(json.len())).unwrap_or_default();
    if number.len() > LONGEST_NUMBER {
        return Err(format!(
            "must not hold numbers of more than {LONGEST_NUMBER} characters"
        ));
    }
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let zero = !mantissa.contains(|c: char| matches!(c, '1'..='9'));
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() && (value != 0.0 || zero) => Ok(number.len()),
        _ => Err("must not hold numbers beyond the range of a double".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn numbers_keep_to_the_range_of_a_double() {
        for good in [
            "1e308",
            "-1.5",
            "5e-324",
            "0e999",
            "12345678901234567890123",
            r#"["1e400", 0.10]"#,
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["1e400", "[-1e309]", r#"{"a": {"b": 1e-400}}"#, "1e99999999999"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(&"1".repeat(1_000)).is_err());
        assert!(check(&format!("0.{}1", "0".repeat(998))).is_err());
    }

    #[test]
    fn texts_and_keys_are_made_of_characters() {
        for good in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#"{"\u00e4": "\"\u0041"}"#] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            r#"{"a": "\ud800"}"#,
            r#"{"\ud800": 1}"#,
            r#"["\udc00\ud800"]"#,
            r#""\ud83dx""#,
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_nested_too_deeply() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(&nested(32)), Ok(()));
        assert!(check(&nested(33)).is_err());
        // What stands side by side is not nested, nor what stands in a text.
        assert_eq!(check(&format!("[{}[]]", "[], ".repeat(100))), Ok(()));
        assert_eq!(check(&format!(r#"["\"{}", "\\"]"#, "[".repeat(100))), Ok(()));
    }
}
