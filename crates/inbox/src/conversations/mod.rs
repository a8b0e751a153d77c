//! Conversations: what is said with one contact about one matter.

mod folder;
mod references;
mod rows;
mod service;

pub use folder::{DEFAULT_FOLDER, folder_slug};
pub use references::ContactConversations;
pub use service::PgConversations;
pub(crate) use service::{RECORD, exists, lock, read};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// A conversation with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The contact it is with.
    pub contact: Uuid,
    /// The agent it is assigned to.
    pub agent: Option<Uuid>,
    /// The folder it lies in, as a slug: `inbox`.
    pub folder: String,
    /// Whether everything received has been read.
    pub is_read: bool,
    /// When its first message was sent, or it was made, whichever is earlier.
    pub start_at: DateTime<Utc>,
    /// When its last message was sent, or it was made, whichever is later.
    pub last_activity_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed, a new message included.
    pub updated_at: DateTime<Utc>,
}

/// Which conversations are wanted; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// Only those that started at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that started before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only those with this contact.
    pub contact: Option<Uuid>,
    /// Only those assigned to this agent.
    pub agent: Option<Uuid>,
}

/// What a conversation is made of. It has no messages and nothing to read at first.
#[derive(Debug, Clone, Default)]
pub struct NewConversation {
    /// A contact of the organization.
    pub contact: Uuid,
    /// The agent it is assigned to, of the organization.
    pub agent: Option<Uuid>,
    /// The folder, slugged before it is stored; `inbox` when absent.
    pub folder: Option<String>,
    /// The subject by which replies without references find it.
    pub subject: Option<String>,
    /// When it started; now when absent. Imports give the time of the first message.
    pub start_at: Option<DateTime<Utc>>,
}

impl NewConversation {
    /// A conversation with this contact, and the defaults for the rest.
    pub fn with(contact: Uuid) -> Self {
        Self {
            contact,
            ..Self::default()
        }
    }
}

/// Changes to a conversation; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ConversationPatch {
    /// The folder, slugged before it is stored.
    pub folder: Option<String>,
    /// Whether everything received has been read.
    pub is_read: Option<bool>,
    /// The agent it is assigned to.
    pub agent: Patch<Uuid>,
}

/// The conversations of an organization.
#[async_trait]
pub trait ConversationService: Send + Sync {
    /// Conversations, newest first by (`start_at`, `id`). `NotFound` of `Contact` or `Agent` when the one
    /// in the filter is not of the organization.
    async fn list(
        &self,
        db: &Reader,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Result<Page<Conversation>>;

    /// One conversation; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Conversation>;

    /// Makes a conversation; `Invalid` when contact or agent are not of the organization.
    async fn create(&self, tx: &mut Tx, new: NewConversation) -> Result<Conversation>;

    /// Changes a conversation and answers it as it is then.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ConversationPatch) -> Result<Conversation>;
}
