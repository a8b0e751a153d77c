//! Deleting agents.

use super::Agent;
use super::rows::{AgentRow, visible};
use super::service::{RECORD, changes, last_admin, lock, read};
use crate::audit::{self, Action, Changes};
use crate::{api_keys, companies, contacts, organizations, teams};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::agents;
use std::sync::Arc;
use uuid::Uuid;

/// What a domain does when an agent is deleted.
#[async_trait]
pub trait AgentParticipant: Send + Sync {
    /// Takes from the agent what is assigned to it, so that nothing waits for somebody who is gone. What it has
    /// written or done stays its own.
    async fn unassign(&self, tx: &mut Tx, agent: &Agent) -> Result<()>;
}

/// Deletes agents, with all domains that assign something to them.
#[derive(Clone)]
pub struct AgentRemoval {
    participants: Arc<[Arc<dyn AgentParticipant>]>,
}

impl AgentRemoval {
    /// With these domains besides the companies, contacts and keys that are known here.
    pub fn new(participants: impl Into<Arc<[Arc<dyn AgentParticipant>]>>) -> Self {
        Self {
            participants: participants.into(),
        }
    }

    /// Deletes an agent: its keys end, what is assigned to it is assigned to nobody, and it is found no more. Its row
    /// stays, for what it has done; its login too, as the person may be an agent elsewhere, and can be made one here
    /// again.
    ///
    /// # Errors
    /// `NotFound` when it is not of the organization, `Conflict` when no active admin would remain.
    pub async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let others = lock(tx, id).await?;
        let agent = read(tx, id).await?;
        if agent.is_active_admin() && others == 0 {
            return Err(last_admin());
        }
        // In the order in which everybody holds them: companies, contacts, and what belongs to those.
        companies::unassign(tx, &agent).await?;
        contacts::unassign(tx, &agent).await?;
        for participant in &*self.participants {
            participant.unassign(tx, &agent).await?;
        }
        teams::leave(tx, &agent).await?;
        end_keys(tx, &agent).await?;
        hide(tx, &agent).await?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&agent), None)).await?;
        tx.emit(Event::new("agent.deleted", RECORD, id));
        Ok(())
    }
}

/// Tells that these records, which were the agent's, are nobody's: in the audit log as `record`, and by an `event` of each.
pub async fn tell_unassigned(
    tx: &mut Tx,
    agent: &Agent,
    (record, event): (&'static str, &'static str),
    freed: &[Uuid],
) -> Result<()> {
    let changes = Changes::new().field("agent_id", &ids::opaque(agent.uuid), &None::<&str>);
    let entries: Vec<_> = freed.iter().map(|uuid| (*uuid, changes.clone())).collect();
    audit::record_many(tx, Action::Update, record, &entries).await?;
    for uuid in freed {
        tx.emit(Event::new(event, record, *uuid));
    }
    Ok(())
}

/// Ends the keys that act for the agent, here and in the sandbox.
async fn end_keys(tx: &Tx, agent: &Agent) -> Result<()> {
    api_keys::end(tx, tx.organization(), agent.id).await?;
    if let Some(sandbox) = organizations::sandbox_of(tx).await? {
        let twin = visible(sandbox)
            .filter(agents::uuid.eq(agent.uuid))
            .select(AgentRow::as_select());
        if let Some(twin) = twin.first(&mut tx.conn()).await.optional()? {
            api_keys::end(tx, sandbox, Agent::from(twin).id).await?;
        }
    }
    api_keys::announce(tx).await
}

async fn hide(tx: &Tx, agent: &Agent) -> Result<()> {
    diesel::update(agents::table.find((tx.organization(), agent.id)))
        .set((
            agents::active.eq(false),
            agents::deleted_at.eq(tx.now()),
            agents::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
