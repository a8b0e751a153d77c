//! API keys: how programs get in. Only a digest is stored; the key itself is shown once.

mod lookup;
mod rows;
mod service;

pub use lookup::{Credential, Membership, Refusal, find, touch};
pub use service::PgApiKeys;
pub(crate) use service::{announce, end};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Reader, Result, Scopes, Tx};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The channel on which a change to a credential is told, so that caches drop it at once.
pub const CHANGED: &str = "rapport_credentials";

/// What the list of keys shows of a key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// The numeric id.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The organization it opens: the one that made it, or its sandbox when it is a test key.
    pub organization: Membership,
    /// The first characters of the key: `sk_live_4fGh`.
    pub prefix: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The agent for whom it acts.
    pub agent: Option<Uuid>,
    /// Whether it is accepted.
    pub active: bool,
    /// When it ends; never when `None`.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a key is made of.
#[derive(Debug, Clone, Default)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The agent for whom it acts.
    pub agent: Option<Uuid>,
    /// When it ends; never when `None`.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it is for trying things: `sk_test_…`. It then opens the organization's sandbox.
    pub test: bool,
}

/// The keys of an organization.
#[async_trait]
pub trait ApiKeyService: Send + Sync {
    /// All keys of the organization and of its sandbox, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<ApiKey>>;

    /// Makes a key, in the organization's sandbox when it is a test key; the second value is the key itself, which is not stored and cannot be shown again.
    async fn create(&self, tx: &mut Tx, new: NewApiKey) -> Result<(ApiKey, String)>;

    /// Ends a key of the organization or of its sandbox at once. `NotFound` when it is of neither.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;
}

/// The SHA-256 digest under which a key is stored.
pub fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}
