//! Operations: requests that carry many items, each of which is stored or refused by itself. The report of each is kept,
//! so that whoever missed the answer can look it up, for a number of days.

mod purge;
mod report;
mod service;

pub use purge::PurgeOperations;
pub use report::{Code, Counts, Issue, ItemReport, Outcome, Report};
pub use service::{PgOperations, RECORD, keep};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Reader, Result};
use uuid::Uuid;

/// The most items that one operation may carry.
pub const MOST: usize = 1_000;

/// What became of a request that carried many items.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// What was done: `conversations.create`, `conversations.update`.
    pub kind: String,
    /// What became of each item.
    pub report: Report,
    /// When it was carried out.
    pub created_at: DateTime<Utc>,
}

/// Reads operations; [`keep`] writes one.
#[async_trait]
pub trait OperationService: Send + Sync {
    /// One operation; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Operation>;
}
