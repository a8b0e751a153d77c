//! What is forgotten of the tasks about a contact that is erased.

use super::service::RECORD;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit;
use rapport_crm_core::contacts::ErasureParticipant;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::{conversations, tasks};

/// Empties what the tasks in the contact's conversations say. The tasks stay, with their times and people.
#[derive(Debug, Default)]
pub struct TaskErasure;

#[async_trait]
impl ErasureParticipant for TaskErasure {
    async fn erase(&self, tx: &mut Tx, contact: i64) -> Result<()> {
        let theirs = conversations::table
            .filter(conversations::organization_id.eq(tx.organization()))
            .filter(conversations::contact_id.eq(contact))
            .select(conversations::id);
        let about = tasks::table
            .filter(tasks::organization_id.eq(tx.organization()))
            .filter(tasks::conversation_id.eq_any(theirs));
        let emptied = diesel::update(about)
            .set((
                tasks::objective.eq(""),
                tasks::cancellation_reason.eq(None::<String>),
                tasks::updated_at.eq(tx.now()),
            ))
            .returning(tasks::uuid)
            .get_results(&mut tx.conn())
            .await?;
        let keep = [
            "conversation",
            "created_by",
            "assigned_to",
            "status",
            "due_at",
            "completed_at",
            "cancelled_at",
        ];
        audit::redact(tx, RECORD, &emptied, &keep).await
    }
}
