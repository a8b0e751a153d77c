//! Finding what the log tells of somebody, of whom no row tells any more.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Record {
    #[diesel(sql_type = SqlUuid)]
    record_id: Uuid,
}

/// All texts that entries about records of this type tell of a field, before and after changes.
///
/// # Errors
/// When the database cannot be asked.
pub async fn told(tx: &Tx, record_type: &str, field: &str) -> Result<Vec<String>> {
    let query = diesel::sql_query(
        "SELECT DISTINCT side.value FROM audit_logs, jsonb_array_elements(changes) AS change, \
             LATERAL (VALUES (change->>'from'), (change->>'to')) AS side (value) \
         WHERE organization_id = $1 AND record_type = $2 AND change->>'field' = $3 AND side.value IS NOT NULL",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Text, _>(record_type)
    .bind::<Text, _>(field);
    let told: Vec<Told> = query.load(&mut tx.conn()).await?;
    Ok(told.into_iter().map(|told| told.value).collect())
}

/// The records of this type of which an entry tells one of these texts, alone or in a list, in whatever case.
///
/// # Errors
/// When the database cannot be asked.
pub async fn telling(tx: &Tx, record_type: &str, texts: &[String]) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query(
        "SELECT DISTINCT record_id FROM audit_logs \
         WHERE organization_id = $1 AND record_type = $2 AND EXISTS ( \
             SELECT 1 FROM jsonb_path_query(changes, '$[*].**') AS value \
             WHERE lower(value #>> '{}') = ANY (SELECT lower(text) FROM unnest($3) AS text))",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Text, _>(record_type)
    .bind::<Array<Text>, _>(texts);
    let records: Vec<Record> = query.load(&mut tx.conn()).await?;
    Ok(records.into_iter().map(|record| record.record_id).collect())
}
