//! What a mail shows: its text and its HTML.

use super::charset;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::html::text_to_html;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;

/// The bodies of a mail.
pub(super) struct Body {
    pub text: Option<String>,
    pub html: Option<String>,
    /// The numbers of the parts that stand in them, and so are no attachments.
    pub shown: Vec<u32>,
}

/// Puts the inline texts together, in their order. HTML is there only if the mail has some.
pub(super) fn of(message: &Message<'_>, raw: &[u8]) -> Body {
    let mut shown: Vec<u32> = [&message.text_body[..], &message.html_body[..]].concat();
    if shown.is_empty() && is_broken_multipart(message) {
        shown.push(0);
    }
    shown.retain(|id| message.part(*id).is_some_and(MessagePart::is_text));
    let parts = |list: &[u32]| -> Vec<&MessagePart<'_>> {
        let ids = list.iter().filter(|id| shown.contains(id));
        ids.filter_map(|id| message.part(*id)).collect()
    };
    let texts = if message.text_body.is_empty() {
        &shown
    } else {
        &message.text_body
    };
    let text: Vec<_> = parts(texts).into_iter().map(|part| as_text(part, raw)).collect();
    let htmls = parts(&message.html_body);
    let has_html = htmls.iter().any(|part| part.is_text_html());
    let html = has_html.then(|| {
        htmls
            .into_iter()
            .map(|part| as_html(part, raw))
            .collect::<Vec<_>>()
    });
    Body {
        text: stored(&text),
        html: html.and_then(|html| stored(&html)),
        shown,
    }
}

/// A mail that says it has parts but lacks their boundary: the parser takes it all for an attachment.
fn is_broken_multipart(message: &Message<'_>) -> bool {
    let part = message.part(0);
    part.is_some_and(|part| part.is_text() && part.content_type().is_some_and(|ct| ct.ctype() == "multipart"))
}

fn as_text(part: &MessagePart<'_>, raw: &[u8]) -> String {
    let text = decoded(part, raw);
    if part.is_text_html() {
        rapport_inbox::html::text(&text)
    } else {
        text.into_owned()
    }
}

fn as_html(part: &MessagePart<'_>, raw: &[u8]) -> String {
    let text = decoded(part, raw);
    if part.is_text_html() {
        text.into_owned()
    } else {
        text_to_html(&text)
    }
}

/// The texts as they are stored: one after the other, line ends `\n`, without NUL characters.
fn stored(texts: &[String]) -> Option<String> {
    let text = texts.join("\n").replace("\r\n", "\n").replace('\0', "");
    let text = text.trim_end();
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// The text of a part; the charset is guessed where none is named.
fn decoded<'a>(part: &'a MessagePart<'_>, raw: &'a [u8]) -> Cow<'a, str> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return Cow::Borrowed("");
    };
    let named = part.content_type().and_then(|ct| ct.attribute("charset"));
    if text.is_ascii() || named.and_then(charset::decoder).is_some() {
        return Cow::Borrowed(text);
    }
    match content(part, raw) {
        Cow::Borrowed(bytes) => charset::guess(bytes),
        Cow::Owned(bytes) => Cow::Owned(charset::guess(&bytes).into_owned()),
    }
}

/// The bytes of a part without its transfer encoding, in its own charset.
pub(super) fn content<'a>(part: &'a MessagePart<'_>, raw: &'a [u8]) -> Cow<'a, [u8]> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let stored = raw.get(range).unwrap_or_default();
    let decoded = match part.encoding {
        Encoding::None => return Cow::Borrowed(stored),
        Encoding::Base64 => base64_decode(stored),
        Encoding::QuotedPrintable => quoted_printable_decode(stored),
    };
    decoded.map_or(Cow::Borrowed(part.contents()), Cow::Owned)
}
