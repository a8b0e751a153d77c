//! The reports.

mod figures;
mod service;

pub use service::PgAnalytics;

use crate::Window;
use async_trait::async_trait;
use chrono::NaiveDate;
use chrono_tz::Tz;
use rapport_platform::{Reader, Result};
use uuid::Uuid;

/// How conversations were answered. A conversation is received when its first message received is in the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResponseFigures {
    /// Conversations received.
    pub received: i64,
    /// Those of them in which a later message was sent, by whomever and whenever.
    pub responded: i64,
    /// The sum of the times from the first message received to the first message sent after it, in microseconds.
    pub response_microseconds: i64,
}

/// How much was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VolumeFigures {
    /// Messages received in the window.
    pub messages_received: i64,
    /// Messages sent in the window.
    pub messages_sent: i64,
    /// Conversations with a message in the window.
    pub conversations: i64,
}

/// Conversations received, by the modality of their first message received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModalityFigures {
    /// Text messages.
    pub texts: i64,
    /// Telephone calls.
    pub calls: i64,
    /// E-mails.
    pub emails: i64,
    /// Live chats.
    pub live_chats: i64,
    /// Forms.
    pub form_requests: i64,
}

/// The conversations of an organization in a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConversationReport {
    /// How they were answered.
    pub response: ResponseFigures,
    /// How much was said.
    pub volume: VolumeFigures,
    /// By which way they came.
    pub modality: ModalityFigures,
}

/// The conversations of one agent in a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentReport {
    /// Conversations received in the window in which the agent wrote after the first message received.
    pub responded: i64,
    /// Messages that the agent sent in the window.
    pub messages_sent: i64,
}

/// One day of the daily series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayReport {
    /// The day of the time zone.
    pub date: NaiveDate,
    /// How the conversations received that day were answered.
    pub response: ResponseFigures,
    /// Messages received that day.
    pub messages_received: i64,
    /// Messages sent that day.
    pub messages_sent: i64,
}

/// The reports of an organization. Use them with [`rapport_platform::Db::report_reader`].
#[async_trait]
pub trait AnalyticsService: Send + Sync {
    /// The conversations of the organization.
    async fn conversations(&self, db: &Reader, window: Window) -> Result<ConversationReport>;

    /// The conversations of an agent; `NotFound` when the agent is not of the organization.
    async fn agent_conversations(&self, db: &Reader, agent: Uuid, window: Window) -> Result<AgentReport>;

    /// The conversations of the organization by the days of `zone`, oldest first, for each day that has a part in
    /// the window; a day at its ends counts for that part. `Invalid` of `end_date` when that is more than 366 days.
    async fn days(&self, db: &Reader, window: Window, zone: Tz) -> Result<Vec<DayReport>>;
}
