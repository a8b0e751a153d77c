//! What becomes of the tasks of an agent who is deleted.

use super::Status;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::Agent;
use rapport_crm_core::agents::AgentParticipant;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::tasks;

/// Keeps an agent who still has something to do: a task is always somebody's, and whose it becomes is for people to
/// say. Tasks that are completed or cancelled stay the agent's.
#[derive(Debug, Default)]
pub struct TaskRemoval;

#[async_trait]
impl AgentParticipant for TaskRemoval {
    async fn unassign(&self, tx: &mut Tx, agent: &Agent) -> Result<()> {
        let open: i64 = tasks::table
            .filter(tasks::organization_id.eq(tx.organization()))
            .filter(tasks::assigned_agent_id.eq(agent.id))
            .filter(tasks::status.eq(Status::Scheduled.name()))
            .count()
            .get_result(&mut tx.conn())
            .await?;
        match open {
            0 => Ok(()),
            open => Err(Error::conflict(format!(
                "Open tasks of the agent, to be assigned to somebody else first: {open}"
            ))),
        }
    }
}
