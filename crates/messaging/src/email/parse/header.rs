//! The header as it was stored: its fields, and repairs of what the parser would lose.

use super::charset;
use std::borrow::Cow;

/// The fields of a header, unfolded, in their order.
pub(super) struct Header<'a> {
    lines: Vec<&'a [u8]>,
    /// Where the body begins.
    pub body: usize,
}

impl<'a> Header<'a> {
    /// Splits the header of `mail` at its line ends; it ends with the first empty line.
    pub fn read(mail: &'a [u8]) -> Self {
        let mut body = 0;
        let mut lines = Vec::new();
        for line in mail.split_inclusive(|byte| *byte == b'\n') {
            body += line.len();
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
            if bare.is_empty() {
                break;
            }
            lines.push(bare);
        }
        Self { lines, body }
    }

    /// The values of all fields called `name` (lower case), unfolded; each with single spaces.
    pub fn values(&self, name: &str) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        let mut inside = false;
        for line in &self.lines {
            if let Some((field, value)) = field(line) {
                inside = field.eq_ignore_ascii_case(name.as_bytes());
                if inside {
                    values.push(spaced(value));
                }
            } else if inside && let Some(value) = values.last_mut() {
                let more = spaced(line);
                if !value.is_empty() && !more.is_empty() {
                    value.push(' ');
                }
                value.push_str(&more);
            }
        }
        values
    }

    /// As [`Header::values`], joined.
    pub fn text(&self, name: &str) -> String {
        self.values(name).join(" ")
    }

    /// Whether there is a field that mails have and other files do not.
    pub fn is_of_a_mail(&self) -> bool {
        const TELLING: [&str; 11] = [
            "from",
            "to",
            "cc",
            "bcc",
            "subject",
            "date",
            "message-id",
            "received",
            "sender",
            "reply-to",
            "return-path",
        ];
        TELLING.iter().any(|name| !self.values(name).is_empty())
    }
}

/// The name and value of the field that begins in `line`; `None` when the line continues the one before,
/// as lines without a colon do too: some programs fold without indenting.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if line.first().is_none_or(u8::is_ascii_whitespace) {
        return None;
    }
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    Some((name.trim_ascii_end(), value.get(1..)?))
}

fn spaced(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The mail without a byte order mark and blank lines before it.
pub(super) fn without_preamble(mail: &[u8]) -> &[u8] {
    mail.strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(mail)
        .trim_ascii_start()
}

/// The mail as the parser understands it best: continuation lines indented, and header bytes that are no
/// UTF-8 read in the charset of the mail, or else in Windows-1252.
pub(super) fn repaired<'a>(mail: &'a [u8], header: &Header<'a>) -> Cow<'a, [u8]> {
    let stray = |line: &&[u8]| !line.starts_with(b" ") && !line.starts_with(b"\t") && field(line).is_none();
    let sound = header
        .lines
        .iter()
        .all(|line| std::str::from_utf8(line).is_ok() && !stray(line));
    if sound {
        return Cow::Borrowed(mail);
    }
    let decode = charset::decoder(&charset_of(&header.text("content-type"))).unwrap_or(charset::windows_1252);
    let mut repaired = Vec::with_capacity(mail.len() + 64);
    for line in &header.lines {
        if stray(line) {
            repaired.push(b' ');
        }
        match std::str::from_utf8(line) {
            Ok(_) => repaired.extend_from_slice(line),
            Err(_) => repaired.extend_from_slice(decode(line).as_bytes()),
        }
        repaired.extend_from_slice(b"\r\n");
    }
    repaired.extend_from_slice(b"\r\n");
    repaired.extend_from_slice(mail.get(header.body..).unwrap_or_default());
    Cow::Owned(repaired)
}

/// The charset parameter of a Content-Type, or nothing.
fn charset_of(content_type: &str) -> String {
    let lower = content_type.to_ascii_lowercase();
    let value = lower.split_once("charset=").map_or("", |(_, value)| value);
    value
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_.:".contains(*c))
        .collect()
}
