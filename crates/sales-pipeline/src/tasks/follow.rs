//! Follows conversations that were merged into others.

use super::service::RECORD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::{Result, Tx};
use rapport_schema::tables::{conversations, tasks};
use uuid::Uuid;

/// Moves the tasks of the conversation that had this numeric id, and is gone, into another one.
pub(crate) async fn move_conversation(tx: &Tx, from: i64, into: Uuid) -> Result<()> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::uuid.eq(into))
        .select(conversations::id);
    let Some(into) = query.first::<i64>(&mut tx.conn()).await.optional()? else {
        return Ok(());
    };
    let theirs = tasks::table
        .filter(tasks::organization_id.eq(tx.organization()))
        .filter(tasks::conversation_id.eq(from));
    let moved: Vec<Uuid> = diesel::update(theirs)
        .set((tasks::conversation_id.eq(into), tasks::updated_at.eq(tx.now())))
        .returning(tasks::uuid)
        .get_results(&mut tx.conn())
        .await?;
    let changes = Changes::new().field("conversation", &from, &into);
    let entries: Vec<_> = moved.into_iter().map(|uuid| (uuid, changes.clone())).collect();
    audit::record_many(tx, Action::Update, RECORD, &entries).await
}
