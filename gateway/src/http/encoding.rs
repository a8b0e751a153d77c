//! Percent-encoding of paths and queries.

/// Whether every `%` in `text` is followed by two hexadecimal digits (RFC 3986, 2.1) and the bytes are UTF-8.
pub fn is_sound(text: &str) -> bool {
    let whole = text.split('%').skip(1).all(|part| {
        let digits = part.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    whole && percent_encoding::percent_decode_str(text).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    #[test]
    fn broken_encoding_is_seen() {
        assert!(is_sound("/a%20b/%C3%A9"));
        for broken in ["/%", "/%2", "/%zz", "/%ff", "/%+1", "/%2%20"] {
            assert!(!is_sound(broken), "{broken}");
        }
    }
}
