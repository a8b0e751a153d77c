//! Who is in which team.

use super::{MOST_MEMBERS, Team};
use crate::agents;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{agents as people, team_members};
use uuid::Uuid;

/// Gives each of `teams` its members.
pub(super) async fn fill(conn: &AsyncPgConnection, organization: i64, teams: &mut [Team]) -> Result<()> {
    let ids: Vec<i64> = teams.iter().map(|team| team.id).collect();
    let agent = people::organization_id
        .eq(team_members::organization_id)
        .and(people::id.eq(team_members::agent_id));
    let members: Vec<(i64, Uuid)> = team_members::table
        .inner_join(people::table.on(agent))
        .filter(team_members::organization_id.eq(organization))
        .filter(team_members::team_id.eq_any(ids))
        .order(people::id)
        .select((team_members::team_id, people::uuid))
        .load(&mut &*conn)
        .await?;
    for team in teams {
        let own = members.iter().filter(|(of, _)| *of == team.id);
        team.agents = own.map(|(_, agent)| *agent).collect();
    }
    Ok(())
}

/// The ids of those who are to be the members of a team. They are held as by [`agents::hold`], so before the team is.
///
/// # Errors
/// `Invalid` when one is not an agent of the organization, or there are too many.
pub(super) async fn hold(tx: &Tx, mut members: Vec<Uuid>) -> Result<Vec<i64>> {
    members.sort_unstable();
    members.dedup();
    if members.len() > MOST_MEMBERS {
        let message = format!("must name at most {MOST_MEMBERS} agents");
        return Err(Error::invalid("agent_ids", message));
    }
    let held = agents::hold(tx, &members).await?;
    if held.len() < members.len() {
        let message = "names one that is not an agent of this organization";
        return Err(Error::invalid("agent_ids", message));
    }
    Ok(held)
}

/// Makes these agents the members of a team, and nobody else.
pub(super) async fn set(tx: &Tx, team: i64, members: &[i64]) -> Result<()> {
    diesel::delete(team_members::table)
        .filter(team_members::organization_id.eq(tx.organization()))
        .filter(team_members::team_id.eq(team))
        .execute(&mut tx.conn())
        .await?;
    if members.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = members
        .iter()
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
