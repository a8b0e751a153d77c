//! All records that have a value of one custom field: by one statement for each thing to do. The text of the statements
//! holds the name of the entity's table; keys and values are bound.

use super::keep::{Definitions, Owner};
use super::rows::Defined;
use super::{Definition, values};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Result, Tx};

/// How many records are indexed at a time.
const BATCH: i64 = 5_000;
/// The records of organization $1 that have key $2, or have it with the value $3.
const HAVING: &str = "organization_id = $1 AND (custom_fields -> $2) IS NOT NULL \
                      AND ($3 IS NULL OR (custom_fields -> $2) = to_jsonb($3))";

#[derive(QueryableByName)]
struct Having {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    custom_fields: RawJson,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// Whether a record that is not deleted has a value of the field.
pub(super) async fn any(tx: &Tx, definition: &Definition) -> Result<bool> {
    let Some(table) = definition.entity_type.table() else {
        return Ok(false);
    };
    let (name, live) = (table.name, table.live);
    let query = format!(
        "SELECT EXISTS (SELECT 1 FROM {name} WHERE organization_id = $1 AND (custom_fields ->> $2) IS NOT NULL \
         AND {live}) AS there"
    );
    let there: There = diesel::sql_query(query)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Text, _>(&definition.field_key)
        .get_result(&mut tx.conn())
        .await?;
    Ok(there.there)
}

/// Puts the values that fit into the index: all, or those that are `only`.
pub(super) async fn index(tx: &Tx, definition: &Definition, only: Option<&str>) -> Result<()> {
    let Some(table) = definition.entity_type.table() else {
        return Ok(());
    };
    let query = format!(
        "SELECT id, created_at, jsonb_build_object($2, custom_fields -> $2) AS custom_fields FROM {} \
         WHERE {HAVING} AND {} AND id > $4 ORDER BY id LIMIT $5",
        table.name, table.live
    );
    let defined = Defined {
        id: definition.id,
        field_type: definition.field_type,
    };
    let definitions = Definitions::only(&definition.field_key, defined);
    let mut last = 0;
    loop {
        let rows: Vec<Having> = diesel::sql_query(&query)
            .bind::<BigInt, _>(tx.organization())
            .bind::<Text, _>(&definition.field_key)
            .bind::<Nullable<Text>, _>(only)
            .bind::<BigInt, _>(last)
            .bind::<BigInt, _>(BATCH)
            .load(&mut tx.conn())
            .await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.id;
        let fields: Vec<_> = rows.iter().map(|row| &row.custom_fields).collect();
        let checked = definitions.check(tx, &fields).await?;
        let sound = rows.iter().zip(checked).filter_map(|(row, values)| {
            let (id, created_at) = (row.id, row.created_at);
            Some((Owner { id, created_at }, values.ok()?))
        });
        values::insert(tx, &sound.collect::<Vec<_>>()).await?;
    }
}

/// Takes the value of the field from all records that have it, or have it as `only`, and notes that in the audit log
/// of each. Answers how many there were.
pub(super) async fn strip(tx: &Tx, definition: &Definition, only: Option<&str>) -> Result<usize> {
    values::clear(tx, definition.id, only).await?;
    let Some(table) = definition.entity_type.table() else {
        return Ok(0);
    };
    note(tx, definition, only).await?;
    let update = format!(
        "UPDATE {} SET custom_fields = custom_fields - $2, updated_at = $4 WHERE {HAVING}",
        table.name
    );
    let stripped = diesel::sql_query(update)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Text, _>(&definition.field_key)
        .bind::<Nullable<Text>, _>(only)
        .bind::<Timestamptz, _>(tx.now())
        .execute(&mut tx.conn())
        .await?;
    Ok(stripped)
}

/// An entry in the audit log for each record that is about to lose its value.
async fn note(tx: &Tx, definition: &Definition, only: Option<&str>) -> Result<()> {
    let Some(table) = definition.entity_type.table() else {
        return Ok(());
    };
    let insert = format!(
        "INSERT INTO audit_logs (organization_id, uuid, occurred_at, actor_type, agent_id, api_key_id, action_type, \
         record_type, record_id, changes, request_id) \
         SELECT $1, gen_random_uuid(), $4, $5, $6, $7, 'update', '{record}', uuid, \
         jsonb_build_array(jsonb_build_object('field', 'custom_fields.' || $2, 'from', custom_fields -> $2, \
         'to', NULL)), $8 \
         FROM {name} WHERE {HAVING}",
        record = table.record,
        name = table.name,
    );
    let actor = tx.ctx().actor;
    diesel::sql_query(insert)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Text, _>(&definition.field_key)
        .bind::<Nullable<Text>, _>(only)
        .bind::<Timestamptz, _>(tx.now())
        .bind::<Text, _>(actor.kind())
        .bind::<Nullable<BigInt>, _>(actor.agent())
        .bind::<Nullable<BigInt>, _>(actor.key())
        .bind::<Text, _>(&*tx.ctx().request_id)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
