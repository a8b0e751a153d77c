//! Who looks after contacts.

use super::write::RECORD;
use crate::agents::{self, Agent};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::contacts;
use uuid::Uuid;

/// Refuses an agent who is none of the organization. One who is cannot be deleted until the transaction ends.
pub(super) async fn check(tx: &Tx, agent: Option<i64>) -> Result<()> {
    match agent {
        Some(agent) if !agents::hold_id(tx, agent).await? => Err(agents::not_one()),
        _ => Ok(()),
    }
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
