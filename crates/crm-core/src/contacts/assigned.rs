//! Who looks after contacts.

use super::write::RECORD;
use crate::agents::Agent;
use crate::audit::{self, Action, Changes};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, Result, Tx, ids};
use rapport_schema::tables::{agents, contacts};
use uuid::Uuid;

/// Refuses an agent who is none of the organization. One who is cannot be deleted until the transaction ends.
pub(super) async fn check(tx: &Tx, agent: Option<i64>) -> Result<()> {
    let Some(agent) = agent else { return Ok(()) };
    let there = agents::table
        .find((tx.organization(), agent))
        .filter(agents::deleted_at.is_null())
        .select(agents::id)
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
    let changes = Changes::new().field("agent_id", &ids::opaque(agent.uuid), &None::<&str>);
    let entries: Vec<_> = freed.iter().map(|uuid| (*uuid, changes.clone())).collect();
    audit::record_many(tx, Action::Update, RECORD, &entries).await?;
    for uuid in freed {
        tx.emit(Event::new("contact.updated", RECORD, uuid));
    }
    Ok(())
}
