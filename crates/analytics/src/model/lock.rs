//! Who may change the read models of an organization.

use diesel::sql_query;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Result, Tx};

/// Lets transactions keep the read models at once, but not while they are made anew; until the transaction ends.
pub(super) async fn shared(tx: &Tx) -> Result<()> {
    take(
        tx,
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('analytics', $1))",
    )
    .await
}

/// Waits until nobody keeps the read models, and keeps others waiting; until the transaction ends.
pub(super) async fn exclusive(tx: &Tx) -> Result<()> {
    take(
        tx,
        "SELECT pg_advisory_xact_lock(hashtextextended('analytics', $1))",
    )
    .await
}

async fn take(tx: &Tx, sql: &str) -> Result<()> {
    let statement = sql_query(sql).bind::<BigInt, _>(tx.organization());
    Prepared(statement).execute(&mut tx.conn()).await?;
    Ok(())
}
