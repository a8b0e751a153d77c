//! What conversations in funnels bring along when they turn out to be one.

use super::merge::Part;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::custom_fields::{EntityType, Owner, forget, keep};
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::{conversations, funnel_channel_sessions};

/// Where a conversation stands, and what its custom fields say.
type Place = (i64, Option<i64>, Option<i64>, RawJson);

/// Lets the oldest conversation take the place in a funnel of the first of the others that has one, with its custom
/// fields and channel sessions, unless it has a place of its own.
pub(super) async fn merge(tx: &Tx, oldest: &Part, gone: &[i64]) -> Result<()> {
    let ids = [&[oldest.id], gone].concat();
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq_any(ids))
        .filter(conversations::funnel_id.is_not_null())
        .order(conversations::id)
        .select((
            conversations::id,
            conversations::funnel_id,
            conversations::funnel_status_id,
            conversations::custom_fields,
        ));
    let placed: Vec<Place> = query.load(&mut tx.conn()).await?;
    if placed.is_empty() {
        return Ok(());
    }
    forget(tx, EntityType::FunnelConversation, gone).await?;
    let has_own = placed.iter().any(|(id, ..)| *id == oldest.id);
    match placed.into_iter().next() {
        Some(place) if !has_own => take(tx, oldest, place).await,
        _ => Ok(()),
    }
}

async fn take(tx: &Tx, oldest: &Part, (from, funnel, status, fields): Place) -> Result<()> {
    diesel::update(conversations::table.find((tx.organization(), oldest.id)))
        .set((
            conversations::funnel_id.eq(funnel),
            conversations::funnel_status_id.eq(status),
            conversations::custom_fields.eq(&fields),
        ))
        .execute(&mut tx.conn())
        .await?;
    let sessions = funnel_channel_sessions::table
        .filter(funnel_channel_sessions::organization_id.eq(tx.organization()))
        .filter(funnel_channel_sessions::conversation_id.eq(from));
    diesel::update(sessions)
        .set(funnel_channel_sessions::conversation_id.eq(oldest.id))
        .execute(&mut tx.conn())
        .await?;
    let owner = Owner {
        id: oldest.id,
        created_at: oldest.created_at,
    };
    keep(tx, EntityType::FunnelConversation, owner, None, &fields).await
}
