//! Which way a response goes.

use super::Draft;
use crate::messages::Modality;
use crate::threads;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::messages;

/// The modality of the conversation's last message if it can be written, else e-mail.
pub(super) async fn of(tx: &Tx, conversation: i64) -> Result<Modality> {
    let query = messages::table
        .filter(messages::organization_id.eq(tx.organization()))
        .filter(messages::conversation_id.eq(conversation))
        .order((messages::occurred_at.desc(), messages::id.desc()))
        .select(messages::modality);
    let last: Option<Modality> = query.first(&mut tx.conn()).await.optional()?;
    Ok(match last {
        Some(written @ (Modality::Email | Modality::Text | Modality::LiveChat)) => written,
        Some(Modality::Call | Modality::FormRequest) | None => Modality::Email,
    })
}

/// The recipient's address for a modality; none for what needs none.
///
/// # Errors
/// `Invalid` of `recipient_email` or `recipient_phone_number` when there is no such address.
pub(super) fn address(way: Modality, draft: &Draft) -> Result<Option<&str>> {
    let missing = |field, what| Error::invalid(field, format!("the contact has no {what}"));
    let to = &draft.recipient;
    match way {
        Modality::Email => match to.email.as_deref() {
            None => Err(missing("recipient_email", "e-mail address")),
            address => Ok(address),
        },
        Modality::Text => match to.phone_number.as_deref() {
            None => Err(missing("recipient_phone_number", "phone number")),
            address => Ok(address),
        },
        Modality::LiveChat | Modality::Call | Modality::FormRequest => Ok(None),
    }
}

/// The subject of an e-mail in a conversation: that of the last message which has one, as a reply.
pub(super) async fn subject(tx: &Tx, conversation: i64) -> Result<Option<String>> {
    let query = messages::table
        .filter(messages::organization_id.eq(tx.organization()))
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::subject.is_not_null())
        .order((messages::occurred_at.desc(), messages::id.desc()))
        .select(messages::subject.assume_not_null());
    let last: Option<String> = query.first(&mut tx.conn()).await.optional()?;
    Ok(last.map(|subject| {
        if threads::subject_key(&subject).is_reply {
            subject
        } else {
            format!("Re: {subject}")
        }
    }))
}
