//! The reports.

mod figures;
mod leads;
mod sales;
mod service;
mod sources;

pub use leads::LeadFigures;
pub use sales::{SalesReport, StageFigures};
pub use service::PgAnalytics;

use crate::Window;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
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

/// What the retired reports of solutions are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolutionReport {
    /// The leads of the window.
    pub leads: LeadFigures,
    /// The sales of the window.
    pub sales: SalesReport,
    /// How many sales accepted in the window began with something received.
    pub sales_with_start: i64,
    /// The mean of the seconds from then until they were accepted.
    pub seconds_to_sale: i64,
    /// Messages sent in the window.
    pub messages_sent: i64,
    /// Those of them that the AI wrote.
    pub ai_sent: i64,
    /// Those of these that nobody changed.
    pub ai_sent_unchanged: i64,
}

impl ResponseFigures {
    /// The share of the conversations received that were answered, to four decimals; 0 when there are none.
    pub fn rate(&self) -> f64 {
        ratio(self.responded, self.received, 4)
    }

    /// The mean of the times until they were, in whole seconds; 0 when there are none.
    pub fn mean_seconds(&self) -> i64 {
        mean_seconds(self.response_microseconds, self.responded)
    }
}

/// The mean in whole seconds, rounded, of so many times of `microseconds` in all; 0 when there are none.
pub fn mean_seconds(microseconds: i64, count: i64) -> i64 {
    if count == 0 {
        return 0;
    }
    let mean = i128::from(microseconds) / i128::from(count);
    i64::try_from((mean + 500_000) / 1_000_000).unwrap_or(i64::MAX)
}

/// `part` over `whole`, rounded to so many decimals; 0 when there is no whole.
#[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2^53")]
pub fn ratio(part: i64, whole: i64, decimals: i32) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    let scale = 10_f64.powi(decimals);
    (part as f64 * scale / whole as f64).round() / scale
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

    /// The sales of the organization.
    async fn sales(&self, db: &Reader, window: Window) -> Result<SalesReport>;

    /// The sales that an agent owns; `NotFound` when the agent is not of the organization.
    async fn agent_sales(&self, db: &Reader, agent: Uuid, window: Window) -> Result<SalesReport>;

    /// The leads and sales of the organization; what became of the leads is as at `now`.
    async fn solution(&self, db: &Reader, window: Window, now: DateTime<Utc>) -> Result<SolutionReport>;
}
