//! The table of values.

use super::FieldType;
use super::check::Data;
use super::keep::Owner;
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::custom_field_values;

/// The values of one record's defined keys, checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(pub(super) Vec<Value>);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub definition: i64,
    pub field_type: FieldType,
    pub key: String,
    pub data: Data,
}

/// The columns of many rows.
#[derive(Default)]
struct Columns {
    definitions: Vec<i64>,
    entities: Vec<i64>,
    created: Vec<DateTime<Utc>>,
    texts: Vec<Option<String>>,
    numbers: Vec<Option<BigDecimal>>,
    times: Vec<Option<DateTime<Utc>>>,
    booleans: Vec<Option<bool>>,
}

impl Columns {
    fn push(&mut self, owner: Owner, value: &Value) {
        self.definitions.push(value.definition);
        self.entities.push(owner.id);
        self.created.push(owner.created_at);
        let (mut text, mut number, mut time, mut boolean) = (None, None, None, None);
        match &value.data {
            Data::Text(value) => text = Some(value.clone()),
            Data::Number(value) => number = Some(value.clone()),
            Data::Time(value) => time = Some(*value),
            Data::Boolean(value) => boolean = Some(*value),
        }
        self.texts.push(text);
        self.numbers.push(number);
        self.times.push(time);
        self.booleans.push(boolean);
    }
}

/// Adds values, which must not be there yet, in one statement.
pub(super) async fn insert(tx: &Tx, records: &[(Owner, Values)]) -> Result<()> {
    let mut columns = Columns::default();
    for (owner, values) in records {
        values.0.iter().for_each(|value| columns.push(*owner, value));
    }
    if columns.definitions.is_empty() {
        return Ok(());
    }
    let insert = "INSERT INTO custom_field_values (organization_id, definition_id, entity_id, entity_created_at, \
                  text_value, number_value, time_value, boolean_value) \
                  SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8)";
    diesel::sql_query(insert)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<BigInt>, _>(columns.definitions)
        .bind::<Array<BigInt>, _>(columns.entities)
        .bind::<Array<Timestamptz>, _>(columns.created)
        .bind::<Array<Nullable<Text>>, _>(columns.texts)
        .bind::<Array<Nullable<Numeric>>, _>(columns.numbers)
        .bind::<Array<Nullable<Timestamptz>>, _>(columns.times)
        .bind::<Array<Nullable<Bool>>, _>(columns.booleans)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Removes the values of these definitions from these records.
pub(super) async fn remove(tx: &Tx, definitions: &[i64], entities: &[i64]) -> Result<()> {
    use custom_field_values::dsl;
    diesel::delete(custom_field_values::table)
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::definition_id.eq_any(definitions))
        .filter(dsl::entity_id.eq_any(entities))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Removes values, each of a definition and a record.
pub(super) async fn remove_pairs(tx: &Tx, (definitions, entities): (Vec<i64>, Vec<i64>)) -> Result<()> {
    if definitions.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "DELETE FROM custom_field_values AS v USING unnest($2, $3) AS n (definition, entity) \
         WHERE v.organization_id = $1 AND v.definition_id = n.definition AND v.entity_id = n.entity",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(definitions)
    .bind::<Array<BigInt>, _>(entities)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

/// Removes the values of a definition from all records: those that are `only`, or all.
pub(super) async fn clear(tx: &Tx, definition: i64, only: Option<&str>) -> Result<()> {
    use custom_field_values::dsl;
    let values = diesel::delete(custom_field_values::table)
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::definition_id.eq(definition));
    match only {
        None => values.execute(&mut tx.conn()).await?,
        Some(text) => {
            values
                .filter(dsl::text_value.eq(text))
                .execute(&mut tx.conn())
                .await?
        }
    };
    Ok(())
}
