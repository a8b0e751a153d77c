//! What a job's handler implements and is given.

use super::queue::Claimed;
use crate::{Ctx, Db, Error, RawJson, Result};
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Runs the jobs of one kind.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// The kind of jobs it runs.
    fn kind(&self) -> &'static str;

    /// How long after it ended the job runs again, for housekeeping of the instance. Workers make sure there
    /// is one such job, however many servers start; it is never given up, only put off until its next turn.
    fn every(&self) -> Option<Duration> {
        None
    }

    /// Does the work. It may have been done before, wholly or in part.
    async fn run(&self, job: JobContext) -> Result<(), JobError>;
}

/// Why a job failed, and whether another try may help.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Try again later.
    #[error("{0}")]
    Retry(#[source] Error),
    /// Give up.
    #[error("{0}")]
    Fail(#[source] Error),
}

/// What is missing, malformed or forbidden stays so; everything else may pass.
impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } | Error::Invalid { .. } | Error::Forbidden { .. } => Self::Fail(error),
            Error::Conflict { .. }
            | Error::Stale { .. }
            | Error::RateLimited { .. }
            | Error::Unavailable { .. }
            | Error::Internal(_) => Self::Retry(error),
        }
    }
}

/// A job being run.
#[derive(Clone)]
pub struct JobContext {
    /// The database, for transactions of the handler's own.
    pub db: Db,
    /// The job's id.
    pub id: i64,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// How many attempts there may be.
    pub max_attempts: i32,
    ctx: Option<Ctx>,
    payload: RawJson,
}

impl JobContext {
    pub(super) fn new(db: Db, job: &Claimed) -> Self {
        let request_id = format!("job-{}", job.id);
        Self {
            db,
            id: job.id,
            attempt: job.attempts,
            max_attempts: job.max_attempts,
            ctx: job.organization_id.map(|id| Ctx::system(id, &request_id)),
            payload: job.payload.clone(),
        }
    }

    /// The context of the organization whose job it is, in which Rapport itself acts.
    ///
    /// # Errors
    /// [`JobError::Fail`] when it is a job of the instance.
    pub fn ctx(&self) -> Result<&Ctx, JobError> {
        let missing = || JobError::Fail(Error::internal("the job belongs to no organization"));
        self.ctx.as_ref().ok_or_else(missing)
    }

    /// The payload as `T`.
    ///
    /// # Errors
    /// [`Error::Invalid`], which says where but not what, when it is of another shape.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.payload.get()).map_err(|error| {
            let place = format!("unexpected at line {}, column {}", error.line(), error.column());
            Error::invalid("payload", place)
        })
    }

    /// Whether the job is given up when this attempt fails.
    pub fn is_last_attempt(&self) -> bool {
        self.attempt >= self.max_attempts
    }
}
