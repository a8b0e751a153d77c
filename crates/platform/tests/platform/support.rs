//! A database with an organization for each test, and job handlers that tell what they were asked.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::jobs::{Job, JobContext, JobError, JobHandler};
use rapport_platform::{Clock, Ctx, Db, DbConfig, Error, Ids, ManualClock, RandomIds, RawJson, Result, Tx};
use rapport_schema::tables::organizations;
use rapport_test_support::TestDatabase;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

/// Long enough for the slowest machine; reached only by a failing test.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A database with one organization, and a clock that stands still.
pub struct Stage {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    pub ctx: Ctx,
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}, Arc::new(RandomIds)).await
    }

    pub async fn with(adjust: impl FnOnce(&mut DbConfig), ids: Arc<dyn Ids>) -> Self {
        let mut config = DbConfig::new(TestDatabase::new().await.url().to_owned());
        adjust(&mut config);
        let clock = Arc::new(ManualClock::at(noon()));
        let db = Db::connect(config, clock.clone(), ids)
            .await
            .expect("the database answers");
        let ctx = Ctx::system(1, "test");
        let stage = Self { db, clock, ctx };
        stage
            .write(async |tx| add_organization(tx, 1).await)
            .await
            .expect("an organization");
        stage
    }

    /// Another process on the same database.
    pub async fn another(&self) -> Db {
        let config = DbConfig::new(self.db.url());
        let db = Db::connect(config, self.clock.clone(), Arc::new(RandomIds)).await;
        db.expect("the database answers")
    }

    pub async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.db.write(&self.ctx, work).await
    }

    pub async fn enqueue(&self, jobs: impl IntoIterator<Item = Job>) {
        let written = self.write(async |tx| {
            jobs.into_iter().for_each(|job| tx.enqueue(job));
            Ok(())
        });
        written.await.expect("the jobs are written");
    }

    pub fn advance(&self, seconds: f64) {
        let micros = seconds * 1_000_000.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole microseconds of a few hours"
        )]
        self.clock.advance(TimeDelta::microseconds(micros as i64));
    }
}

pub async fn add_organization(tx: &Tx, id: i64) -> Result<()> {
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::uuid.eq(tx.uuid()),
            organizations::name.eq("Harbour"),
            organizations::default_region.eq("DE"),
            organizations::email_addresses.eq(Vec::<String>::new()),
            organizations::created_at.eq(tx.now()),
            organizations::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

pub async fn count_organizations(db: &Db) -> i64 {
    let directory = db.directory().await.expect("a connection");
    let count = organizations::table
        .count()
        .get_result(&mut directory.conn())
        .await;
    count.expect("a count")
}

/// A job of kind `probe` that carries `number`.
pub fn probe(number: i64) -> Job {
    Job::new("probe", RawJson::of(&number).expect("JSON"))
}

/// What a [`Probe`] does with a job.
pub enum Act {
    Succeed,
    SucceedAfter(Arc<Notify>),
    Retry(fn() -> Error),
    Fail,
    Panic,
    Hang,
}

/// A handler that notes the number of each job it is given.
pub struct Probe {
    act: Act,
    pub seen: Mutex<Vec<i64>>,
    pub changed: Notify,
}

impl Probe {
    pub fn new(act: Act) -> Arc<Self> {
        Arc::new(Self {
            act,
            seen: Mutex::default(),
            changed: Notify::new(),
        })
    }

    pub fn seen(&self) -> Vec<i64> {
        self.seen.lock().expect("unpoisoned").clone()
    }

    /// Waits until `count` jobs have been seen.
    pub async fn until_seen(&self, count: usize) {
        let seen = async {
            while self.seen().len() < count {
                self.changed.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, seen)
            .await
            .expect("the jobs are run in time");
    }
}

#[async_trait]
impl JobHandler for Probe {
    fn kind(&self) -> &'static str {
        "probe"
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let number = job.payload()?;
        self.seen.lock().expect("unpoisoned").push(number);
        self.changed.notify_one();
        tokio::task::yield_now().await;
        match &self.act {
            Act::Succeed => Ok(()),
            Act::SucceedAfter(gate) => {
                gate.notified().await;
                Ok(())
            }
            Act::Retry(error) => Err(JobError::Retry(error())),
            Act::Fail => Err(Error::not_found("Contact").into()),
            Act::Panic => panic!("secret {number}"),
            Act::Hang => std::future::pending().await,
        }
    }
}

/// Random ids whose other random bytes are all the same.
pub struct Constant(pub u8);

impl Ids for Constant {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        RandomIds.uuid(now)
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// A real clock for what waits in real time.
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(rapport_platform::SystemClock)
}
