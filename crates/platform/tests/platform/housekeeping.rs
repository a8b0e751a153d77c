//! The periodic jobs that forget old answers, and jobs that were given up.

use crate::support::{Act, Probe, Stage, add_organization, probe};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::Db;
use rapport_platform::jobs::{self, Backlog, PurgeDeadJobs, PurgeIdempotencyKeys, Worker};
use rapport_schema::tables::idempotency_keys as keys;
use std::sync::Arc;

async fn store(stage: &Stage, organization: i64, name: &str, created_at: DateTime<Utc>) {
    let stored = stage.write(async |tx| {
        let key = (
            keys::organization_id.eq(organization),
            keys::credential_id.eq(1),
            keys::key.eq(name),
            keys::fingerprint.eq(Vec::<u8>::new()),
            keys::status.eq(201),
            keys::body.eq(Vec::<u8>::new()),
            keys::created_at.eq(created_at),
        );
        Ok(diesel::insert_into(keys::table)
            .values(key)
            .execute(&mut tx.conn())
            .await?)
    });
    assert_eq!(stored.await.unwrap(), 1);
}

async fn kept(db: &Db) -> Vec<String> {
    let directory = db.directory().await.unwrap();
    let names = keys::table.order(keys::key).select(keys::key);
    names.load(&mut directory.conn()).await.unwrap()
}

fn worker(db: &Db) -> Worker {
    Worker::new(db.clone(), [Arc::new(PurgeIdempotencyKeys) as _])
}

#[tokio::test]
async fn answers_are_forgotten_after_a_day_in_every_organization() {
    let stage = Stage::new().await;
    stage
        .write(async |tx| add_organization(tx, 2).await)
        .await
        .unwrap();
    let now = stage.db.now();
    store(&stage, 1, "a fresh", now - TimeDelta::hours(24)).await;
    store(&stage, 1, "b old", now - TimeDelta::hours(25)).await;
    store(&stage, 2, "c old", now - TimeDelta::hours(25)).await;

    let worker = worker(&stage.db);
    worker.schedule_periodic().await.unwrap();
    assert_eq!(worker.run_pending().await.unwrap(), 1);
    assert_eq!(kept(&stage.db).await, ["a fresh"]);
    stage.advance(3600.0);
    assert_eq!(worker.run_pending().await.unwrap(), 1, "an hour later again");
    assert!(kept(&stage.db).await.is_empty());
}

#[tokio::test]
async fn many_servers_share_one_periodic_job() {
    let stage = Stage::new().await;
    let (one, other) = (worker(&stage.db), worker(&stage.another().await));
    let expected = Backlog {
        later: 1,
        ..Backlog::default()
    };
    for _ in 0..3 {
        let (first, second) = tokio::join!(one.schedule_periodic(), other.schedule_periodic());
        first.and(second).unwrap();
        let (first, second) = tokio::join!(one.run_pending(), other.run_pending());
        assert_eq!(first.unwrap() + second.unwrap(), 1);
        assert_eq!(jobs::backlog(&stage.db).await.unwrap(), expected);
        stage.advance(3600.0);
    }
}

#[tokio::test]
async fn jobs_that_were_given_up_are_kept_for_their_days() {
    let stage = Stage::new().await;
    let failing = Worker::new(stage.db.clone(), [Probe::new(Act::Fail) as _]);
    let give_up = async |number| {
        stage.enqueue([probe(number)]).await;
        assert_eq!(failing.run_pending().await.unwrap(), 1);
    };
    give_up(1).await;
    stage.advance(86_400.0);
    give_up(2).await;
    let mut waiting = probe(3);
    waiting.run_at = Some(stage.db.now() - TimeDelta::days(9));
    stage.enqueue([waiting]).await;

    let worker = Worker::new(stage.db.clone(), [Arc::new(PurgeDeadJobs::after_days(3)) as _]);
    worker.schedule_periodic().await.unwrap();
    for (days, dead) in [(0, 2), (1, 2), (1, 1), (1, 0)] {
        stage.advance(f64::from(days) * 86_400.0 + 1.0);
        assert_eq!(worker.run_pending().await.unwrap(), 1);
        assert_eq!(jobs::backlog(&stage.db).await.unwrap().dead, dead, "{days}");
    }
    assert_eq!(
        jobs::backlog(&stage.db).await.unwrap().due,
        1,
        "what waits is kept"
    );
}

#[tokio::test]
async fn a_job_that_was_given_up_is_tried_again_when_asked_to() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    let failing = Worker::new(stage.db.clone(), [Probe::new(Act::Fail) as _]);
    failing.run_pending().await.unwrap();
    let dead = jobs::dead(&stage.db, 10).await.unwrap();
    assert_eq!(
        (dead.len(), dead[0].kind.as_str(), dead[0].attempts),
        (1, "probe", 1)
    );
    assert_eq!((dead[0].died_at, dead[0].organization), (stage.db.now(), Some(1)));
    jobs::retry(&stage.db, dead[0].id).await.unwrap();
    let succeeding = Worker::new(stage.db.clone(), [Probe::new(Act::Succeed) as _]);
    assert_eq!(succeeding.run_pending().await.unwrap(), 1);
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), Backlog::default());
    assert!(jobs::retry(&stage.db, dead[0].id).await.is_err());
}
