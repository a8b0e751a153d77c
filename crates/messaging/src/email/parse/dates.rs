//! When a mail was sent.

use super::header::Header;
use super::ids;
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::Message;

/// 1965: the first mail between users of one computer. What claims to be older is mistaken.
const FIRST_MAIL: i64 = -157_766_400;

/// Date; if that cannot be, when the last server that says so received the mail; if none does, when it was
/// delivered to the mbox.
pub(super) fn sent(
    header: &Header<'_>,
    message: &Message<'_>,
    delivered_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let plausible = |date: &DateTime<Utc>| {
        // Clocks and time zones are set wrong by up to a day.
        date.timestamp() >= FIRST_MAIL && *date <= now + TimeDelta::days(1)
    };
    let date = header
        .values("date")
        .first()
        .and_then(|text| read(text))
        .filter(plausible);
    // The newest trace field stands first (RFC 5321, 4.4).
    let received = message
        .headers()
        .iter()
        .filter_map(|header| header.value.as_received());
    let mut received = received.filter_map(|received| received.date.as_ref().and_then(utc));
    date.or_else(|| received.find(plausible))
        .or_else(|| delivered_at.filter(plausible))
}

/// Reads a date (RFC 5322, 3.3 and 4.3); without a zone it is taken for UTC.
fn read(text: &str) -> Option<DateTime<Utc>> {
    let mut text = ids::without_comments(text);
    for colon in [" :", ": "] {
        while text.contains(colon) {
            text = text.replace(colon, ":");
        }
    }
    let date = mail_parser::DateTime::parse_rfc822(&text);
    date.or_else(|| mail_parser::DateTime::parse_rfc822(&format!("{text} +0000")))
        .as_ref()
        .and_then(utc)
}

fn utc(date: &mail_parser::DateTime) -> Option<DateTime<Utc>> {
    // A leap second is told as the second before.
    let second = date.second.min(59);
    let date = mail_parser::DateTime { second, ..*date };
    if !date.is_valid() {
        return None;
    }
    DateTime::from_timestamp(date.to_timestamp(), 0)
}
