//! Writing entries.

use super::{Action, Changes};
use diesel::ExpressionMethods;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::audit_logs::{self, dsl};
use uuid::Uuid;

/// How many entries one statement writes: PostgreSQL takes 65,535 values.
const BATCH: usize = 1_000;

/// Writes one entry: the actor of the transaction did `action` to the record. A `record` is its type, one of
/// [`super::RECORD_TYPES`], and its UUID.
///
/// # Errors
/// When the database refuses it, in which case the change itself must not be committed either.
pub async fn record(tx: &Tx, action: Action, record: (&str, Uuid), changes: &Changes) -> Result<()> {
    record_in(tx, tx.organization(), action, record, changes).await
}

/// As [`record`], of a record of another organization that the transaction's has: its sandbox.
///
/// # Errors
/// As [`record`].
pub(crate) async fn record_in(
    tx: &Tx,
    organization: i64,
    action: Action,
    (record_type, record): (&str, Uuid),
    changes: &Changes,
) -> Result<()> {
    let changes = [(record, changes.clone())];
    write(tx, organization, action, record_type, &changes).await
}

/// As [`record`] for many records of one type, in few statements.
///
/// # Errors
/// As [`record`].
pub async fn record_many(
    tx: &Tx,
    action: Action,
    record_type: &str,
    entries: &[(Uuid, Changes)],
) -> Result<()> {
    for batch in entries.chunks(BATCH) {
        write(tx, tx.organization(), action, record_type, batch).await?;
    }
    Ok(())
}

/// One of several entries that are written together.
#[derive(Debug)]
pub struct Entry {
    /// What was done.
    pub action: Action,
    /// The type of the record: one of [`super::RECORD_TYPES`].
    pub record_type: &'static str,
    /// The record.
    pub record: Uuid,
    /// What changed.
    pub changes: Changes,
}

/// As [`record`] for records of any types, in one statement however many there are.
///
/// # Errors
/// As [`record`].
pub async fn record_all(tx: &Tx, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let actor = tx.ctx().actor;
    let (mut uuids, mut actions, mut types) = (vec![], vec![], vec![]);
    let (mut records, mut changes) = (vec![], vec![]);
    for entry in entries {
        uuids.push(tx.uuid());
        actions.push(entry.action.name());
        types.push(entry.record_type);
        records.push(entry.record);
        changes.push(RawJson::of(&entry.changes)?);
    }
    diesel::sql_query(
        "INSERT INTO audit_logs (organization_id, uuid, occurred_at, actor_type, agent_id, api_key_id, action_type, \
             record_type, record_id, changes, request_id) \
         SELECT $1, n.uuid, $2, $3, $4, $5, n.action, n.type, n.record, n.changes, $6 \
         FROM unnest(CAST($7 AS uuid[]), CAST($8 AS text[]), CAST($9 AS text[]), CAST($10 AS uuid[]), \
             CAST($11 AS jsonb[])) WITH ORDINALITY AS n (uuid, action, type, record, changes, place) \
         ORDER BY n.place",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.present())
    .bind::<Text, _>(actor.kind())
    .bind::<Nullable<BigInt>, _>(actor.agent())
    .bind::<Nullable<BigInt>, _>(actor.key())
    .bind::<Text, _>(&*tx.ctx().request_id)
    .bind::<Array<SqlUuid>, _>(uuids)
    .bind::<Array<Text>, _>(actions)
    .bind::<Array<Text>, _>(types)
    .bind::<Array<SqlUuid>, _>(records)
    .bind::<Array<Jsonb>, _>(changes)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

async fn write(
    tx: &Tx,
    organization: i64,
    action: Action,
    record_type: &str,
    entries: &[(Uuid, Changes)],
) -> Result<()> {
    let actor = tx.ctx().actor;
    let mut rows = Vec::with_capacity(entries.len());
    for (record, changes) in entries {
        rows.push((
            dsl::organization_id.eq(organization),
            dsl::uuid.eq(tx.uuid()),
            dsl::occurred_at.eq(tx.present()),
            dsl::actor_type.eq(actor.kind()),
            dsl::agent_id.eq(actor.agent()),
            dsl::api_key_id.eq(actor.key()),
            dsl::action_type.eq(action.name()),
            dsl::record_type.eq(record_type),
            dsl::record_id.eq(*record),
            dsl::changes.eq(RawJson::of(changes)?),
            dsl::request_id.eq(&*tx.ctx().request_id),
        ));
    }
    diesel::insert_into(audit_logs::table)
        .values(rows)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
