//! Agents in a sandbox.

use super::Agent;
use super::rows::{AgentRow, visible};
use super::service::{RECORD, changes};
use crate::audit::{self, Action, Changes};
use crate::organizations;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::agents;

/// The numeric id, in the organization `sandbox`, of an agent of the transaction's organization. When the
/// person is no agent there, one is made with the same UUID, so that callers know it by the same id.
pub(crate) async fn mirror(tx: &Tx, agent: i64, sandbox: i64) -> Result<i64> {
    let original = agents::table.find((tx.organization(), agent));
    let copy = original.select((
        sandbox.into_sql::<BigInt>(),
        agents::uuid,
        agents::user_id,
        agents::name,
        agents::email,
        agents::role,
        agents::active,
        tx.now().into_sql::<Timestamptz>(),
        tx.now().into_sql::<Timestamptz>(),
    ));
    let made = diesel::insert_into(agents::table)
        .values(copy)
        .into_columns((
            agents::organization_id,
            agents::uuid,
            agents::user_id,
            agents::name,
            agents::email,
            agents::role,
            agents::active,
            agents::created_at,
            agents::updated_at,
        ))
        .on_conflict_do_nothing()
        .returning(AgentRow::as_returning())
        .get_result(&mut tx.conn())
        .await
        .optional()?;
    if let Some(made) = made.map(Agent::from) {
        let changes = changes(None, Some(&made));
        audit::record_in(tx, sandbox, Action::Insert, (RECORD, made.uuid), &changes).await?;
        return Ok(made.id);
    }
    let user: i64 = original.select(agents::user_id).first(&mut tx.conn()).await?;
    let there = visible(sandbox)
        .filter(agents::user_id.eq(user))
        .select(agents::id);
    let there = there.first(&mut tx.conn()).await.optional()?;
    there.ok_or_else(|| Error::conflict("The agent was deleted in the sandbox"))
}

/// Makes the agent's twin in the sandbox as active as the agent, so that test keys which act for it follow.
pub(super) async fn follow(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let Some(sandbox) = organizations::sandbox_of(tx).await? else {
        return Ok(());
    };
    let twin = agents::table
        .filter(agents::organization_id.eq(sandbox))
        .filter(agents::uuid.eq(agent.uuid))
        .filter(agents::deleted_at.is_null())
        .filter(agents::active.ne(agent.active));
    let followed = diesel::update(twin)
        .set((agents::active.eq(agent.active), agents::updated_at.eq(tx.now())))
        .execute(&mut tx.conn())
        .await?;
    if followed > 0 {
        let changes = Changes::new().field("active", &!agent.active, &agent.active);
        audit::record_in(tx, sandbox, Action::Update, (RECORD, agent.uuid), &changes).await?;
    }
    Ok(())
}
