//! Locks on what has no row yet.

use diesel::sql_types::{BigInt, Bytea, Text};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};

/// Keeps whoever asks [`hold`] for `name` waiting until the transaction ends; does not wait for others of its kind.
pub(crate) async fn share(tx: &Tx, kind: &str, name: &[u8]) -> Result<()> {
    lock(tx, "pg_advisory_xact_lock_shared", kind, name).await
}

/// Lets one transaction at a time work on `name` within the organization: held until the transaction ends.
pub(crate) async fn hold(tx: &Tx, kind: &str, name: &[u8]) -> Result<()> {
    lock(tx, "pg_advisory_xact_lock", kind, name).await
}

async fn lock(tx: &Tx, function: &str, kind: &str, name: &[u8]) -> Result<()> {
    diesel::sql_query(format!(
        "SELECT {function}(hashtextextended($1 || encode($2, 'hex'), $3))"
    ))
    .bind::<Text, _>(kind)
    .bind::<Bytea, _>(name)
    .bind::<BigInt, _>(tx.organization())
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}
