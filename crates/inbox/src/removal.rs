//! What becomes of the conversations of an agent who is deleted.

use crate::conversations::RECORD;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::Agent;
use rapport_crm_core::agents::{AgentParticipant, tell_unassigned};
use rapport_platform::{Result, Tx};
use rapport_schema::tables::conversations;
use uuid::Uuid;

/// Assigns the conversations of an agent who is deleted to nobody. The messages the agent wrote stay the agent's.
#[derive(Debug, Default)]
pub struct InboxRemoval;

#[async_trait]
impl AgentParticipant for InboxRemoval {
    async fn unassign(&self, tx: &mut Tx, agent: &Agent) -> Result<()> {
        let freed = free(tx, &hold(tx, agent.id).await?).await?;
        tell_unassigned(tx, agent, (RECORD, "conversation.updated"), &freed).await
    }
}

/// Holds the agent's conversations until the transaction ends, in the order in which everybody takes them.
async fn hold(tx: &Tx, agent: i64) -> Result<Vec<i64>> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::agent_id.eq(agent))
        .order(conversations::id)
        .select(conversations::id)
        .for_update();
    Ok(query.load(&mut tx.conn()).await?)
}

async fn free(tx: &Tx, ids: &[i64]) -> Result<Vec<Uuid>> {
    let held = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq_any(ids));
    let update = diesel::update(held).set((
        conversations::agent_id.eq(None::<i64>),
        conversations::updated_at.eq(tx.now()),
    ));
    let freed = update.returning(conversations::uuid);
    Ok(freed.get_results(&mut tx.conn()).await?)
}
