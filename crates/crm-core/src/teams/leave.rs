//! What becomes of the teams of an agent who is deleted.

use super::service::RECORD;
use crate::Agent;
use crate::audit::{self, Action, Changes};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::{team_members, teams};
use uuid::Uuid;

/// Takes the agent out of its teams.
pub(crate) async fn leave(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let own = team_members::table
        .filter(team_members::organization_id.eq(tx.organization()))
        .filter(team_members::agent_id.eq(agent.id));
    let left: Vec<i64> = diesel::delete(own)
        .returning(team_members::team_id)
        .get_results(&mut tx.conn())
        .await?;
    let query = teams::table
        .filter(teams::organization_id.eq(tx.organization()))
        .filter(teams::id.eq_any(left))
        .order(teams::id)
        .select(teams::uuid);
    let left: Vec<Uuid> = query.load(&mut tx.conn()).await?;
    let changes = Changes::new().field("agent_ids", &ids::opaque(agent.uuid), &None::<&str>);
    let entries: Vec<_> = left.iter().map(|uuid| (*uuid, changes.clone())).collect();
    audit::record_many(tx, Action::Update, RECORD, &entries).await?;
    for uuid in left {
        tx.emit(Event::new("team.updated", RECORD, uuid));
    }
    Ok(())
}
