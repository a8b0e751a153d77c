//! Threads: in which conversation an e-mail belongs.

mod funnel;
mod ids;
mod merge;
mod service;
mod subject;

pub use service::PgThreads;
pub use subject::{Subject, subject_key};

use crate::conversations::Conversation;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Result, Tx};
use uuid::Uuid;

/// What an e-mail says about its thread (RFC 5322, 3.6.4). Message-IDs may have their angle brackets or not.
#[derive(Debug, Clone)]
pub struct ThreadKeys {
    /// Its own Message-ID.
    pub message_id: Option<String>,
    /// The ids in In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// The ids in References, oldest first.
    pub references: Vec<String>,
    /// The subject line with its prefixes.
    pub subject: Option<String>,
    /// The contact on the other side.
    pub contact: Uuid,
    /// When it was sent.
    pub occurred_at: DateTime<Utc>,
}

/// In which conversation an e-mail belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadPlace {
    /// This one.
    Existing(Conversation),
    /// One that has yet to be made.
    New,
}

/// Finds the threads of e-mails.
///
/// Use it in one transaction: `place`, make the conversation if it is new, record the message, `remember`.
/// Mails of one thread that are placed at once wait for each other. Transactions that place several mails
/// can block one another; PostgreSQL then ends one of them with `Unavailable`, and it may be run again.
#[async_trait]
pub trait ThreadService: Send + Sync {
    /// The conversation that knows any of the ids; several that do are merged into the oldest. When none
    /// does and the subject is that of a reply or forward: the last active conversation of the contact
    /// with the same subject, if it was active within 90 days.
    async fn place(&self, tx: &mut Tx, keys: &ThreadKeys) -> Result<ThreadPlace>;

    /// Notes that the ids belong to the conversation, unless another one has them; `NotFound` when it is
    /// not of the organization.
    async fn remember(&self, tx: &mut Tx, conversation: Uuid, keys: &ThreadKeys) -> Result<()>;
}
