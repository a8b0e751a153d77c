//! How a message looks on this surface.

use super::super::time;
use chrono::{DateTime, Utc};
use rapport_inbox::messages::{Authorship, Direction, Message, Modality};
use rapport_platform::{RawJson, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of message it is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModalityName {
    /// An e-mail.
    Email,
    /// A text message.
    Text,
    /// A telephone call.
    Call,
    /// A message in a live chat.
    LiveChat,
    /// A form that was filled in.
    FormRequest,
}

impl From<Modality> for ModalityName {
    fn from(modality: Modality) -> Self {
        match modality {
            Modality::Email => Self::Email,
            Modality::Text => Self::Text,
            Modality::Call => Self::Call,
            Modality::LiveChat => Self::LiveChat,
            Modality::FormRequest => Self::FormRequest,
        }
    }
}

impl From<ModalityName> for Modality {
    fn from(name: ModalityName) -> Self {
        match name {
            ModalityName::Email => Self::Email,
            ModalityName::Text => Self::Text,
            ModalityName::Call => Self::Call,
            ModalityName::LiveChat => Self::LiveChat,
            ModalityName::FormRequest => Self::FormRequest,
        }
    }
}

/// Whether the organization sent or received it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectionName {
    /// By the organization.
    Sent,
    /// From the contact.
    Received,
}

impl From<Direction> for DirectionName {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Sent => Self::Sent,
            Direction::Received => Self::Received,
        }
    }
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Sent => Self::Sent,
            DirectionName::Received => Self::Received,
        }
    }
}

/// Who wrote a sent message.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorshipName {
    /// A person.
    Human,
    /// The AI, sent as it wrote it.
    Ai,
    /// The AI, and a person changed it.
    AiEdited,
}

impl From<AuthorshipName> for Authorship {
    fn from(name: AuthorshipName) -> Self {
        match name {
            AuthorshipName::Human => Self::Human,
            AuthorshipName::Ai => Self::Ai,
            AuthorshipName::AiEdited => Self::AiEdited,
        }
    }
}

/// The Message-ID and the copies of an e-mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmailMetadataView {
    #[schema(example = "<20260429150200.1@example.com>")]
    email_message_id: Option<String>,
    #[schema(example = json!([]))]
    cc_emails: Vec<String>,
    #[schema(example = json!([]))]
    bcc_emails: Vec<String>,
}

/// What is known of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallMetadataView {
    /// In seconds.
    #[schema(example = json!(null))]
    duration: Option<i32>,
}

/// A link in a sent e-mail whose clicks are counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackedLinkView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfL")]
    link_id: String,
    #[schema(example = "https://example.com/quote")]
    url: String,
    #[schema(example = 3)]
    click_count: i64,
}

/// One message, call or form in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfJ")]
    message_id: String,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfH")]
    conversation_id: String,
    /// The agent who wrote it.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    #[schema(example = "email")]
    modality: ModalityName,
    #[schema(example = "sent")]
    message_direction: DirectionName,
    #[schema(example = false)]
    is_form_request: bool,
    #[schema(example = "Following up on your inquiry")]
    subject: Option<String>,
    /// The text.
    #[schema(example = "Hi Diana, just checking in on the quote we sent over last week.")]
    content: Option<String>,
    #[schema(example = json!(null))]
    call_transcript: Option<String>,
    /// What was filled in.
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!(null))]
    form_request_body: Option<RawJson>,
    #[serde(with = "time::option")]
    #[schema(example = "2026-04-29T15:02:00.000000Z")]
    sent_at: Option<DateTime<Utc>>,
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    drafted_at: Option<DateTime<Utc>>,
    email_metadata: EmailMetadataView,
    call_metadata: CallMetadataView,
    /// Empty as long as no channel sends e-mail with tracked links.
    tracked_links: Vec<TrackedLinkView>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            message_id: ids::opaque(message.uuid),
            conversation_id: ids::opaque(message.conversation),
            agent_id: message.agent.map(ids::opaque),
            modality: message.modality.into(),
            message_direction: message.direction.into(),
            is_form_request: message.is_form_request(),
            subject: message.subject,
            content: message.content,
            call_transcript: message.call_transcript,
            form_request_body: message.form_request_body,
            sent_at: message.sent_at,
            drafted_at: message.drafted_at,
            email_metadata: EmailMetadataView {
                email_message_id: message.email.message_id,
                cc_emails: message.email.cc,
                bcc_emails: message.email.bcc,
            },
            call_metadata: CallMetadataView {
                duration: message.call_duration_seconds,
            },
            tracked_links: Vec::new(),
        }
    }
}
