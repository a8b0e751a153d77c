//! Agents in a sandbox.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
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
    diesel::insert_into(agents::table)
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
        .execute(&mut tx.conn())
        .await?;
    let user: i64 = original.select(agents::user_id).first(&mut tx.conn()).await?;
    let there = agents::table
        .filter(agents::organization_id.eq(sandbox))
        .filter(agents::user_id.eq(user))
        .select(agents::id);
    Ok(there.first(&mut tx.conn()).await?)
}
