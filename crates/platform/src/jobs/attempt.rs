//! One attempt at a job: its handler runs while its lease is renewed, then the job is settled.

use super::queue::{self, Claimed, Verdict};
use super::{JobContext, JobError, JobHandler};
use crate::{Db, Error, Ids, Result};
use futures_util::FutureExt;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

const LONGEST_BACKOFF: Duration = Duration::from_hours(1);
/// How often settling is tried while the database is out of reach, and how far apart.
const SETTLE_TRIES: u32 = 10;
const SETTLE_PAUSE: Duration = Duration::from_secs(2);
const ERROR_CHARACTERS: usize = 500;

/// Claims jobs for a set of handlers and runs them.
#[derive(Clone)]
pub(super) struct Runner {
    pub db: Db,
    pub handlers: HashMap<&'static str, Arc<dyn JobHandler>>,
    pub kinds: Vec<&'static str>,
    /// How long a claim holds unless it is renewed. It is renewed three times as often.
    pub lease: Duration,
}

impl Runner {
    pub async fn claim(&self, limit: usize) -> Result<Vec<Claimed>> {
        queue::claim(&self.db, &self.kinds, limit, self.lease).await
    }

    /// Runs a claimed job to its settled end, unless its lease is lost meanwhile.
    pub async fn attempt(self: Arc<Self>, job: Claimed) {
        let started = Instant::now();
        let outcome = tokio::select! {
            outcome = self.handle(&job) => outcome,
            () = self.hold(&job, started) => {
                tracing::warn!(job = job.id, kind = job.kind, "lease lost; the job is left to another worker");
                return;
            }
        };
        report(&job, started, outcome.as_ref().err());
        let verdict = self.verdict(&job, outcome);
        self.settle(&job, verdict).await;
    }

    async fn handle(&self, job: &Claimed) -> Result<(), JobError> {
        let failed = |cause| JobError::Retry(Error::internal(cause));
        if job.attempts > job.max_attempts {
            return Err(failed("the worker was lost while it ran the job"));
        }
        let handler = self.handlers.get(job.kind.as_str());
        let handler = handler.ok_or_else(|| failed("no handler for this kind"))?;
        let work = handler.run(JobContext::new(self.db.clone(), job));
        // What the panic says stays in the process: it may hold what the job was about.
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        outcome.unwrap_or_else(|_| Err(failed("the handler panicked")))
    }

    /// Renews the lease; returns when it is lost or may be.
    async fn hold(&self, job: &Claimed, started: Instant) {
        let mut until = started + self.lease;
        loop {
            sleep_until(until.min(Instant::now() + self.lease / 3)).await;
            let now = Instant::now();
            match timeout_at(until, queue::renew(&self.db, job, self.lease)).await {
                Ok(Ok(true)) => until = now + self.lease,
                Ok(Ok(false)) | Err(_) => return,
                Ok(Err(error)) => tracing::warn!(job = job.id, %error, "cannot renew the lease"),
            }
        }
    }

    fn verdict(&self, job: &Claimed, outcome: Result<(), JobError>) -> Verdict {
        let every = self
            .handlers
            .get(job.kind.as_str())
            .and_then(|handler| handler.every());
        let error = outcome.as_ref().err().map(summary);
        match (outcome, error, every) {
            (Err(JobError::Retry(cause)), error, _) if job.attempts < job.max_attempts => Verdict::Later {
                delay: backoff(job.attempts, &cause, self.db.ids()),
                attempts: job.attempts,
                error,
            },
            (_, error, Some(delay)) => Verdict::Later {
                delay,
                attempts: 0,
                error,
            },
            (_, Some(error), None) => Verdict::Dead { error },
            (_, None, None) => Verdict::Done,
        }
    }

    /// Settles in spite of a database that is out of reach for a moment: otherwise the job would run again.
    async fn settle(&self, job: &Claimed, verdict: Verdict) {
        for _ in 0..SETTLE_TRIES {
            match queue::settle(&self.db, job, verdict.clone()).await {
                Ok(true) => return,
                Ok(false) => break,
                Err(error) => tracing::warn!(job = job.id, %error, "cannot settle the job"),
            }
            sleep(SETTLE_PAUSE).await;
        }
        tracing::warn!(job = job.id, kind = job.kind, "not settled; the job runs again");
    }
}

/// How long to wait after failed attempt number `attempt`: up to 2^attempt seconds, at most an hour, of which
/// the latter half is random so that jobs that failed together do not return together.
fn backoff(attempt: i32, cause: &Error, ids: &dyn Ids) -> Duration {
    let exponent = u32::try_from(attempt).unwrap_or_default().min(12);
    let longest = Duration::from_secs(1 << exponent).min(LONGEST_BACKOFF);
    let mut random = [0; 2];
    ids.fill(&mut random);
    let share = f64::from(u16::from_be_bytes(random)) / f64::from(u16::MAX);
    let delay = longest.mul_f64(f64::midpoint(1.0, share));
    match cause {
        Error::RateLimited { retry_after } => delay.max(Duration::from_secs(*retry_after)),
        _ => delay,
    }
}

fn summary(error: &JobError) -> String {
    error.to_string().chars().take(ERROR_CHARACTERS).collect()
}

/// The one log line of an attempt.
fn report(job: &Claimed, started: Instant, error: Option<&JobError>) {
    let Claimed {
        id,
        kind,
        organization_id: organization,
        attempts: attempt,
        ..
    } = job;
    let milliseconds = started.elapsed().as_millis();
    match error {
        None => tracing::info!(job = id, kind, organization, attempt, milliseconds, "job done"),
        Some(error) => {
            tracing::warn!(job = id, kind, organization, attempt, milliseconds, %error, "job failed");
        }
    }
}
