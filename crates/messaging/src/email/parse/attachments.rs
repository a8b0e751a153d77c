//! Files that came with a mail.

use super::{body, clean};
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

/// The longest file name that is kept, in characters.
const NAME: usize = 255;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file name, without folders.
    pub name: String,
    /// The media type: `image/png`.
    pub content_type: String,
    /// The Content-ID by which the HTML shows it (RFC 2392).
    pub content_id: Option<String>,
    /// Whether it belongs into the text rather than beside it.
    pub inline: bool,
    /// What it holds, byte for byte.
    pub bytes: Vec<u8>,
}

/// The attachments of a mail; what is `shown` in the body is none.
pub(super) fn of(message: &Message<'_>, raw: &[u8], shown: &[u32]) -> Vec<Attachment> {
    let ids = message.attachments.iter().filter(|id| !shown.contains(id));
    let parts = ids.filter_map(|id| message.part(*id));
    parts
        .enumerate()
        .map(|(index, part)| Attachment {
            name: name(part, index + 1),
            content_type: content_type(part),
            content_id: part.content_id().and_then(clean),
            inline: is_inline(part),
            bytes: bytes(part, raw),
        })
        .collect()
}

fn bytes(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
        PartType::Text(_) | PartType::Html(_) | PartType::Message(_) | PartType::Multipart(_) => {
            body::content(part, raw).into_owned()
        }
    }
}

fn is_inline(part: &MessagePart<'_>) -> bool {
    match part.content_disposition() {
        Some(disposition) => disposition.is_inline(),
        None => part.content_id().is_some() || matches!(part.body, PartType::InlineBinary(_)),
    }
}

/// `type/subtype` in lower case, or what stands for unknown bytes.
fn content_type(part: &MessagePart<'_>) -> String {
    let fallback = match part.body {
        PartType::Message(_) => "message/rfc822",
        PartType::Text(_) => "text/plain",
        _ => "application/octet-stream",
    };
    part.content_type()
        .and_then(|ct| Some(format!("{}/{}", ct.ctype(), ct.subtype()?).to_ascii_lowercase()))
        .filter(|name| name.bytes().all(|b| b.is_ascii_graphic()))
        .unwrap_or_else(|| fallback.to_owned())
}

/// The name it came with; an enclosed mail is called by its subject, and others by their place.
fn name(part: &MessagePart<'_>, number: usize) -> String {
    let given = part.attachment_name().and_then(file_name);
    given.unwrap_or_else(|| match &part.body {
        PartType::Message(mail) => {
            let subject = mail
                .subject()
                .and_then(|subject| file_name(&subject.replace(['/', '\\'], "-")));
            let subject = subject.unwrap_or_else(|| format!("message-{number}"));
            format!("{subject}.eml")
        }
        _ => format!("attachment-{number}{}", extension(&content_type(part))),
    })
}

/// The last component, without control characters and at most [`NAME`] characters; what is cut is the
/// middle, so that the extension stays.
fn file_name(given: &str) -> Option<String> {
    let last = given
        .rsplit(['/', '\\'])
        .find(|component| !component.trim().is_empty())?;
    let name: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = clean(&name).filter(|name| name.chars().any(|c| c != '.'))?;
    let length = name.chars().count();
    if length <= NAME {
        return Some(name);
    }
    let head = name.chars().take(NAME - 20);
    Some(head.chain(name.chars().skip(length - 20)).collect())
}

fn extension(content_type: &str) -> &'static str {
    match content_type {
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "text/csv" => ".csv",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        "application/pdf" => ".pdf",
        "application/pkcs7-signature" => ".p7s",
        "application/pgp-signature" => ".asc",
        _ => "",
    }
}
