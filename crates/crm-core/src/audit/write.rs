//! Writing entries.

use super::{Action, Changes};
use diesel::ExpressionMethods;
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
            dsl::occurred_at.eq(tx.now()),
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
