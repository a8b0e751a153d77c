//! Reservations: who holds one is the only one to make a contact of what it names.

use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};

/// How many names are reserved one by one. PostgreSQL has room for some thousand locks, all transactions together.
const FEW: usize = 32;

/// Reserves what is called by these names until the transaction ends. Of many names everything is reserved, which waits
/// for all other reservations in the organization.
pub(in crate::contacts) async fn reserve(tx: &Tx, names: &[String]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    if names.len() > FEW {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('reservations', $1))")
            .bind::<BigInt, _>(tx.organization())
            .execute(&mut tx.conn())
            .await?;
        return Ok(());
    }
    // In the order of the locks, whoever asks.
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('reservations', $1)) UNION ALL \
         SELECT pg_advisory_xact_lock(k.lock) FROM (SELECT DISTINCT hashtextextended(n.name, $1) AS lock \
             FROM unnest($2) AS n (name) ORDER BY lock) AS k",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<Text>, _>(names)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}
