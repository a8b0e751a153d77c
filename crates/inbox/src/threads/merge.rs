//! Makes one conversation of several that turn out to be one thread.

use super::funnel;
use crate::conversations::RECORD;
use crate::drafts;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::try_join;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::Event;
use rapport_platform::{RawJson, Result, Tx, ids};
use rapport_schema::tables::{conversations, message_references, messages};
use serde_json::json;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub(super) struct Part {
    pub id: i64,
    uuid: Uuid,
    start_at: DateTime<Utc>,
    last_activity_at: DateTime<Utc>,
    is_read: bool,
    pub created_at: DateTime<Utc>,
}

/// Holds the conversations until the transaction ends, in the order of their ids; those that are gone are
/// not answered.
pub(super) async fn hold(tx: &Tx, ids: &[i64]) -> Result<Vec<Part>> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq_any(ids))
        .order(conversations::id)
        .select(Part::as_select())
        .for_update();
    Ok(query.load(&mut tx.conn()).await?)
}

/// Merges conversations that are held into the one that started first, and answers it.
pub(super) async fn into_oldest(tx: &mut Tx, mut parts: Vec<Part>) -> Result<Option<Uuid>> {
    parts.sort_by_key(|part| (part.start_at, part.id));
    let Some((oldest, others)) = parts.split_first() else {
        return Ok(None);
    };
    if !others.is_empty() {
        let gone: Vec<_> = others.iter().map(|part| part.id).collect();
        try_join!(
            move_messages(tx, &gone, oldest.id),
            move_references(tx, &gone, oldest.id)
        )?;
        drafts::merge(tx, &gone, oldest.id).await?;
        funnel::merge(tx, oldest, &gone).await?;
        remove(tx, &gone).await?;
        widen(tx, oldest, others).await?;
        log(tx, oldest, others).await?;
    }
    Ok(Some(oldest.uuid))
}

async fn move_messages(tx: &Tx, from: &[i64], to: i64) -> Result<()> {
    let moved = messages::table
        .filter(messages::organization_id.eq(tx.organization()))
        .filter(messages::conversation_id.eq_any(from));
    diesel::update(moved)
        .set(messages::conversation_id.eq(to))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn move_references(tx: &Tx, from: &[i64], to: i64) -> Result<()> {
    let moved = message_references::table
        .filter(message_references::organization_id.eq(tx.organization()))
        .filter(message_references::conversation_id.eq_any(from));
    diesel::update(moved)
        .set(message_references::conversation_id.eq(to))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn remove(tx: &Tx, ids: &[i64]) -> Result<()> {
    // What refers to them follows before the commit, by their events.
    tx.conn().batch_execute("SET CONSTRAINTS ALL DEFERRED").await?;
    let gone = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq_any(ids));
    diesel::delete(gone).execute(&mut tx.conn()).await?;
    Ok(())
}

/// The oldest one's activity and unread state become those of all. It started first, so its start stays.
async fn widen(tx: &Tx, oldest: &Part, others: &[Part]) -> Result<()> {
    let last = others.iter().map(|part| part.last_activity_at).max();
    diesel::update(conversations::table.find((tx.organization(), oldest.id)))
        .set((
            conversations::last_activity_at.eq(oldest.last_activity_at.max(last.unwrap_or_default())),
            conversations::is_read.eq(oldest.is_read && others.iter().all(|part| part.is_read)),
            conversations::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn log(tx: &mut Tx, oldest: &Part, others: &[Part]) -> Result<()> {
    let none = None::<String>;
    for part in others {
        let changes = Changes::new().field("merged_into", &none, &ids::opaque(oldest.uuid));
        audit::record(tx, Action::Delete, (RECORD, part.uuid), &changes).await?;
        let payload = json!({"merged_into": ids::opaque(oldest.uuid), "number": part.id});
        tx.emit(Event {
            payload: RawJson::of(&payload)?,
            ..Event::new("conversation.deleted", RECORD, part.uuid)
        });
    }
    let merged: Vec<_> = others.iter().map(|part| ids::opaque(part.uuid)).collect();
    let changes = Changes::new().field("merged_from", &none, &merged);
    audit::record(tx, Action::Update, (RECORD, oldest.uuid), &changes).await?;
    tx.emit(Event::new("conversation.updated", RECORD, oldest.uuid));
    Ok(())
}
