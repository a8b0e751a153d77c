//! Funnels: what conversations go through, from one status to the next. An organization has none at first.

mod rows;
mod service;
mod statuses;

pub use service::PgFunnels;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// How many statuses a funnel may have.
pub const MOST_STATUSES: usize = 100;

/// Statuses in their order.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The name; no other funnel of the organization has it.
    pub name: String,
    /// Its statuses, in their order.
    pub statuses: Vec<FunnelStatus>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its name last changed.
    pub updated_at: DateTime<Utc>,
}

/// A step of a funnel.
#[derive(Debug, Clone)]
pub struct FunnelStatus {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The name; no other status of the funnel has it.
    pub name: String,
    /// Where it stands in its funnel, from 0.
    pub position: usize,
}

/// What a funnel is made of.
#[derive(Debug, Clone, Default)]
pub struct NewFunnel {
    /// The name.
    pub name: String,
    /// The names of its statuses, in their order; at most [`MOST_STATUSES`].
    pub statuses: Vec<String>,
}

/// What a status is made of.
#[derive(Debug, Clone, Default)]
pub struct NewFunnelStatus {
    /// The name.
    pub name: String,
    /// Where it stands, from 0; those from there on move up. At the end when absent or beyond.
    pub position: Option<usize>,
}

/// Changes to a status; what is kept stays as it is, and nothing can be cleared.
#[derive(Debug, Clone, Default)]
pub struct FunnelStatusPatch {
    /// The name.
    pub name: Patch<String>,
    /// Where it stands then, from 0; the others close ranks.
    pub position: Patch<usize>,
}

/// The funnels of an organization.
#[async_trait]
pub trait FunnelService: Send + Sync {
    /// All funnels, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Funnel>>;

    /// One funnel; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Funnel>;

    /// Makes a funnel; `Conflict` when another one has the name, or two statuses share one.
    async fn create(&self, tx: &mut Tx, new: NewFunnel) -> Result<Funnel>;

    /// Gives a funnel another name and answers it as it is then; `Conflict` when another one has it.
    async fn rename(&self, tx: &mut Tx, id: Uuid, name: String) -> Result<Funnel>;

    /// Deletes a funnel and its statuses; `Conflict` when a conversation is in it.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;

    /// Adds a status; `Conflict` when another one of the funnel has the name.
    async fn add_status(&self, tx: &mut Tx, funnel: Uuid, new: NewFunnelStatus) -> Result<FunnelStatus>;

    /// Changes a status and answers it as it is then; `NotFound` when it is not of the funnel.
    async fn update_status(
        &self,
        tx: &mut Tx,
        funnel: Uuid,
        id: Uuid,
        patch: FunnelStatusPatch,
    ) -> Result<FunnelStatus>;

    /// Deletes a status; `Conflict` when a conversation has it.
    async fn delete_status(&self, tx: &mut Tx, funnel: Uuid, id: Uuid) -> Result<()>;
}
