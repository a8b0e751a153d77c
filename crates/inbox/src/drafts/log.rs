//! What the audit log and the events say of drafts: never what a draft says.

use super::{Draft, DraftKind, Recipient};
use crate::messages::Modality;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::Event;
use rapport_platform::{RawJson, Result, Tx, ids};
use serde_json::{Value, json};

/// A draft was made.
pub(super) async fn created(tx: &mut Tx, draft: &Draft) -> Result<()> {
    write(tx, "draft.created", Action::Insert, (None, Some(draft))).await
}

/// A draft was written anew; nothing is said when it is the same.
pub(super) async fn overwritten(tx: &mut Tx, old: &Draft, new: &Draft) -> Result<()> {
    write(tx, "draft.updated", Action::Update, (Some(old), Some(new))).await
}

/// A draft was deleted.
pub(super) async fn deleted(tx: &mut Tx, draft: &Draft) -> Result<()> {
    write(tx, "draft.deleted", Action::Delete, (Some(draft), None)).await
}

/// Somebody ought to look at the draft.
pub(super) fn notification_requested(tx: &mut Tx, draft: &Draft) -> Result<()> {
    emit(tx, "draft.notification_requested", draft)
}

/// A draft changed, by being sent, given up or moved: `kind` says which.
pub(super) async fn moved(tx: &mut Tx, kind: &'static str, old: &Draft, new: &Draft) -> Result<()> {
    let changes = fields(Some(old), Some(new));
    audit::record(tx, Action::Update, (new.kind.record(), new.uuid), &changes).await?;
    emit(tx, kind, new)
}

async fn write(
    tx: &mut Tx,
    kind: &'static str,
    action: Action,
    (old, new): (Option<&Draft>, Option<&Draft>),
) -> Result<()> {
    let Some(draft) = new.or(old) else { return Ok(()) };
    let mut changes = fields(old, new);
    if body(old) != body(new) {
        changes = changes.masked("body_html");
    }
    if changes.is_empty() {
        return Ok(());
    }
    audit::record(tx, action, (draft.kind.record(), draft.uuid), &changes).await?;
    emit(tx, kind, draft)
}

fn body(draft: Option<&Draft>) -> Option<&str> {
    draft.and_then(|draft| draft.body_html.as_deref())
}

fn emit(tx: &mut Tx, kind: &'static str, draft: &Draft) -> Result<()> {
    let mut event = Event::new(kind, draft.kind.record(), draft.uuid);
    event.payload = RawJson::of(&json!({
        "conversation_id": draft.conversation.map(ids::opaque),
        "message_id": draft.message.map(ids::opaque),
        "agent_id": draft.agent.map(ids::opaque),
        "error": draft.error,
    }))?;
    tx.emit(event);
    Ok(())
}

/// A field with what it holds.
type Field = (&'static str, fn(&Draft) -> Value);

/// The fields that differ, but for the body.
fn fields(old: Option<&Draft>, new: Option<&Draft>) -> Changes {
    const FIELDS: [Field; 15] = [
        ("status", |d| json!(d.status.name())),
        ("conversation_id", |d| json!(d.conversation.map(ids::opaque))),
        ("message_id", |d| json!(d.message.map(ids::opaque))),
        ("agent_id", |d| json!(d.agent.map(ids::opaque))),
        ("modality", |d| json!(d.modality.map(Modality::name))),
        ("to_user_name", |d| json!(recipient(d).map(|to| &to.name))),
        ("to_email", |d| json!(recipient(d).map(|to| &to.email))),
        ("to_phone_number", |d| {
            json!(recipient(d).map(|to| &to.phone_number))
        }),
        ("subject", |d| json!(d.subject)),
        ("folder", |d| json!(d.folder)),
        ("cc_emails", |d| json!(d.cc_emails)),
        ("bcc_emails", |d| json!(d.bcc_emails)),
        ("authorship", |d| json!(d.authorship.name())),
        ("scheduled_send_at", |d| json!(d.scheduled_send_at)),
        ("error", |d| json!(d.error)),
    ];
    FIELDS.iter().fold(Changes::new(), |changes, (name, value)| {
        changes.field(name, &old.map(value), &new.map(value))
    })
}

/// A response's recipient is its contact, whose own log says what changes.
fn recipient(draft: &Draft) -> Option<&Recipient> {
    Some(&draft.recipient).filter(|_| draft.kind == DraftKind::Message)
}
