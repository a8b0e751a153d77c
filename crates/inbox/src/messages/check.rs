//! What a message must be like.

use super::limits::{self, SUBJECT};
use super::rows::MessageValues;
use super::{Direction, Envelope, MessageRecord, Modality, NewMessage, Status};
use crate::html;
use chrono::{DateTime, Utc};
use rapport_crm_core::channels::SANDBOX;
use rapport_crm_core::text;
use rapport_platform::{Error, Result};

/// The columns of a message that callers write: sent or received through the sandbox.
pub(super) fn written(mut new: NewMessage, now: DateTime<Utc>) -> Result<MessageValues> {
    new.subject = text::line("subject", new.subject, SUBJECT)?;
    new.email.message_id = text::line("email_metadata.email_message_id", new.email.message_id, SUBJECT)?;
    for (field, body) in bodies(&new) {
        if let Some(body) = body {
            limits::body(field, body)?;
        }
    }
    if new.modality == Modality::Email {
        check_addresses(&new.email)?;
    }
    new.sent_at = Some(new.sent_at.unwrap_or(now));
    let record = MessageRecord {
        status: Status::from(new.direction),
        unread: new.direction == Direction::Received,
        channel: SANDBOX.to_owned(),
        drafted_at: None,
        source_digest: None,
        message: new,
    };
    let values = values(record, now)?;
    if is_empty(&values) {
        return Err(Error::invalid(
            "content",
            "at least one of content, body_html, subject, form_request_body and call_transcript is required",
        ));
    }
    Ok(values)
}

/// The columns of a record. `Invalid` for what PostgreSQL cannot hold.
pub(super) fn values(record: MessageRecord, now: DateTime<Utc>) -> Result<MessageValues> {
    let new = tidy(record.message);
    check_storable(&new)?;
    Ok(MessageValues {
        modality: new.modality,
        direction: new.direction,
        channel: record.channel,
        status: record.status,
        subject: new.subject,
        content: new.content,
        html: new.html,
        form_request_body: new.form_request_body,
        call_transcript: new.call_transcript,
        call_duration_seconds: new.call_duration_seconds,
        email: new.email.into(),
        occurred_at: new.sent_at.unwrap_or(now),
        sent_at: new.sent_at,
        drafted_at: record.drafted_at,
        source_digest: record.source_digest,
        authorship: new.authorship,
    })
}

/// Blank texts become none, HTML harmless, and the content the text of the HTML where it is missing.
fn tidy(mut new: NewMessage) -> NewMessage {
    for text in [
        &mut new.subject,
        &mut new.content,
        &mut new.html,
        &mut new.call_transcript,
    ] {
        text.take_if(|text| text.trim().is_empty());
    }
    new.html = new.html.map(|html| html::sanitise(&html));
    new.html.take_if(|html| html.trim().is_empty());
    if new.content.is_none() {
        let text = new.html.as_deref().map(html::text_of_sanitised);
        new.content = text.filter(|text| !text.is_empty());
    }
    new
}

fn is_empty(values: &MessageValues) -> bool {
    // HTML that shows something but says nothing, such as a picture, is content too.
    let texts = [
        &values.subject,
        &values.content,
        &values.html,
        &values.call_transcript,
    ];
    values.form_request_body.is_none() && texts.iter().all(|text| text.is_none())
}

fn bodies(new: &NewMessage) -> [(&'static str, Option<&String>); 3] {
    [
        ("content", new.content.as_ref()),
        ("body_html", new.html.as_ref()),
        ("call_transcript", new.call_transcript.as_ref()),
    ]
}

fn addresses(email: &Envelope) -> [(&'static str, &[String]); 4] {
    [
        ("from_email", email.from.as_slice()),
        ("to_emails", &email.to),
        ("email_metadata.cc_emails", &email.cc),
        ("email_metadata.bcc_emails", &email.bcc),
    ]
}

fn check_addresses(email: &Envelope) -> Result<()> {
    addresses(email)
        .into_iter()
        .try_for_each(|(field, addresses)| limits::addresses(field, addresses))
}

fn check_storable(new: &NewMessage) -> Result<()> {
    let lines = [
        ("subject", new.subject.as_ref()),
        ("email_metadata.email_message_id", new.email.message_id.as_ref()),
    ];
    let texts = bodies(new).into_iter().chain(lines);
    let texts = texts.filter_map(|(field, text)| text.map(|text| (field, text)));
    let headers = addresses(&new.email).into_iter();
    let headers = headers.flat_map(|(field, list)| list.iter().map(move |text| (field, text)));
    for (field, text) in texts.chain(headers) {
        if text.contains('\0') {
            return Err(Error::invalid(field, "must not contain NUL characters"));
        }
    }
    if let Some(body) = &new.form_request_body {
        text::object("form_request_body", Some(body.clone()))?;
    }
    if new.call_duration_seconds.is_some_and(i32::is_negative) {
        return Err(Error::invalid("call_metadata.duration", "must not be negative"));
    }
    if new.authorship.is_some() && new.direction == Direction::Received {
        return Err(Error::invalid("authorship", "is for sent messages only"));
    }
    Ok(())
}
