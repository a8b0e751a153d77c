//! Charsets where the mail names none, or a wrong one.

use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};
use std::borrow::Cow;

/// The decoder of the charset called `name`, if it is known and worth believing: programs write `us-ascii`
/// over all kinds of text.
pub(super) fn decoder(name: &str) -> Option<DecoderFnc> {
    let believed = !name.eq_ignore_ascii_case("us-ascii") && !name.is_empty();
    believed.then(|| charset_decoder(name.as_bytes())).flatten()
}

/// UTF-8 if that fits, and otherwise Windows-1252, which is what programs mean that name no charset.
pub(super) fn guess(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(windows_1252(bytes)), Cow::Borrowed)
}

/// Windows-1252, which contains ISO-8859-1.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252").map_or_else(
        || String::from_utf8_lossy(bytes).into_owned(),
        |decode| decode(bytes),
    )
}
