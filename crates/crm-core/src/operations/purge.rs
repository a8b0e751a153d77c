//! Forgetting reports for which nobody asks any more.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::jobs::{JobContext, JobError, JobHandler};
use rapport_platform::{Ctx, Db, Result};
use std::time::Duration;

/// How many reports go at once, so that no statement takes long.
const BATCH: i64 = 1000;

/// Deletes the reports of operations that were carried out long ago, daily, in every organization.
#[derive(Debug)]
pub struct PurgeOperations {
    kept: TimeDelta,
}

impl PurgeOperations {
    /// Keeps them for so many days.
    pub fn after_days(days: u32) -> Self {
        Self {
            kept: TimeDelta::days(days.into()),
        }
    }
}

#[async_trait]
impl JobHandler for PurgeOperations {
    fn kind(&self) -> &'static str {
        "operations.purge"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_hours(24))
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let before = job.db.now() - self.kept;
        let request = format!("job-{}", job.id);
        for having in having(&job.db, before).await? {
            let ctx = Ctx::system(having.organization_id, &request);
            while delete_batch(&job.db, &ctx, before).await? > 0 {}
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Having {
    #[diesel(sql_type = BigInt)]
    organization_id: i64,
}

/// The organizations that have reports from before this time.
async fn having(db: &Db, before: DateTime<Utc>) -> Result<Vec<Having>> {
    let statement = sql_query(
        "SELECT o.organization_id FROM (SELECT id AS organization_id FROM organizations) AS o \
         WHERE EXISTS (SELECT 1 FROM operations AS p \
             WHERE p.organization_id = o.organization_id AND p.created_at < $1) \
         ORDER BY o.organization_id",
    );
    let statement = statement.bind::<Timestamptz, _>(before);
    Ok(statement.load(&mut db.directory().await?.conn()).await?)
}

/// Deletes some of one organization's reports from before this time; answers how many.
async fn delete_batch(db: &Db, ctx: &Ctx, before: DateTime<Utc>) -> Result<usize> {
    db.write(ctx, async |tx| {
        let statement = sql_query(
            "DELETE FROM operations WHERE organization_id = $1 AND id IN ( \
                 SELECT id FROM operations WHERE organization_id = $1 AND created_at < $2 \
                 ORDER BY created_at LIMIT $3)",
        )
        .bind::<BigInt, _>(tx.organization())
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(BATCH);
        Ok(statement.execute(&mut tx.conn()).await?)
    })
    .await
}
