//! Work done outside a request: sending, importing, housekeeping.
//!
//! A job is a row written in the transaction that wants it ([`Tx::enqueue`]), so it exists exactly when that
//! commits. A [`Worker`] claims due jobs in one short statement, runs them outside any transaction under a
//! lease which it renews, and then settles the row: gone when done, due again later when it failed and may
//! be retried, `dead` with the error's text when it is given up. Dead ones are kept for a while, for people.
//!
//! A job runs at least once: a worker that is killed, or cannot reach the database to settle, leaves a lease
//! that ends, and the job is claimed again. Handlers therefore bear repetition. Claims count as attempts, so
//! a job that kills its worker is given up too.
//!
//! Times are the injected clock's. Everything is `Send` and spawned with `tokio::spawn`, so a worker runs on
//! a multi-threaded runtime and on a single-threaded one such as actix's alike. What blocks its thread
//! belongs in `spawn_blocking`; in the handler itself it would hold up the renewal of its lease.
//!
//! [`Tx::enqueue`]: crate::Tx::enqueue

mod attempt;
mod dead;
mod handler;
mod housekeeping;
mod queue;
mod worker;

pub use dead::{DeadJob, dead, retry};
pub use handler::{JobContext, JobError, JobHandler};
pub use housekeeping::{PurgeDeadJobs, PurgeIdempotencyKeys};
pub use queue::{Backlog, backlog, enqueue_for_instance};
pub use worker::Worker;

pub(crate) use queue::{JobRow, insert};

use crate::RawJson;
use chrono::{DateTime, Utc};

/// The channel notified when there are new jobs.
pub const CHANNEL: &str = "rapport_jobs";

/// Work for a [`Worker`].
#[derive(Debug, Clone)]
pub struct Job {
    /// Which handler it is for: `message.send`.
    pub kind: &'static str,
    /// What the handler needs to know; ids rather than content.
    pub payload: RawJson,
    /// When it is due; at once when `None`.
    pub run_at: Option<DateTime<Utc>>,
    /// How often it may be tried before it is given up.
    pub max_attempts: i32,
    /// While a job of this kind and key waits or runs in the organization, another is not added.
    pub unique_key: Option<String>,
}

impl Job {
    /// A job due at once, tried up to 20 times, which is about ten hours.
    pub fn new(kind: &'static str, payload: RawJson) -> Self {
        Self {
            kind,
            payload,
            run_at: None,
            max_attempts: 20,
            unique_key: None,
        }
    }
}
