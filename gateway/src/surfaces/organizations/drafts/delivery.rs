//! What the documented drafts have no key for: what became of them.

use super::super::time;
use chrono::{DateTime, Utc};
use rapport_inbox::drafts::{Draft, DraftStatus};
use rapport_inbox::messages::Authorship;
use rapport_platform::ids;
use serde::Serialize;
use utoipa::ToSchema;

/// How far a draft has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftStatusName {
    /// It waits, for its time or for somebody.
    Pending,
    /// It has become a message.
    Sent,
    /// It could not be sent.
    Failed,
}

impl From<DraftStatus> for DraftStatusName {
    fn from(status: DraftStatus) -> Self {
        match status {
            DraftStatus::Pending => Self::Pending,
            DraftStatus::Sent => Self::Sent,
            DraftStatus::Failed => Self::Failed,
        }
    }
}

/// What became of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftDeliveryView {
    #[schema(example = "sent")]
    status: DraftStatusName,
    /// `human`, `ai`, or `ai_edited` when a person changed what the AI wrote.
    #[schema(example = "human")]
    authorship: &'static str,
    #[serde(with = "time::option")]
    #[schema(example = "2026-05-22T08:00:00.000000Z")]
    scheduled_send_at: Option<DateTime<Utc>>,
    #[serde(with = "time::option")]
    #[schema(example = "2026-05-22T08:00:00.120000Z")]
    sent_at: Option<DateTime<Utc>>,
    /// Of a response always there; of a first message once it is sent.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfH")]
    conversation_id: Option<String>,
    /// The message it became.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfJ")]
    message_id: Option<String>,
    /// Why it could not be sent.
    #[schema(example = json!(null))]
    error: Option<String>,
}

impl From<Draft> for DraftDeliveryView {
    fn from(draft: Draft) -> Self {
        Self {
            status: draft.status.into(),
            authorship: Authorship::name(draft.authorship),
            scheduled_send_at: draft.scheduled_send_at,
            sent_at: draft.sent_at,
            conversation_id: draft.conversation.map(ids::opaque),
            message_id: draft.message.map(ids::opaque),
            error: draft.error,
        }
    }
}
