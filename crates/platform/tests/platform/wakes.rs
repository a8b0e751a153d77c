//! Notifications: what is heard, how workers wake, how they stop.

use crate::support::{Act, PATIENCE, Probe, Stage, probe, system_clock};
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use futures_util::StreamExt;
use rapport_platform::jobs::{self, Backlog, Worker};
use rapport_platform::listen::{Listener, Notice, listen};
use rapport_platform::{Ctx, Db, DbConfig, RandomIds, Result};
use rapport_test_support::TestDatabase;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

async fn next(listener: &mut Listener) -> Notice {
    let notice = timeout(PATIENCE, listener.next())
        .await
        .expect("a notice in time");
    notice.expect("a stream without end")
}

async fn say(db: &Db, channel: &str, payload: &str) {
    let ctx = Ctx::system(1, "test");
    let said = db.write(&ctx, async |tx| -> Result<()> {
        let notify = diesel::sql_query("SELECT pg_notify($1, $2)");
        let notify = notify.bind::<Text, _>(channel).bind::<Text, _>(payload);
        notify.execute(&mut tx.conn()).await?;
        Ok(())
    });
    said.await.expect("it is said");
}

fn notified(channel: &str, payload: &str) -> Notice {
    Notice::Notified {
        channel: channel.to_owned(),
        payload: payload.to_owned(),
    }
}

#[tokio::test]
async fn a_listener_hears_its_channels_and_comes_back() {
    let stage = Stage::new().await;
    let mut listener = listen(stage.db.url(), &["one", "Odd \"name\""]).unwrap();
    assert_eq!(next(&mut listener).await, Notice::Connected);
    say(&stage.db, "other", "x").await;
    say(&stage.db, "one", "a").await;
    say(&stage.db, "Odd \"name\"", "").await;
    assert_eq!(next(&mut listener).await, notified("one", "a"));
    assert_eq!(next(&mut listener).await, notified("Odd \"name\"", ""));

    let terminate = stage.write(async |tx| {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'rapport listener'";
        Ok(diesel::sql_query(kill).execute(&mut tx.conn()).await?)
    });
    assert_eq!(terminate.await.unwrap(), 1);
    assert_eq!(
        next(&mut listener).await,
        Notice::Connected,
        "caches learn that they missed something"
    );
    say(&stage.db, "one", "b").await;
    assert_eq!(next(&mut listener).await, notified("one", "b"));
}

#[tokio::test]
async fn a_commit_with_jobs_notifies_once() {
    let stage = Stage::new().await;
    let mut listener = listen(stage.db.url(), &[jobs::CHANNEL, "end"]).unwrap();
    assert_eq!(next(&mut listener).await, Notice::Connected);
    stage.enqueue([]).await;
    stage.enqueue([probe(1), probe(2)]).await;
    say(&stage.db, "end", "").await;
    assert_eq!(next(&mut listener).await, notified(jobs::CHANNEL, ""));
    assert_eq!(next(&mut listener).await, notified("end", ""));
}

/// A database whose times are real, for workers that wait in real time.
async fn real_time() -> (Db, Ctx) {
    let config = DbConfig::new(TestDatabase::new().await.url().to_owned());
    let db = Db::connect(config, system_clock(), Arc::new(RandomIds))
        .await
        .unwrap();
    (db, Ctx::system(1, "test"))
}

async fn enqueue(db: &Db, ctx: &Ctx, number: i64) {
    let written: Result<()> = db
        .write(ctx, async |tx| {
            tx.enqueue(probe(number));
            Ok(())
        })
        .await;
    written.unwrap();
}

/// Waits until there are no jobs at all.
async fn until_none(db: &Db) {
    let none = async { while jobs::backlog(db).await.unwrap() != Backlog::default() {} };
    timeout(PATIENCE, none).await.expect("the jobs end");
}

async fn wakes_by_notification() {
    let (db, ctx) = real_time().await;
    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(db.clone(), [handler.clone() as _]).with_poll_interval(Duration::from_hours(1));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(async move { worker.run(async { drop(stopped.await) }).await });

    // The worker looks around when it starts, connects and ends a job, but each later job needs its notice.
    for number in 1..=5 {
        enqueue(&db, &ctx, number).await;
        handler.until_seen(usize::try_from(number).unwrap()).await;
        until_none(&db).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert_eq!(handler.seen(), [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_wakes_a_worker_on_many_threads() {
    wakes_by_notification().await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_notification_wakes_a_worker_on_one_thread() {
    wakes_by_notification().await;
}

#[tokio::test]
async fn a_planned_job_wakes_a_worker_by_time() {
    let (db, ctx) = real_time().await;
    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(db.clone(), [handler.clone() as _]).with_poll_interval(Duration::from_hours(1));
    let mut job = probe(1);
    job.run_at = Some(db.now() + Duration::from_millis(300));
    let due = job.run_at;
    let written: Result<()> = db
        .write(&ctx, async |tx| {
            tx.enqueue(job);
            Ok(())
        })
        .await;
    written.unwrap();
    worker.run(handler.until_seen(1)).await.unwrap();
    assert!(Some(db.now()) >= due);
}

#[tokio::test]
async fn a_shutdown_waits_for_running_jobs_and_claims_no_more() {
    let (db, ctx) = real_time().await;
    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(db.clone(), [handler.clone() as _]).with_concurrency(1);
    enqueue(&db, &ctx, 1).await;
    enqueue(&db, &ctx, 2).await;
    worker.run(handler.until_seen(1)).await.unwrap();
    assert_eq!(handler.seen(), [1]);
    assert_eq!(
        jobs::backlog(&db).await.unwrap(),
        Backlog {
            due: 1,
            ..Backlog::default()
        }
    );
}

#[tokio::test]
async fn a_shutdown_waits_only_so_long() {
    let (db, ctx) = real_time().await;
    let handler = Probe::new(Act::Hang);
    let worker = Worker::new(db.clone(), [handler.clone() as _]).with_drain_limit(Duration::from_millis(10));
    enqueue(&db, &ctx, 1).await;
    let stopped = timeout(PATIENCE, worker.run(handler.until_seen(1))).await;
    stopped.expect("it stops").unwrap();
    assert_eq!(
        jobs::backlog(&db).await.unwrap().running,
        1,
        "another worker runs it when the lease ends"
    );
}
