//! The rows behind imports.

use super::mapping::{Field, Mapping};
use super::{Counts, Import, OnMatch, Options, RowError, State};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_platform::{Position, RawJson};
use rapport_schema::tables::{contact_import_errors, contact_imports};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = contact_imports)]
pub(super) struct ImportRow {
    id: i64,
    uuid: Uuid,
    state: String,
    dry_run: bool,
    options: RawJson,
    header: Vec<String>,
    fields: Vec<Option<String>>,
    size_bytes: i64,
    total: Option<i32>,
    #[diesel(embed)]
    counts: CountsRow,
    error: Option<String>,
    agent_id: Option<i64>,
    api_key_id: Option<i64>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = contact_imports)]
pub(super) struct CountsRow {
    processed: i32,
    created: i32,
    updated: i32,
    skipped: i32,
    failed: i32,
}

impl ImportRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<CountsRow> for Counts {
    fn from(row: CountsRow) -> Self {
        Self {
            processed: row.processed,
            created: row.created,
            updated: row.updated,
            skipped: row.skipped,
            failed: row.failed,
        }
    }
}

impl From<Counts> for CountsRow {
    fn from(counts: Counts) -> Self {
        Self {
            processed: counts.processed,
            created: counts.created,
            updated: counts.updated,
            skipped: counts.skipped,
            failed: counts.failed,
        }
    }
}

impl From<ImportRow> for Import {
    fn from(row: ImportRow) -> Self {
        let fields = row.fields.iter().map(|name| Field::parse(name.as_deref()?));
        // The options are what this module has written; a reader of later ones takes them as nothing to match by.
        let options = serde_json::from_str(row.options.get()).unwrap_or(Options {
            delimiter: b',',
            keys: Vec::new(),
            on_match: OnMatch::Update,
        });
        Self {
            id: row.id,
            uuid: row.uuid,
            state: State::ALL
                .into_iter()
                .find(|state| state.name() == row.state)
                .unwrap_or(State::Failed),
            dry_run: row.dry_run,
            options,
            mapping: Mapping {
                fields: fields.collect(),
                header: row.header,
            },
            size_bytes: row.size_bytes,
            total: row.total,
            counts: row.counts.into(),
            error: row.error,
            agent: row.agent_id,
            api_key: row.api_key_id,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contact_import_errors)]
pub(super) struct ErrorRow {
    row_number: i32,
    field: Option<String>,
    message: String,
    cells: Vec<String>,
}

impl From<ErrorRow> for RowError {
    fn from(row: ErrorRow) -> Self {
        Self {
            row: row.row_number,
            column: row.field,
            message: row.message,
            cells: row.cells,
        }
    }
}
