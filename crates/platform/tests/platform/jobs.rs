//! Jobs are written with their transaction, once per unique key, for their organization.

use crate::support::{Act, Probe, Stage, noon, probe};
use chrono::TimeDelta;
use rapport_platform::jobs::{self, Backlog, Job, JobContext, JobError, JobHandler, Worker};
use rapport_platform::{Actor, Ctx, Error, RawJson, Result};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn a_commit_writes_its_jobs() {
    let stage = Stage::new().await;
    stage.enqueue([probe(1), probe(2)]).await;
    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(stage.db.clone(), [handler.clone() as _]).with_concurrency(1);

    assert_eq!(worker.run_pending().await.unwrap(), 2);
    assert_eq!(handler.seen(), [1, 2], "in the order in which they were due");
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), Backlog::default());
}

#[tokio::test]
async fn a_rollback_writes_none() {
    let stage = Stage::new().await;
    let outcome: Result<()> = stage
        .write(async |tx| {
            tx.enqueue(probe(1));
            Err(Error::conflict("changed my mind"))
        })
        .await;
    assert!(matches!(outcome, Err(Error::Conflict { .. })));
    assert_eq!(jobs::backlog(&stage.db).await.unwrap(), Backlog::default());
}

#[tokio::test]
async fn a_planned_job_waits_for_its_time() {
    let stage = Stage::new().await;
    let mut job = probe(1);
    job.run_at = Some(noon() + TimeDelta::minutes(10));
    stage.enqueue([job]).await;
    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(stage.db.clone(), [handler.clone() as _]);

    stage.advance(599.0);
    assert_eq!(worker.run_pending().await.unwrap(), 0);
    assert_eq!(
        jobs::backlog(&stage.db).await.unwrap(),
        Backlog {
            later: 1,
            ..Backlog::default()
        }
    );
    stage.advance(1.0);
    assert_eq!(worker.run_pending().await.unwrap(), 1);
}

#[tokio::test]
async fn a_unique_key_admits_one_job_at_a_time_per_organization() {
    let stage = Stage::new().await;
    let keyed = |number| Job {
        unique_key: Some("same".to_owned()),
        ..probe(number)
    };
    stage.enqueue([keyed(1), keyed(2)]).await;
    stage.enqueue([keyed(3)]).await;
    let other = Ctx::system(2, "test");
    let written: Result<()> = stage
        .db
        .write(&other, async |tx| {
            tx.enqueue(keyed(4));
            Ok(())
        })
        .await;
    written.unwrap();
    jobs::enqueue_for_instance(&stage.db, keyed(5)).await.unwrap();
    jobs::enqueue_for_instance(&stage.db, keyed(6)).await.unwrap();

    let handler = Probe::new(Act::Succeed);
    let worker = Worker::new(stage.db.clone(), [handler.clone() as _]).with_concurrency(1);
    worker.run_pending().await.unwrap();
    assert_eq!(handler.seen(), [1, 4, 5]);

    stage.enqueue([keyed(7)]).await;
    worker.run_pending().await.unwrap();
    assert_eq!(handler.seen(), [1, 4, 5, 7], "the key is free again");
}

#[tokio::test]
async fn a_kind_without_handler_is_left_to_others() {
    let stage = Stage::new().await;
    stage.enqueue([Job::new("of.tomorrow", RawJson::default())]).await;
    let worker = Worker::new(stage.db.clone(), [Probe::new(Act::Succeed) as _]);
    assert_eq!(worker.run_pending().await.unwrap(), 0);
    assert_eq!(
        jobs::backlog(&stage.db).await.unwrap(),
        Backlog {
            due: 1,
            ..Backlog::default()
        }
    );
}

/// What a handler may know of its job.
#[derive(Debug, PartialEq)]
struct Known {
    organization: Option<i64>,
    actor: Option<Actor>,
    request_id_fits: bool,
    attempt: i32,
    last: bool,
    payload: Result<Vec<String>, String>,
}

#[derive(Default)]
struct Inquirer(Mutex<Vec<Known>>);

#[async_trait::async_trait]
impl JobHandler for Inquirer {
    fn kind(&self) -> &'static str {
        "inquiry"
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let ctx = job.ctx().ok();
        self.0.lock().unwrap().push(Known {
            organization: ctx.map(|ctx| ctx.organization),
            actor: ctx.map(|ctx| ctx.actor),
            request_id_fits: ctx.is_none_or(|ctx| *ctx.request_id == format!("job-{}", job.id)),
            attempt: job.attempt,
            last: job.is_last_attempt(),
            payload: job.payload().map_err(|error| error.to_string()),
        });
        Ok(())
    }
}

#[tokio::test]
async fn a_handler_acts_for_the_organization_of_its_job() {
    let stage = Stage::new().await;
    let payload = RawJson::of(&["a", "b"]).unwrap();
    stage
        .enqueue([Job {
            max_attempts: 1,
            ..Job::new("inquiry", payload)
        }])
        .await;
    let secret = RawJson::of(&"a secret").unwrap();
    jobs::enqueue_for_instance(&stage.db, Job::new("inquiry", secret))
        .await
        .unwrap();

    let inquirer = Arc::new(Inquirer::default());
    let worker = Worker::new(stage.db.clone(), [inquirer.clone() as _]).with_concurrency(1);
    worker.run_pending().await.unwrap();

    let of_organization = Known {
        organization: Some(1),
        actor: Some(Actor::System),
        request_id_fits: true,
        attempt: 1,
        last: true,
        payload: Ok(vec!["a".to_owned(), "b".to_owned()]),
    };
    let of_instance = Known {
        organization: None,
        actor: None,
        request_id_fits: true,
        attempt: 1,
        last: false,
        payload: Err("payload: unexpected at line 1, column 10".to_owned()),
    };
    assert_eq!(*inquirer.0.lock().unwrap(), [of_organization, of_instance]);
}
