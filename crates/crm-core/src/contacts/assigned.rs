//! Who looks after contacts.

use super::write::RECORD;
use crate::agents::{self, Agent};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{agents as rows, contacts};
use uuid::Uuid;

/// Refuses an agent who is none of the organization. One who is cannot be deleted until the transaction ends.
pub(super) async fn check(tx: &Tx, agent: Option<i64>) -> Result<()> {
    let Some(agent) = agent else { return Ok(()) };
    let there = rows::table
        .find((tx.organization(), agent))
        .filter(rows::deleted_at.is_null())
        .select(rows::id)
        .for_share()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?;
    there
        .map(drop)
        .ok_or_else(|| Error::invalid("agent_id", "is not an agent of this organization"))
}

/// Takes the contacts from an agent.
pub(crate) async fn unassign(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let assigned = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::agent_id.eq(agent.id));
    let freed: Vec<Uuid> = diesel::update(assigned)
        .set((
            contacts::agent_id.eq(None::<i64>),
            contacts::updated_at.eq(tx.now()),
        ))
        .returning(contacts::uuid)
        .get_results(&mut tx.conn())
        .await?;
    agents::tell_unassigned(tx, agent, (RECORD, "contact.updated"), &freed).await
}
