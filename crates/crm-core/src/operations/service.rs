//! Operations on PostgreSQL.

use super::{Operation, OperationService, Report};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Reader, Result, Tx};
use rapport_schema::tables::operations;
use uuid::Uuid;

use crate::audit::{Action, Changes, Entry};

/// What the audit log calls an operation.
pub const RECORD: &str = "operation";

/// The operations, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgOperations;

#[derive(Queryable, Selectable)]
#[diesel(table_name = operations)]
struct Row {
    id: i64,
    uuid: Uuid,
    kind: String,
    report: RawJson,
    created_at: DateTime<Utc>,
}

#[async_trait]
impl OperationService for PgOperations {
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Operation> {
        let row = operations::table
            .filter(operations::organization_id.eq(db.organization()))
            .filter(operations::uuid.eq(id))
            .select(Row::as_select())
            .first(&mut db.conn())
            .await
            .optional()?
            .ok_or(Error::not_found("Operation"))?;
        Ok(Operation {
            id: row.id,
            uuid: row.uuid,
            kind: row.kind,
            report: serde_json::from_str(row.report.get()).map_err(Error::internal)?,
            created_at: row.created_at,
        })
    }
}

/// Keeps the report of what this transaction does. Answers the operation's id and the entry that the caller must write
/// to the audit log, with those of its records.
///
/// # Errors
/// When the database refuses it.
pub async fn keep(tx: &mut Tx, kind: &'static str, report: &Report) -> Result<(Uuid, Entry)> {
    let uuid = tx.uuid();
    diesel::insert_into(operations::table)
        .values((
            operations::organization_id.eq(tx.organization()),
            operations::uuid.eq(uuid),
            operations::kind.eq(kind),
            operations::report.eq(RawJson::of(report)?),
            operations::created_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    tx.emit(Event::new("operation.completed", RECORD, uuid));
    let entry = Entry {
        action: Action::Insert,
        record_type: RECORD,
        record: uuid,
        changes: Changes::new().field("kind", &None::<&str>, &kind).field(
            "counts",
            &None::<&str>,
            &report.counts,
        ),
    };
    Ok((uuid, entry))
}
