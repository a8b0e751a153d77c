//! Claims, leases, retries, the dead letter and the shutdown.

use crate::support::{Act, Constant, PATIENCE, Probe, Stage, probe};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::jobs::{self, Backlog, Job, Worker};
use rapport_platform::{Db, Error};
use rapport_schema::tables::jobs as table;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

const DEAD: Backlog = Backlog {
    due: 0,
    later: 0,
    running: 0,
    dead: 1,
};

fn worker(db: &Db, handler: &Arc<Probe>) -> Worker {
    Worker::new(db.clone(), [handler.clone() as _])
}

fn out_of_reach() -> Error {
    Error::Unavailable {
        message: "the provider is out of reach".to_owned(),
    }
}

async fn last_error(db: &Db) -> Option<String> {
    let directory = db.directory().await.unwrap();
    let errors = table::table.select(table::last_error);
    errors.first(&mut directory.conn()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_never_run_one_job_both() {
    let stage = Stage::new().await;
    stage.enqueue((0..100).map(probe)).await;
    let handler = Probe::new(Act::Succeed);
    let one = worker(&stage.db, &handler).with_concurrency(3);
    let other = worker(&stage.another().await, &handler).with_concurrency(3);

    let (ran_one, ran_other) = tokio::join!(one.run_pending(), other.run_pending());
    assert_eq!(ran_one.unwrap() + ran_other.unwrap(), 100);
    let mut seen = handler.seen();
    seen.sort_unstable();
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_job_of_a_killed_worker_runs_again_when_its_lease_ends() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    abandon(&stage).await;

    let handler = Probe::new(Act::Succeed);
    let survivor = worker(&stage.db, &handler);
    stage.advance(59.0);
    assert_eq!(survivor.run_pending().await.unwrap(), 0, "the lease holds");
    stage.advance(1.0);
    assert_eq!(survivor.run_pending().await.unwrap(), 1);
    assert_eq!(handler.seen(), [1]);
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), Backlog::default());
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_given_up() {
    let stage = Stage::new().await;
    stage
        .enqueue([Job {
            max_attempts: 2,
            ..probe(1)
        }])
        .await;
    for _ in 0..2 {
        abandon(&stage).await;
        stage.advance(60.0);
    }
    let handler = Probe::new(Act::Succeed);
    worker(&stage.db, &handler).run_pending().await.unwrap();
    assert!(handler.seen().is_empty());
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), DEAD);
}

/// A worker begins the due job and is gone before it ends.
async fn abandon(stage: &Stage) {
    let handler = Probe::new(Act::Hang);
    let doomed = worker(&stage.db, &handler);
    tokio::select! {
        _ = doomed.run_pending() => panic!("the handler never ends"),
        () = handler.until_seen(1) => {}
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_does_not_settle() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    let gate = Arc::new(Notify::new());
    let slow = Probe::new(Act::SucceedAfter(gate.clone()));
    let slow_worker = worker(&stage.db, &slow);
    let overtake = async {
        slow.until_seen(1).await;
        stage.advance(60.0);
        abandon(&stage).await;
        gate.notify_one();
    };
    let (ran, ()) = tokio::join!(slow_worker.run_pending(), overtake);
    assert_eq!(ran.unwrap(), 1);
    let held = Backlog {
        running: 1,
        ..Backlog::default()
    };
    assert_eq!(
        jobs::backlog(&stage.db).await.unwrap(),
        held,
        "the job is the other worker's"
    );
}

#[tokio::test]
async fn a_lease_is_renewed_while_the_job_runs_and_losing_it_ends_the_attempt() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    let handler = Probe::new(Act::Hang);
    let slow_worker = worker(&stage.db, &handler).with_lease(Duration::from_secs(6));
    let steal = async {
        handler.until_seen(1).await;
        let claimed_until = held_until(&stage.db).await;
        stage.advance(5.0);
        while held_until(&stage.db).await == claimed_until {}
        assert_eq!(held_until(&stage.db).await, claimed_until + TimeDelta::seconds(5));
        stage.advance(6.0);
        abandon(&stage).await;
    };
    let both = async { tokio::join!(slow_worker.run_pending(), steal) };
    let (ran, ()) = timeout(PATIENCE, Box::pin(both))
        .await
        .expect("the hanging handler is dropped");
    assert_eq!(ran.unwrap(), 1);
}

async fn held_until(db: &Db) -> DateTime<Utc> {
    let directory = db.directory().await.unwrap();
    let times = table::table
        .filter(table::state.eq("running"))
        .select(table::run_at);
    times.first(&mut directory.conn()).await.unwrap()
}

/// The shortest and the longest wait after each failed attempt.
async fn assert_backoff(random: u8, seconds: [f64; 3]) {
    let stage = Stage::with(|_| {}, Arc::new(Constant(random))).await;
    stage.enqueue([probe(1)]).await;
    let handler = Probe::new(Act::Retry(out_of_reach));
    let worker = worker(&stage.db, &handler);
    assert_eq!(worker.run_pending().await.unwrap(), 1);
    for wait in seconds {
        stage.advance(wait - 0.001);
        assert_eq!(worker.run_pending().await.unwrap(), 0, "not before {wait} s");
        stage.advance(0.001);
        assert_eq!(worker.run_pending().await.unwrap(), 1, "after {wait} s");
    }
}

#[tokio::test]
async fn waits_double_and_at_least_half_of_each_is_certain() {
    assert_backoff(0x00, [1.0, 2.0, 4.0]).await;
    assert_backoff(0xff, [2.0, 4.0, 8.0]).await;
}

#[tokio::test]
async fn waits_end_at_an_hour() {
    let stage = Stage::with(|_| {}, Arc::new(Constant(0xff))).await;
    stage
        .enqueue([Job {
            max_attempts: 40,
            ..probe(1)
        }])
        .await;
    let handler = Probe::new(Act::Retry(out_of_reach));
    let worker = worker(&stage.db, &handler);
    for attempt in 1..40 {
        assert_eq!(worker.run_pending().await.unwrap(), 1, "attempt {attempt}");
        stage.advance(3600.0);
    }
    assert_eq!(jobs::backlog(&stage.db).await.unwrap().due, 1);
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    let handler = Probe::new(Act::Retry(|| Error::RateLimited { retry_after: 900 }));
    let worker = worker(&stage.db, &handler);
    worker.run_pending().await.unwrap();
    stage.advance(899.0);
    assert_eq!(worker.run_pending().await.unwrap(), 0);
    stage.advance(1.0);
    assert_eq!(worker.run_pending().await.unwrap(), 1);
}

#[tokio::test]
async fn after_its_last_attempt_a_job_is_dead() {
    let stage = Stage::new().await;
    stage
        .enqueue([Job {
            max_attempts: 2,
            ..probe(1)
        }])
        .await;
    let handler = Probe::new(Act::Retry(out_of_reach));
    let worker = worker(&stage.db, &handler);
    worker.run_pending().await.unwrap();
    assert_eq!(jobs::backlog(&stage.db).await.unwrap().later, 1);
    stage.advance(3600.0);
    worker.run_pending().await.unwrap();

    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), DEAD);
    assert_eq!(
        last_error(&stage.db).await.as_deref(),
        Some("the provider is out of reach")
    );
    stage.advance(1e6);
    assert_eq!(worker.run_pending().await.unwrap(), 0);
}

#[tokio::test]
async fn what_cannot_get_better_is_dead_at_once() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1)]).await;
    worker(&stage.db, &Probe::new(Act::Fail))
        .run_pending()
        .await
        .unwrap();
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), DEAD);
    assert_eq!(last_error(&stage.db).await.as_deref(), Some("Contact not found"));
}

#[tokio::test]
async fn a_panic_is_a_failure_and_says_nothing_of_the_job() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1), probe(2)]).await;
    let handler = Probe::new(Act::Panic);
    let attempts = worker(&stage.db, &handler).run_pending().await.unwrap();
    assert_eq!(attempts, 2, "the worker lives on");
    assert_eq!(jobs::backlog(&stage.db).await.unwrap().later, 2);
    let error = last_error(&stage.db).await;
    assert_eq!(error.as_deref(), Some("internal error: the handler panicked"));
}
