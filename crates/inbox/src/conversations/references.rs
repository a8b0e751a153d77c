//! Conversations follow their contact when it is merged.

use super::RECORD;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::{Merge, References};
use rapport_platform::events::Event;
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::conversations;
use uuid::Uuid;

/// The conversations with contacts that are merged.
#[derive(Debug, Default)]
pub struct ContactConversations;

#[async_trait]
impl References for ContactConversations {
    async fn follow(&self, tx: &mut Tx, merge: &Merge) -> Result<()> {
        let theirs = conversations::table
            .filter(conversations::organization_id.eq(tx.organization()))
            .filter(conversations::contact_id.eq_any(merge.gone()));
        // In the order in which everybody holds several conversations.
        let held: Vec<(Uuid, i64)> = theirs
            .clone()
            .select((conversations::uuid, conversations::contact_id))
            .order(conversations::id)
            .for_update()
            .load(&mut tx.conn())
            .await?;
        if held.is_empty() {
            return Ok(());
        }
        diesel::update(theirs)
            .set((
                conversations::contact_id.eq(merge.into.0),
                conversations::updated_at.eq(tx.now()),
            ))
            .execute(&mut tx.conn())
            .await?;
        log(tx, merge, held).await
    }
}

async fn log(tx: &mut Tx, merge: &Merge, moved: Vec<(Uuid, i64)>) -> Result<()> {
    let former = |id: i64| {
        merge
            .from
            .iter()
            .find(|(from, _)| *from == id)
            .map(|(_, uuid)| ids::opaque(*uuid))
    };
    let into = Some(ids::opaque(merge.into.1));
    let changed: Vec<_> = moved
        .into_iter()
        .map(|(uuid, contact)| (uuid, Changes::new().field("contact_id", &former(contact), &into)))
        .collect();
    audit::record_many(tx, Action::Update, RECORD, &changed).await?;
    for (conversation, _) in changed {
        tx.emit(Event::new("conversation.updated", RECORD, conversation));
    }
    Ok(())
}
