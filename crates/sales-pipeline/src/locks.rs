//! The lock that lets sales enter a stage, or the stages change, but not both at once.

use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};

/// Holds the organization's stages as they are until the transaction ends. Whoever lets a sale enter a stage takes
/// this first; any number may at once.
pub(crate) async fn keep_stages(tx: &Tx) -> Result<()> {
    let lock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('pipeline', $1))";
    diesel::sql_query(lock)
        .bind::<BigInt, _>(tx.organization())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Lets this transaction alone change the organization's stages, and no sale enter one, until it ends.
pub(crate) async fn change_stages(tx: &Tx) -> Result<()> {
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('pipeline', $1))";
    diesel::sql_query(lock)
        .bind::<BigInt, _>(tx.organization())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
