//! The two lanes: rollback of what is dropped, recovery of what is lost, patience that ends.

use crate::support::{PATIENCE, Stage, add_organization, count_organizations};
use diesel::prelude::*;
use diesel::sql_types::Int4;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use rapport_platform::{Db, DbConfig, Error, RandomIds, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

define_sql_function! { fn pg_backend_pid() -> Int4; }
define_sql_function! { fn pg_terminate_backend(pid: Int4) -> Bool; }

async fn pid(mut conn: &AsyncPgConnection) -> Result<i32> {
    Ok(diesel::select(pg_backend_pid()).get_result(&mut conn).await?)
}

async fn stage_with_one_connection() -> Stage {
    Stage::with(|config: &mut DbConfig| config.pool_size = 1, Arc::new(RandomIds)).await
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_and_returns_its_connection() {
    let stage = stage_with_one_connection().await;
    let first = stage.write(async |tx| pid(tx.conn()).await).await.unwrap();
    let failed: Result<()> = stage
        .write(async |tx| {
            add_organization(tx, 2).await?;
            Err(Error::conflict("no"))
        })
        .await;
    assert!(matches!(failed, Err(Error::Conflict { .. })));
    assert_eq!(count_organizations(&stage.db).await, 1);
    assert_eq!(stage.write(async |tx| pid(tx.conn()).await).await.unwrap(), first);
}

#[tokio::test]
async fn a_dropped_write_rolls_back_and_its_connection_is_not_used_again() {
    let stage = stage_with_one_connection().await;
    let (reached, at) = tokio::sync::oneshot::channel();
    let abandoned = stage.write(async |tx| {
        add_organization(tx, 2).await?;
        reached.send(pid(tx.conn()).await?).unwrap();
        std::future::pending::<Result<()>>().await
    });
    let first = tokio::select! {
        _ = abandoned => panic!("the write never ends"),
        first = at => first.unwrap(),
    };
    // The abandoned transaction held the only connection, and a lock on what is inserted here.
    let (second, inserted) = stage
        .write(async |tx| Ok((pid(tx.conn()).await?, add_organization(tx, 2).await)))
        .await
        .unwrap();
    assert_ne!(second, first);
    inserted.unwrap();
    assert_eq!(count_organizations(&stage.db).await, 2);
}

#[tokio::test]
async fn a_thread_gets_the_connections_that_it_drives_and_none_of_a_thread_that_has_gone() {
    let stage = Stage::with(|config: &mut DbConfig| config.pool_size = 2, Arc::new(RandomIds)).await;
    let (ask, asked) = std::sync::mpsc::channel::<()>();
    let (answer, answered) = std::sync::mpsc::channel();
    let (db, ctx) = (stage.db.clone(), stage.ctx.clone());
    let other = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.unwrap();
        while asked.recv().is_ok() {
            let there = runtime.block_on(db.write(&ctx, async |tx| pid(tx.conn()).await));
            answer.send(there.unwrap()).unwrap();
        }
    });
    let mut seen = Vec::new();
    for _ in 0..2 {
        let here = stage.write(async |tx| pid(tx.conn()).await).await.unwrap();
        ask.send(()).unwrap();
        seen.push((here, answered.recv().unwrap()));
    }
    let (here, there) = seen[0];
    assert_ne!(here, there);
    assert_eq!(seen[1], (here, there));
    drop(ask);
    other.join().unwrap();
    let both = stage.write(async |tx| {
        let second = stage.write(async |tx| pid(tx.conn()).await).await?;
        Ok((pid(tx.conn()).await?, second))
    });
    let (first, second) = both.await.unwrap();
    assert_eq!(first, here);
    assert!(second != here && second != there);
}

#[tokio::test]
async fn a_reader_reconnects() {
    let stage = Stage::new().await;
    let reader = stage.db.reader(&stage.ctx).await.unwrap();
    let lost = pid(reader.conn()).await.unwrap();
    let terminate = stage.write(async |tx| {
        let terminate = diesel::select(pg_terminate_backend(lost));
        Ok(terminate.get_result::<bool>(&mut tx.conn()).await?)
    });
    assert!(terminate.await.unwrap());

    // A statement sent before the loss is noticed fails, and says that another try may help.
    let found = async {
        loop {
            let reader = stage.db.reader(&stage.ctx).await.unwrap();
            match pid(reader.conn()).await {
                Ok(found) => return found,
                Err(error) => assert!(matches!(error, Error::Unavailable { .. }), "{error:?}"),
            }
            tokio::task::yield_now().await;
        }
    };
    let found = timeout(PATIENCE, found).await.expect("a new connection");
    assert_ne!(found, lost);
}

#[tokio::test]
async fn a_lost_pool_connection_is_replaced() {
    let stage = stage_with_one_connection().await;
    let lost = stage.write(async |tx| pid(tx.conn()).await).await.unwrap();
    let other: Db = stage.another().await;
    let terminate = other.write(&stage.ctx, async |tx| -> Result<bool> {
        Ok(diesel::select(pg_terminate_backend(lost))
            .get_result(&mut tx.conn())
            .await?)
    });
    assert!(terminate.await.unwrap());
    let found = async {
        loop {
            match stage.write(async |tx| pid(tx.conn()).await).await {
                Ok(found) => return found,
                Err(error) => assert!(matches!(error, Error::Unavailable { .. }), "{error:?}"),
            }
            tokio::task::yield_now().await;
        }
    };
    let found = timeout(PATIENCE, found).await.expect("a new connection");
    assert_ne!(found, lost);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_and_the_lane_goes_on() {
    let short = |config: &mut DbConfig| {
        config.read_timeout = Duration::from_millis(100);
        config.write_timeout = Duration::from_millis(100);
        config.pool_size = 1;
    };
    let stage = Stage::with(short, Arc::new(RandomIds)).await;
    let reader = stage.db.reader(&stage.ctx).await.unwrap();
    let before = pid(reader.conn()).await.unwrap();
    let slow = reader
        .conn()
        .batch_execute("SELECT pg_sleep(60)")
        .await
        .map_err(Error::from);
    assert!(matches!(slow, Err(Error::Unavailable { .. })), "{slow:?}");
    assert_eq!(pid(reader.conn()).await.unwrap(), before);

    let slow = stage
        .write(async |tx| Ok(tx.conn().batch_execute("SELECT pg_sleep(60)").await?))
        .await;
    assert!(matches!(slow, Err(Error::Unavailable { .. })), "{slow:?}");
    stage
        .write(async |tx| add_organization(tx, 2).await)
        .await
        .unwrap();
    assert_eq!(count_organizations(&stage.db).await, 2);
}

#[tokio::test]
async fn no_free_connection_is_unavailable() {
    let short = |config: &mut DbConfig| {
        config.pool_size = 1;
        config.acquire_timeout = Duration::from_millis(50);
    };
    let stage = Stage::with(short, Arc::new(RandomIds)).await;
    let inner = stage.write(async |_| Ok(stage.write(async |_| Ok(())).await));
    let outcome = inner.await.unwrap();
    assert!(matches!(outcome, Err(Error::Unavailable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_report_only_reads_and_keeps_its_connection_for_itself() {
    let one = |config: &mut DbConfig| {
        config.report_pool_size = 1;
        config.acquire_timeout = Duration::from_millis(50);
    };
    let stage = Stage::with(one, Arc::new(RandomIds)).await;
    let report = stage.db.report_reader(&stage.ctx).await.unwrap();
    let refused = report.conn().batch_execute("DELETE FROM jobs").await.unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
    let own = pid(report.conn()).await.unwrap();
    let point = stage.db.reader(&stage.ctx).await.unwrap();
    assert_ne!(pid(point.conn()).await.unwrap(), own);
    let another = stage.db.report_reader(&stage.ctx).await;
    assert!(matches!(another, Err(Error::Unavailable { .. })));
    drop(report);
    let again = stage.db.report_reader(&stage.ctx).await.unwrap();
    assert_eq!(pid(again.conn()).await.unwrap(), own);
}

#[tokio::test]
async fn a_report_that_takes_too_long_is_ended() {
    let short = |config: &mut DbConfig| config.report_timeout = Duration::from_millis(100);
    let stage = Stage::with(short, Arc::new(RandomIds)).await;
    let report = stage.db.report_reader(&stage.ctx).await.unwrap();
    let slow = report.conn().batch_execute("SELECT pg_sleep(60)").await;
    let slow = slow.map_err(Error::from);
    assert!(matches!(slow, Err(Error::Unavailable { .. })), "{slow:?}");
}
