//! Contacts from CSV files (RFC 4180).
//!
//! [`receive`] keeps the file and reads its header, [`Mapping`] says which column goes where, and
//! [`ImportService::create`] leaves the rest to a job, [`RunImport`]. It reads the file as a stream and writes it in
//! batches of at most 1,000 rows, each in a transaction of its own that also notes how far the import is: whoever
//! goes on after a crash begins with the next batch. Imports of an organization take turns batch by batch.
//!
//! # What is kept, and for how long
//! The file goes when the import ends. The rows that failed stay for 30 days, as they stood in the file, so that they
//! can be downloaded; those with an address of a contact that is erased go with it.

mod batch;
mod custom;
mod forget;
mod job;
mod lookup;
mod mapping;
mod people;
mod plan;
mod receive;
mod records;
mod row;
mod rows;
mod service;
mod write;

pub use forget::ForgetImportErrors;
pub(crate) use forget::forget;
pub use job::RunImport;
pub use mapping::{Field, Mapping};
pub use receive::{Received, receive};
pub use service::PgImports;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_platform::{Page, PageRequest, Reader, Result, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The type of record in the audit log.
pub(crate) const RECORD: &str = "contact_import";
/// What is said when there is no such import.
const NAME: &str = "Import";
/// How long the rows that failed are kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// By which of its addresses a row is told to be of a contact that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKey {
    /// One of its e-mail addresses.
    Email,
    /// One of its telephone numbers.
    PhoneNumber,
}

impl MatchKey {
    /// The key called `name`, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "email" => Some(Self::Email),
            "phone_number" => Some(Self::PhoneNumber),
            _ => None,
        }
    }

    /// Its name, which is that of its field.
    pub fn name(self) -> &'static str {
        self.field().name()
    }

    fn field(self) -> &'static Field {
        match self {
            Self::Email => &Field::Email,
            Self::PhoneNumber => &Field::PhoneNumber,
        }
    }
}

/// What becomes of a row of a contact that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMatch {
    /// The contact takes over what the row has.
    Update,
    /// Nothing.
    Skip,
}

/// How a file is taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// What stands between two cells.
    pub delimiter: u8,
    /// Tried in this order; with none, every row makes a contact.
    pub keys: Vec<MatchKey>,
    /// What becomes of rows of contacts that are there.
    pub on_match: OnMatch,
}

/// A file that is to be imported.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// The import's id, which is also the name under which [`receive`] has kept the file.
    pub id: Uuid,
    /// What was received.
    pub received: Received,
    /// Which column goes where.
    pub mapping: Mapping,
    /// By what rows are told to be of contacts that are there.
    pub keys: Vec<MatchKey>,
    /// What becomes of those.
    pub on_match: OnMatch,
    /// Whether all is checked and counted, but nothing written.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing was done yet.
    Queued,
    /// Some of it is done.
    Running,
    /// All of it is done.
    Done,
    /// It was given up; what was done stays.
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// Its name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many are done: the sum of the others.
    pub processed: i32,
    /// How many made a contact.
    pub created: i32,
    /// How many were of a contact that took them over.
    pub updated: i32,
    /// How many were of a contact that was left alone, or empty.
    pub skipped: i32,
    /// How many could not be taken.
    pub failed: i32,
}

/// An import of contacts.
#[derive(Debug, Clone)]
pub struct Import {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// How far it is.
    pub state: State,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// How the file is taken.
    pub options: Options,
    /// The file's header and where its columns go.
    pub mapping: Mapping,
    /// The size of the file in bytes.
    pub size_bytes: i64,
    /// How many rows the file has, without the header; `None` until they are counted.
    pub total: Option<i32>,
    /// What became of them so far.
    pub counts: Counts,
    /// Why it was given up.
    pub error: Option<String>,
    /// The agent for whom it acts, by the numeric id.
    pub agent: Option<i64>,
    /// The API key that asked for it, by the numeric id.
    pub api_key: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A row that could not be taken.
#[derive(Debug, Clone)]
pub struct RowError {
    /// Its number as spreadsheets count, the header being row 1; lines without any cell do not count.
    pub row: i32,
    /// The column that is to blame by its header, else the field.
    pub column: Option<String>,
    /// What is wrong, for people.
    pub message: String,
    /// The row as it stood in the file.
    pub cells: Vec<String>,
}

/// The imports of an organization.
#[async_trait]
pub trait ImportService: Send + Sync {
    /// All imports, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Import>>;

    /// One import; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Import>;

    /// Asks for an import. `Invalid` when no column is mapped to one of its match keys.
    async fn create(&self, tx: &mut Tx, new: NewImport) -> Result<Import>;

    /// Up to `limit` of the rows that failed, in their order, after the row of this number. They are kept for 30 days.
    async fn errors(&self, db: &Reader, import: i64, after: i32, limit: i64) -> Result<Vec<RowError>>;
}
