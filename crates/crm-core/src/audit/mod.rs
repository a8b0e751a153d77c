//! The audit log: who changed what, field by field, in the transaction of the change itself.
//!
//! The database keeps it append-only: the role that owns the table has taken the right to change and delete entries
//! from itself. The one exception is [`redact`], which the law asks for. A superuser is bound by no such thing:
//! [`is_append_only`] tells.

mod changes;
mod find;
mod redact;
mod rows;
mod service;
mod write;

pub use changes::Changes;
pub use find::{telling, told};
pub use redact::redact;
pub use service::PgAuditLogs;
pub(crate) use write::record_in;
pub use write::{Entry, record, record_all, record_many};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use rapport_platform::{Db, Page, PageRequest, RawJson, Reader, Result};
use uuid::Uuid;

/// The types of records that the log tells of.
pub const RECORD_TYPES: &[&str] = &[
    "sale",
    "conversation",
    "message",
    "message_draft",
    "response_draft",
    "contact",
    "company",
    "organization",
    "agent",
    "file",
    "api_key",
    "pipeline_stage",
    "channel",
    "task",
    "funnel",
    "funnel_status",
    "team",
    "ai_employee",
    "custom_field_definition",
    "custom_field_option",
    "contact_import",
    "operation",
];

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was made.
    Insert,
    /// Fields of it changed.
    Update,
    /// It was deleted.
    Delete,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 3] = [Self::Insert, Self::Update, Self::Delete];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// One entry of the log.
#[derive(Debug, Clone)]
pub struct AuditLog {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// When the change was made.
    pub occurred_at: DateTime<Utc>,
    /// The agent who made it, or for whom the key that made it acts.
    pub agent: Option<Uuid>,
    /// What was done: `insert`, `update` or `delete`.
    pub action: String,
    /// The type of the record: one of [`RECORD_TYPES`].
    pub record_type: String,
    /// The record.
    pub record: Uuid,
    /// A list of `{"field", "from", "to"}`.
    pub changes: RawJson,
}

/// Which entries are wanted; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only those made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those made before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only those made by this agent, who may be deleted, or a key that acts for it.
    pub agent: Option<Uuid>,
    /// Only those about records of this type.
    pub record_type: Option<String>,
    /// Only those about this record, which may be deleted.
    pub record: Option<Uuid>,
    /// Only those in which this was done.
    pub action: Option<Action>,
}

/// Reads the audit log; [`record`] writes it.
#[async_trait]
pub trait AuditService: Send + Sync {
    /// Entries, newest first by (`occurred_at`, `id`). `NotFound` of `Agent` when the one in the filter is not of
    /// the organization, `Invalid` when there are no such records.
    async fn list(&self, db: &Reader, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditLog>>;

    /// One entry; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<AuditLog>;
}

#[derive(diesel::QueryableByName)]
struct Rights {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    changes: bool,
}

/// Whether the database keeps the role it is used with from changing and deleting entries. It never keeps a
/// superuser from anything.
///
/// # Errors
/// When the database is out of reach.
pub async fn is_append_only(db: &Db) -> Result<bool> {
    let rights: Rights =
        diesel::sql_query("SELECT has_table_privilege('audit_logs', 'UPDATE, DELETE, TRUNCATE') AS changes")
            .get_result(&mut db.directory().await?.conn())
            .await?;
    Ok(!rights.changes)
}
