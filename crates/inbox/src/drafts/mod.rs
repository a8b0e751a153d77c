//! Drafts: what is to be sent, now, later or when somebody says so. A message draft is the first message to
//! somebody; a response draft belongs to a conversation, which has at most one that is not sent.
//!
//! A draft that has a time is sent by the job [`SendDraft`]. The draft's row decides: the job locks it, looks
//! whether it is still what the job was made for, and marks it sent in the transaction that makes the
//! message. So a draft is sent once, however often the job runs, and not at all when it is deleted before.

mod check;
mod erase;
mod kinds;
mod log;
mod merge;
mod messages;
mod responses;
mod rows;
mod schedule;
mod send;
mod way;

pub(crate) use erase::erase;
pub use kinds::{DraftKind, DraftStatus};
pub(crate) use merge::merge;
pub use messages::PgMessageDrafts;
pub use responses::PgResponseDrafts;
pub use send::SendDraft;

use crate::messages::{Authorship, Modality};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Reader, Result, Tx};
use uuid::Uuid;

/// The folder of drafts that nobody has filed. What is sent from it lies in the inbox.
pub const DEFAULT_FOLDER: &str = "drafts";

/// What is to be sent.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// Whether it is a first message or a response.
    pub kind: DraftKind,
    /// How far it has come.
    pub status: DraftStatus,
    /// Of a response, where it belongs; of a first message, what it became.
    pub conversation: Option<Uuid>,
    /// The agent who wrote it.
    pub agent: Option<Uuid>,
    /// Email or text, of a first message; a response goes the way its conversation went last.
    pub modality: Option<Modality>,
    /// To whom; of a response, its conversation's contact as it is now.
    pub recipient: Recipient,
    /// The subject line of a first message.
    pub subject: Option<String>,
    /// The folder of a first message, as a slug; its conversation will lie there.
    pub folder: Option<String>,
    /// What it says, sanitised.
    pub body_html: Option<String>,
    /// Who gets a copy.
    pub cc_emails: Vec<String>,
    /// Who gets a copy without the others seeing it.
    pub bcc_emails: Vec<String>,
    /// Who wrote it: a person, the AI, or both.
    pub authorship: Authorship,
    /// When it is sent by itself; none when it waits.
    pub scheduled_send_at: Option<DateTime<Utc>>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The message it became.
    pub message: Option<Uuid>,
    /// Why it could not be sent.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// To whom a draft goes. E-mail needs an e-mail address, text a phone number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The full name.
    pub name: Option<String>,
    /// The e-mail address, as typed.
    pub email: Option<String>,
    /// The telephone number, as typed.
    pub phone_number: Option<String>,
}

/// When a draft is sent, and whether people are told of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sending {
    /// Send it without waiting for anybody: at the time below, or else at once.
    pub autosend: bool,
    /// Ask for somebody to look at it, by the event `draft.notification_requested`. Not with `autosend`.
    pub add_notification: bool,
    /// Send it at this time, which lies ahead.
    pub scheduled_send_at: Option<DateTime<Utc>>,
}

/// A first message to somebody. It needs a subject or a body.
#[derive(Debug, Clone)]
pub struct NewMessageDraft {
    /// Email or text.
    pub modality: Modality,
    /// To whom; the contact is found by the address that the modality uses, or made.
    pub recipient: Recipient,
    /// The agent who wrote it; the acting one when absent.
    pub agent: Option<Uuid>,
    /// The subject line.
    pub subject: Option<String>,
    /// The folder, slugged before it is stored; `drafts` when absent.
    pub folder: Option<String>,
    /// What it says; sanitised before it is stored.
    pub body_html: Option<String>,
    /// Who gets a copy.
    pub cc_emails: Vec<String>,
    /// Who gets a copy without the others seeing it.
    pub bcc_emails: Vec<String>,
    /// Who wrote it; a person when absent.
    pub authorship: Option<Authorship>,
    /// When it is sent.
    pub sending: Sending,
}

/// A response in a conversation.
#[derive(Debug, Clone, Default)]
pub struct NewResponseDraft {
    /// What it says; sanitised before it is stored.
    pub body_html: String,
    /// Who gets a copy.
    pub cc_emails: Vec<String>,
    /// Who gets a copy without the others seeing it.
    pub bcc_emails: Vec<String>,
    /// Who wrote it; a person when absent. What the AI wrote and another body overwrites, unless that is the
    /// AI's too, becomes `AiEdited`.
    pub authorship: Option<Authorship>,
    /// When it is sent.
    pub sending: Sending,
}

/// What became of a [`NewResponseDraft`].
#[derive(Debug, Clone)]
pub enum Upsert {
    /// The conversation had none that was not sent.
    Created(Draft),
    /// It took the place of the one there was, and its id.
    Overwritten(Draft),
}

/// Which response drafts are wanted; all by default.
#[derive(Debug, Clone, Default)]
pub struct DraftFilter {
    /// Only those made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those made before this time.
    pub to: Option<DateTime<Utc>>,
}

/// The drafts of first messages of an organization.
#[async_trait]
pub trait MessageDraftService: Send + Sync {
    /// Those that are not sent, newest first by (`created_at`, `id`).
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Draft>>;

    /// One, sent or not; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Draft>;

    /// Makes one. `Invalid` when a value is out of bounds or no active channel carries the modality.
    async fn create(&self, tx: &mut Tx, new: NewMessageDraft) -> Result<Draft>;

    /// Deletes one, which then is not sent; `Conflict` when it has been.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;
}

/// The drafts of responses in the conversations of an organization.
#[async_trait]
pub trait ResponseDraftService: Send + Sync {
    /// Those of a conversation that are not sent, newest first by (`created_at`, `id`); `NotFound` when the
    /// conversation is not of the organization.
    async fn list(
        &self,
        db: &Reader,
        conversation: Uuid,
        filter: &DraftFilter,
        page: &PageRequest,
    ) -> Result<Page<Draft>>;

    /// One, sent or not; `NotFound` of `Conversation` or `Response draft`.
    async fn get(&self, db: &Reader, conversation: Uuid, id: Uuid) -> Result<Draft>;

    /// Makes the conversation's draft, or overwrites the one that is not sent. Calls at once follow one
    /// another. `Invalid` when a value is out of bounds or no active channel carries the response.
    async fn put(&self, tx: &mut Tx, conversation: Uuid, new: NewResponseDraft) -> Result<Upsert>;

    /// Deletes one, which then is not sent; `Conflict` when it has been.
    async fn delete(&self, tx: &mut Tx, conversation: Uuid, id: Uuid) -> Result<()>;
}
