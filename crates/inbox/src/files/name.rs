//! Names and media types from outside, made safe to show and to store.

/// The longest name, in characters and in bytes: what file systems take.
const MAX: usize = 255;
/// The media type of which nothing is known (RFC 2046, 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// The last part of a path, without control characters and what mirrors text (U+202E and its like), at
/// most 255 bytes with its extension kept; `file` when nothing is left.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !is_blank(part));
    let clean: String = last
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let clean = clean.trim();
    if is_blank(clean) {
        return "file".to_owned();
    }
    shorten(clean)
}

fn is_blank(part: &str) -> bool {
    part.chars()
        .all(|c| c == '.' || c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Cuts the middle out of a name that is too long.
fn shorten(name: &str) -> String {
    if name.len() <= MAX {
        return name.to_owned();
    }
    let extension = match name.rsplit_once('.') {
        Some((_, extension)) if extension.len() < 20 => format!(".{extension}"),
        _ => String::new(),
    };
    let mut short = String::new();
    for c in name.chars() {
        if short.len() + c.len_utf8() + extension.len() > MAX {
            break;
        }
        short.push(c);
    }
    short + &extension
}

/// A media type in lower case without parameters; `application/octet-stream` for what is none.
pub(super) fn media_type(text: &str) -> String {
    let essence = text.split(';').next().unwrap_or_default().trim().to_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c))
    };
    let sound = essence.len() <= MAX
        && essence
            .split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    if sound { essence } else { UNKNOWN.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_no_tricks() {
        for (name, clean) in [
            ("quote.pdf", "quote.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\scan 1.png", "scan 1.png"),
            ("a\0b\r\n.txt", "ab.txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            (" größe.txt ", "größe.txt"),
            (".htaccess", ".htaccess"),
            ("folder/", "folder"),
            ("..", "file"),
            ("", "file"),
            ("\u{200b}", "file"),
        ] {
            assert_eq!(file_name(name), clean, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let short = file_name(&format!("{}.tar.pdf", "ü".repeat(300)));
        assert!(short.len() <= 255 && short.ends_with("ü.pdf"), "{short}");
        assert_eq!(file_name(&"x".repeat(300)).len(), 255);
    }

    #[test]
    fn a_media_type_is_one_or_unknown() {
        assert_eq!(media_type("Image/PNG"), "image/png");
        assert_eq!(media_type("text/plain; charset=utf-8"), "text/plain");
        assert_eq!(media_type("application/vnd.ms-excel"), "application/vnd.ms-excel");
        for text in ["", "image", "image/", "a b/c", "x/y\r\nSet-Cookie: z"] {
            assert_eq!(media_type(text), UNKNOWN, "{text:?}");
        }
    }
}
