//! A mail, understood: RFC 5322, MIME, and what real mailboxes hold instead of them.

mod addresses;
mod attachments;
mod body;
mod charset;
mod dates;
mod digest;
mod header;
mod ids;

pub use addresses::Mailbox;
pub use attachments::Attachment;

use crate::email::source::RawMail;
use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, MessageParser};

/// A mail with everything that is kept of it. Texts are Unicode without NUL characters.
#[derive(Debug, Clone)]
pub struct ParsedMail {
    /// Message-ID without its brackets, comments and spaces.
    pub message_id: Option<String>,
    /// In-Reply-To: the mails it answers.
    pub in_reply_to: Vec<String>,
    /// References: the mails of its thread, oldest first.
    pub references: Vec<String>,
    /// The subject as written, with prefixes.
    pub subject: Option<String>,
    /// From, or else Sender.
    pub from: Vec<Mailbox>,
    /// Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Bcc.
    pub bcc: Vec<Mailbox>,
    /// When it was sent: Date; when that is missing or cannot be, when the last server took it or the mbox
    /// says it was delivered.
    pub sent_at: Option<DateTime<Utc>>,
    /// The text; made from the HTML when there is none.
    pub text: Option<String>,
    /// The HTML as it came. Not safe to show before it is sanitised.
    pub html: Option<String>,
    /// Everything else: files, images in the HTML, enclosed mails.
    pub attachments: Vec<Attachment>,
    /// What tells this mail from others: SHA-256 over what it says, not over how it was stored. Copies with
    /// other line endings or other trace fields have the same one; mails that only share their Message-ID
    /// have not.
    pub digest: [u8; 32],
}

/// Understands a mail. `now` is for telling a date that cannot be: nothing was sent in the future.
///
/// # Errors
/// Why it is no mail, for people.
pub fn parse(raw: &RawMail, now: DateTime<Utc>) -> Result<ParsedMail, String> {
    // The parser is sound but large; one strange mail must not end an import.
    std::panic::catch_unwind(|| understand(raw, now)).unwrap_or_else(|_| Err("cannot be parsed".to_owned()))
}

fn understand(raw: &RawMail, now: DateTime<Utc>) -> Result<ParsedMail, String> {
    let bytes = header::without_preamble(&raw.bytes);
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    let header = header::Header::read(bytes);
    if !header.is_of_a_mail() {
        return Err("is no e-mail: it has none of the header fields of one".to_owned());
    }
    let repaired = header::repaired(bytes, &header);
    let message = MessageParser::default().parse(&*repaired);
    let message = message.ok_or("is no e-mail: it has no header")?;
    let list = |name| addresses::of(&message, name);
    let body = body::of(&message, &repaired);
    let from = list(HeaderName::From);
    Ok(ParsedMail {
        message_id: ids::first(&header.text("message-id")),
        in_reply_to: ids::all(&header.text("in-reply-to")),
        references: ids::all(&header.text("references")),
        subject: message.subject().and_then(|text| clean(&on_one_line(text))),
        from: if from.is_empty() {
            list(HeaderName::Sender)
        } else {
            from
        },
        reply_to: list(HeaderName::ReplyTo),
        to: list(HeaderName::To),
        cc: list(HeaderName::Cc),
        bcc: list(HeaderName::Bcc),
        sent_at: dates::sent(&header, &message, raw.delivered_at, now),
        text: body.text,
        html: body.html,
        attachments: attachments::of(&message, &repaired, &body.shown),
        digest: digest::of(&header, bytes),
    })
}

/// With a space for each line break, which an encoded subject may hold: a reply has it in a header again.
fn on_one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\r', '\n'], " ")
}

/// Trimmed and without NUL characters, which PostgreSQL cannot store; `None` when nothing is left.
fn clean(text: &str) -> Option<String> {
    let text = text.replace('\0', "");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
pub(crate) mod tests;
