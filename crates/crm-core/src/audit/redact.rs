//! The one exception from append-only.

use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use rapport_platform::{Result, Tx};
use uuid::Uuid;

/// Held while rights are given and taken: PostgreSQL does not let two transactions do so at once.
const LOCK: i64 = 7_254_170_002;

/// Puts `"[erased]"` in the place of every value that the entries about these records tell, but for those of the
/// fields in `keep`. Entries, fields, times and actors stay: it is still seen that something was changed, when, and
/// by whom.
///
/// The right to change this one column is given and taken back within the transaction, so that nobody else ever has
/// it, and it is gone whether the transaction commits or not. Call it late in the transaction: others that redact
/// wait until it ends.
///
/// # Errors
/// When the database refuses it, as it does unless its role owns the table.
pub async fn redact(tx: &Tx, record_type: &str, records: &[Uuid], keep: &[&str]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(&mut tx.conn())
        .await?;
    tx.conn()
        .batch_execute("GRANT UPDATE (changes) ON audit_logs TO CURRENT_USER")
        .await?;
    diesel::sql_query(
        "UPDATE audit_logs SET changes = ( \
             SELECT jsonb_agg(CASE WHEN change->>'field' = ANY ($4) THEN change ELSE change || jsonb_build_object( \
                 'from', CASE WHEN change->'from' = 'null' THEN NULL ELSE '[erased]' END, \
                 'to', CASE WHEN change->'to' = 'null' THEN NULL ELSE '[erased]' END) END ORDER BY place) \
             FROM jsonb_array_elements(changes) WITH ORDINALITY AS told (change, place)) \
         WHERE organization_id = $1 AND record_type = $2 AND record_id = ANY ($3) AND changes <> '[]'",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Text, _>(record_type)
    .bind::<Array<SqlUuid>, _>(records)
    .bind::<Array<Text>, _>(keep)
    .execute(&mut tx.conn())
    .await?;
    tx.conn()
        .batch_execute("REVOKE UPDATE (changes) ON audit_logs FROM CURRENT_USER")
        .await?;
    Ok(())
}
