//! What is forgotten of the tasks about a contact that is erased.

use super::service::RECORD;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit;
use rapport_crm_core::contacts::{Erased, ErasureParticipant};
use rapport_platform::{Result, Tx};
use rapport_schema::tables::{conversations, tasks};

/// Empties what the tasks in the contact's conversations say. The tasks stay, with their times and people.
#[derive(Debug, Default)]
pub struct TaskErasure;

#[async_trait]
impl ErasureParticipant for TaskErasure {
    async fn erase(&self, tx: &mut Tx, erased: &Erased) -> Result<()> {
        let query = conversations::table
            .filter(conversations::organization_id.eq(tx.organization()))
            .filter(conversations::contact_id.eq(erased.contact))
            .select(conversations::id);
        let theirs: Vec<i64> = query.load(&mut tx.conn()).await?;
        let about = tasks::table
            .filter(tasks::organization_id.eq(tx.organization()))
            .filter(tasks::conversation_id.eq_any(&theirs));
        diesel::update(about)
            .set((
                tasks::objective.eq(""),
                tasks::cancellation_reason.eq(None::<String>),
                tasks::updated_at.eq(tx.now()),
            ))
            .execute(&mut tx.conn())
            .await?;
        // Of a task that was deleted only the log still tells.
        let theirs: Vec<_> = theirs.iter().map(i64::to_string).collect();
        let told = audit::telling(tx, RECORD, &theirs).await?;
        let keep = [
            "conversation",
            "created_by",
            "assigned_to",
            "status",
            "due_at",
            "completed_at",
            "cancelled_at",
        ];
        audit::redact(tx, RECORD, &told, &keep).await
    }
}
