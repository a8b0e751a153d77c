//! Messages: the activity timeline of a conversation.

mod check;
mod kinds;
mod rows;
mod service;

pub use kinds::{Authorship, Direction, Modality, Status};
pub use service::PgMessages;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, RawJson, Reader, Result, Tx};
use uuid::Uuid;

/// One message, call or form in a conversation.
#[derive(Debug, Clone)]
pub struct Message {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The conversation it belongs to.
    pub conversation: Uuid,
    /// The agent who wrote it; none for what contacts write.
    pub agent: Option<Uuid>,
    /// What kind of message it is.
    pub modality: Modality,
    /// Whether the organization sent or received it.
    pub direction: Direction,
    /// What carried it: `sandbox`, `import`.
    pub channel: String,
    /// How far it has come.
    pub status: Status,
    /// The subject line.
    pub subject: Option<String>,
    /// The text.
    pub content: Option<String>,
    /// The HTML form of the text, sanitised.
    pub html: Option<String>,
    /// What was filled in; a JSON object.
    pub form_request_body: Option<RawJson>,
    /// What was said in a call.
    pub call_transcript: Option<String>,
    /// How long a call took, in seconds.
    pub call_duration_seconds: Option<i32>,
    /// Message-ID and addresses of an e-mail; empty for other modalities.
    pub email: Envelope,
    /// Where it stands in the timeline: when it was sent, or else when it was recorded.
    pub occurred_at: DateTime<Utc>,
    /// When it was sent, if that is known.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was drafted, if it was.
    pub drafted_at: Option<DateTime<Utc>>,
    /// Who wrote it; none for what was received, or when it is not known.
    pub authorship: Option<Authorship>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

impl Message {
    /// Whether it came from a form.
    pub fn is_form_request(&self) -> bool {
        self.modality == Modality::FormRequest
    }
}

/// The Message-ID and the addresses of an e-mail (RFC 5322, 3.6.3 and 3.6.4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The Message-ID as it stands in the header, with its angle brackets.
    pub message_id: Option<String>,
    /// The sender's address.
    pub from: Option<String>,
    /// The addresses in To.
    pub to: Vec<String>,
    /// The addresses in Cc.
    pub cc: Vec<String>,
    /// The addresses in Bcc.
    pub bcc: Vec<String>,
}

/// What a message is made of.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// What kind of message it is.
    pub modality: Modality,
    /// Whether the organization sent or received it.
    pub direction: Direction,
    /// The agent who wrote it; for a sent one the acting agent when absent.
    pub agent: Option<Uuid>,
    /// The subject line.
    pub subject: Option<String>,
    /// The text; taken from `html` when absent.
    pub content: Option<String>,
    /// The HTML form; sanitised before it is stored.
    pub html: Option<String>,
    /// What was filled in; a JSON object.
    pub form_request_body: Option<RawJson>,
    /// What was said in a call.
    pub call_transcript: Option<String>,
    /// How long a call took, in seconds.
    pub call_duration_seconds: Option<i32>,
    /// Message-ID and addresses of an e-mail.
    pub email: Envelope,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// Who wrote it, if it is sent and that is known.
    pub authorship: Option<Authorship>,
}

impl NewMessage {
    /// A message without any content yet.
    pub fn new(modality: Modality, direction: Direction) -> Self {
        Self {
            modality,
            direction,
            agent: None,
            subject: None,
            content: None,
            html: None,
            form_request_body: None,
            call_transcript: None,
            call_duration_seconds: None,
            email: Envelope::default(),
            sent_at: None,
            authorship: None,
        }
    }
}

/// A message that has happened elsewhere, as channels and imports know it.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    /// The message. It may be empty and of any length; without `sent_at` it stands at the time of recording.
    pub message: NewMessage,
    /// What carried it: `import`.
    pub channel: String,
    /// How far it has come.
    pub status: Status,
    /// When it was drafted, if it was.
    pub drafted_at: Option<DateTime<Utc>>,
    /// What tells it from its copies; each is recorded once per organization.
    pub source_digest: Option<Vec<u8>>,
    /// Whether somebody has yet to read it: marks the conversation unread. Not so for old mail.
    pub unread: bool,
}

/// What became of a [`MessageRecord`].
#[derive(Debug, Clone)]
pub enum Recording {
    /// It has been recorded.
    Recorded(Box<Message>),
    /// A message with its digest is there already, in this or another conversation; nothing was written.
    Duplicate,
}

/// Which messages are wanted; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Only those that occurred at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those that occurred before this time.
    pub to: Option<DateTime<Utc>>,
}

/// The messages of an organization.
#[async_trait]
pub trait MessageService: Send + Sync {
    /// The messages of a conversation, newest first by (`occurred_at`, `id`); `NotFound` when the
    /// conversation is not of the organization.
    async fn list(
        &self,
        db: &Reader,
        conversation: Uuid,
        filter: &MessageFilter,
        page: &PageRequest,
    ) -> Result<Page<Message>>;

    /// One message; `NotFound` of `Conversation` or `Message`.
    async fn get(&self, db: &Reader, conversation: Uuid, id: Uuid) -> Result<Message>;

    /// Adds a message through the channel `sandbox`: `sent` or `received` at once, now unless it says
    /// when. `Invalid` when it has no content or a value is out of bounds.
    async fn create(&self, tx: &mut Tx, conversation: Uuid, new: NewMessage) -> Result<Message>;

    /// Adds a message that has happened elsewhere, unless one with its digest is there. Safe to call at
    /// once for the same message: one call records it. NUL characters are refused.
    async fn record(&self, tx: &mut Tx, conversation: Uuid, record: MessageRecord) -> Result<Recording>;

    /// Whether a message with this digest is recorded. Waits for others that asked for the same digest,
    /// and keeps them waiting until this transaction ends; ask before making a conversation for it.
    async fn is_recorded(&self, tx: &mut Tx, source_digest: &[u8]) -> Result<bool>;
}
