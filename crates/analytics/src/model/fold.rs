//! Adds up what was written beside the counters.

use super::lock;
use super::sql::{add_up, count_up};
use async_trait::async_trait;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::jobs::{JobContext, JobError, JobHandler};
use rapport_platform::{Ctx, Db, Error, Prepared, Result};
use std::sync::LazyLock;
use std::time::Duration;

/// Moves `analytics_deltas` into the counters of all organizations, every 15 seconds. Reports are right before and
/// after; they only have less to add.
#[derive(Debug, Default)]
pub struct FoldCounts;

#[async_trait]
impl JobHandler for FoldCounts {
    fn kind(&self) -> &'static str {
        "analytics.fold"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(15))
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let request = format!("job-{}", job.id);
        for waiting in waiting(&job.db).await? {
            let ctx = Ctx::system(waiting.organization_id, &request);
            fold(&job.db, &ctx).await?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    organization_id: i64,
}

/// The organizations that have something to fold.
async fn waiting(db: &Db) -> Result<Vec<Waiting>> {
    let statement = sql_query(
        "SELECT o.organization_id FROM (SELECT id AS organization_id FROM organizations) AS o \
         WHERE EXISTS (SELECT 1 FROM analytics_deltas AS d WHERE d.organization_id = o.organization_id) \
         ORDER BY o.organization_id",
    );
    let directory = db.directory().await?;
    Ok(Prepared(statement).load(&mut directory.conn()).await?)
}

/// Moves what one organization has.
async fn fold(db: &Db, ctx: &Ctx) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "WITH gone AS (DELETE FROM analytics_deltas WHERE organization_id = $1 \
                 RETURNING agent_id, measure, bucket, amount), \
             quarters AS (SELECT agent_id, measure, bucket, sum(amount) AS amount FROM gone \
                 GROUP BY agent_id, measure, bucket) \
             {} {}",
            count_up(),
            add_up(),
        )
    });
    db.write(ctx, async |tx| {
        lock::shared(tx).await?;
        let statement = sql_query(&*SQL).bind::<BigInt, _>(tx.organization());
        Prepared(statement).execute(&mut tx.conn()).await?;
        Ok::<_, Error>(())
    })
    .await
}
