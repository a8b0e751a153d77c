//! Read models, kept with every write, and the reports made of them.
//!
//! # What is counted
//! Messages by their time, direction and agent; conversations by their first message received, with the time until
//! the first reply after it; and when conversations were first and last active. A message's time, direction and
//! agent do not change, nor is it deleted; it may move to another conversation when threads are merged.
//!
//! # How
//! [`ReadModels`] is a [`Projection`](rapport_platform::events::Projection): it looks at the conversations a
//! transaction has touched, right before it commits, and writes what has become different to `analytics_deltas`,
//! where nobody waits for anybody. [`FoldCounts`], a job, adds that up into `analytics_counts` by quarter of an hour,
//! day and month. A report sums the months next to its window, adds and takes away days, then quarters, towards its
//! ends, does so with what is not yet folded, and, for the rest of less than half a quarter, with the messages and
//! conversations themselves, all in one statement and so of one moment. Ranges are half-open and exact to the
//! microsecond. [`rebuild`] makes everything anew from the messages.

mod days;
mod model;
mod reports;
mod window;

pub use model::{FoldCounts, ReadModels, rebuild};
pub use reports::{
    AgentReport, AnalyticsService, ConversationReport, DayReport, LeadFigures, ModalityFigures, PgAnalytics,
    ResponseFigures, SalesReport, SolutionReport, StageFigures, VolumeFigures, mean_seconds, ratio,
};
pub use window::Window;
