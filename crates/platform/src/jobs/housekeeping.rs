//! Housekeeping of the instance.

use super::{JobContext, JobError, JobHandler, dead};
use crate::idempotency::KEPT_HOURS;
use crate::{Db, Result};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// Small enough to be quick; what is locked is what nobody asks for any more.
const BATCH: i64 = 1000;

/// Deletes the stored answers of idempotent requests once they are 24 hours old, hourly, in every
/// organization: one of the few statements that filter on age rather than on an organization.
#[derive(Debug, Default)]
pub struct PurgeIdempotencyKeys;

#[async_trait]
impl JobHandler for PurgeIdempotencyKeys {
    fn kind(&self) -> &'static str {
        "idempotency.purge"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_hours(1))
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let before = job.db.now() - TimeDelta::hours(KEPT_HOURS);
        while delete_batch(&job.db, before).await? > 0 {}
        Ok(())
    }
}

async fn delete_batch(db: &Db, before: DateTime<Utc>) -> Result<usize> {
    let statement = sql_query(
        "DELETE FROM idempotency_keys WHERE (organization_id, credential_id, key) IN ( \
             SELECT organization_id, credential_id, key FROM idempotency_keys \
             WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(before)
    .bind::<BigInt, _>(BATCH);
    Ok(statement.execute(&mut db.session().await?.conn()).await?)
}

/// Deletes the jobs that were given up long ago, daily.
#[derive(Debug)]
pub struct PurgeDeadJobs {
    kept: TimeDelta,
}

impl PurgeDeadJobs {
    /// Keeps them for so many days.
    pub fn after_days(days: u32) -> Self {
        Self {
            kept: TimeDelta::days(days.into()),
        }
    }
}

#[async_trait]
impl JobHandler for PurgeDeadJobs {
    fn kind(&self) -> &'static str {
        "jobs.purge"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_hours(24))
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let before = job.db.now() - self.kept;
        while dead::delete_batch(&job.db, before, BATCH).await? > 0 {}
        Ok(())
    }
}
