//! Channels: what carries messages. Every organization is made with a sandbox for each modality it writes,
//! from which nothing leaves.

mod rows;
mod service;

pub use service::PgChannels;
pub(crate) use service::make_sandboxes;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// The kind of channel from which nothing leaves, and its name in messages.
pub const SANDBOX: &str = "sandbox";

/// What carries messages of one modality.
#[derive(Debug, Clone)]
pub struct Channel {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// What it is: `sandbox`.
    pub kind: String,
    /// What it carries: `email`, `text`, `live_chat`.
    pub modality: String,
    /// What people call it.
    pub name: String,
    /// Whether it carries anything.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Changes to a channel; nothing of it can be cleared.
#[derive(Debug, Clone, Default)]
pub struct ChannelPatch {
    /// What people call it.
    pub name: Patch<String>,
    /// Whether it carries anything.
    pub active: Patch<bool>,
}

/// The channels of an organization.
#[async_trait]
pub trait ChannelService: Send + Sync {
    /// All channels, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Channel>>;

    /// One channel; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Channel>;

    /// Changes a channel and answers it as it is then.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ChannelPatch) -> Result<Channel>;

    /// The active channel for a modality, the oldest of several; `Invalid` of `modality` when there is none.
    async fn active(&self, tx: &Tx, modality: &str) -> Result<Channel>;
}
