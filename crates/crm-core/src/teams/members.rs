//! Who is in which team.

use super::{MOST_MEMBERS, Team};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{agents, team_members};
use uuid::Uuid;

/// Gives each of `teams` its members.
pub(super) async fn fill(conn: &AsyncPgConnection, organization: i64, teams: &mut [Team]) -> Result<()> {
    let ids: Vec<i64> = teams.iter().map(|team| team.id).collect();
    let agent = agents::organization_id
        .eq(team_members::organization_id)
        .and(agents::id.eq(team_members::agent_id));
    let members: Vec<(i64, Uuid)> = team_members::table
        .inner_join(agents::table.on(agent))
        .filter(team_members::organization_id.eq(organization))
        .filter(team_members::team_id.eq_any(ids))
        .order(agents::id)
        .select((team_members::team_id, agents::uuid))
        .load(&mut &*conn)
        .await?;
    for team in teams {
        let own = members.iter().filter(|(of, _)| *of == team.id);
        team.agents = own.map(|(_, agent)| *agent).collect();
    }
    Ok(())
}

/// Makes `members` the members of a team, and nobody else.
///
/// # Errors
/// `Invalid` when one is not an agent of the organization, or there are too many.
pub(super) async fn set(tx: &Tx, team: i64, mut members: Vec<Uuid>) -> Result<()> {
    members.sort_unstable();
    members.dedup();
    if members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} agents");
        return Err(Error::invalid("agent_ids", message));
    }
    let found = agents(tx, &members).await?;
    if found.len() < members.len() {
        return Err(Error::invalid(
            "agent_ids",
            "names one that is not an agent of this organization",
        ));
    }
    diesel::delete(team_members::table)
        .filter(team_members::organization_id.eq(tx.organization()))
        .filter(team_members::team_id.eq(team))
        .execute(&mut tx.conn())
        .await?;
    if found.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = found
        .into_iter()
        .map(|agent| {
            (
                team_members::organization_id.eq(tx.organization()),
                team_members::team_id.eq(team),
                team_members::agent_id.eq(agent),
            )
        })
        .collect();
    diesel::insert_into(team_members::table)
        .values(rows)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// The ids of those that are agents of the organization.
async fn agents(tx: &Tx, members: &[Uuid]) -> Result<Vec<i64>> {
    let query = agents::table
        .filter(agents::organization_id.eq(tx.organization()))
        .filter(agents::uuid.eq_any(members))
        .filter(agents::deleted_at.is_null())
        .select(agents::id);
    Ok(query.load(&mut tx.conn()).await?)
}
