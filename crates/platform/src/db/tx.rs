//! The write lane: one transaction on a pooled connection.

use super::Db;
use super::pool::PooledSession;
use crate::events::{self, Event};
use crate::jobs::{self, Job, JobRow};
use crate::{Ctx, Error, Result};
use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use uuid::Uuid;

/// A transaction within one organization, handed out by [`Db::write`].
pub struct Tx {
    ctx: Ctx,
    db: Db,
    now: DateTime<Utc>,
    events: Vec<Event>,
    jobs: Vec<JobRow>,
    /// Gone once the transaction has ended.
    session: Option<PooledSession>,
}

impl Tx {
    pub(super) fn new(ctx: Ctx, session: PooledSession, db: Db) -> Self {
        let now = db.now();
        Self {
            ctx,
            db,
            now,
            events: Vec::new(),
            jobs: Vec::new(),
            session: Some(session),
        }
    }

    /// Who writes, and where.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The organization every statement filters on.
    pub fn organization(&self) -> i64 {
        self.ctx.organization
    }

    /// The time of this transaction: the same for all that it writes.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The time it is now, after what this transaction waited for. Of two that change a row one after the other, the
    /// second may have begun first; only this tells which was first.
    pub fn present(&self) -> DateTime<Utc> {
        self.db.now()
    }

    /// A new UUID for a row.
    pub fn uuid(&self) -> Uuid {
        self.db.uuid(self.now)
    }

    /// The database it belongs to.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// The injected source of ids and secrets.
    pub fn ids(&self) -> &dyn crate::Ids {
        self.db.ids()
    }

    /// The connection; pass `&mut tx.conn()` to diesel. Statements sent at once are pipelined.
    ///
    /// # Panics
    /// Never: the connection leaves only when the transaction ends, which consumes it.
    #[expect(
        clippy::expect_used,
        reason = "the session leaves only in finish and drop, which end the Tx"
    )]
    pub fn conn(&self) -> &AsyncPgConnection {
        self.session
            .as_ref()
            .expect("a transaction in use has its session")
            .conn()
    }

    /// Notes that something happened; it is written with the commit.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Leaves work for a worker; it is written with the commit, and workers are told of it.
    pub fn enqueue(&mut self, job: Job) {
        let organization = Some(self.ctx.organization);
        self.jobs.push(JobRow::new(job, organization, self.now));
    }

    /// Begins and does the work. BEGIN and the first statement of the work go out together.
    pub(super) async fn run<T, E, F>(&mut self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Self) -> Result<T, E>,
        E: From<Error>,
    {
        self.conn().batch_execute("BEGIN").await.map_err(Error::from)?;
        work(self).await
    }

    /// Commits on `Ok`, rolls back on `Err`.
    pub(super) async fn finish<T, E: From<Error>>(mut self, outcome: Result<T, E>) -> Result<T, E> {
        let value = match outcome {
            Ok(value) => value,
            Err(error) => {
                self.end("ROLLBACK").await.ok();
                return Err(error);
            }
        };
        if let Err(error) = self.flush().await {
            self.end("ROLLBACK").await.ok();
            return Err(error.into());
        }
        self.end("COMMIT").await?;
        Ok(value)
    }

    async fn flush(&mut self) -> Result<()> {
        let events = std::mem::take(&mut self.events);
        if !events.is_empty() {
            for projection in &*self.db.projections() {
                projection.apply(self, &events).await?;
            }
            events::insert(self, events).await?;
        }
        let jobs = std::mem::take(&mut self.jobs);
        if !jobs.is_empty() {
            jobs::insert(jobs, self.conn()).await?;
        }
        Ok(())
    }

    /// Ends the transaction. The connection returns to the pool only when that has succeeded.
    async fn end(&mut self, statement: &str) -> Result<()> {
        self.conn().batch_execute(statement).await?;
        self.session.take();
        Ok(())
    }
}

/// A transaction that was neither committed nor rolled back has been abandoned: its connection is closed,
/// upon which PostgreSQL rolls back.
impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.discard();
        }
    }
}
