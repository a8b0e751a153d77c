//! The worker: claims what is due, as much at once as it may run.

use super::attempt::Runner;
use super::{CHANNEL, Job, JobHandler, enqueue_for_instance, queue};
use crate::listen::listen;
use crate::{Db, RawJson, Result};
use futures_util::{FutureExt, StreamExt};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How soon to look again for a job that is due but was not to be had.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
const PERIODIC: &str = "periodic";

/// Runs jobs. Any number of workers may share a database, in one process or many.
///
/// It claims only kinds it has a handler for; others wait for a worker that does, such as one of the next
/// version.
pub struct Worker {
    runner: Arc<Runner>,
    concurrency: usize,
    poll_interval: Duration,
    drain_limit: Duration,
}

impl Worker {
    /// A worker with these handlers, at most one per kind, that runs 8 jobs at a time.
    pub fn new(db: Db, handlers: impl IntoIterator<Item = Arc<dyn JobHandler>>) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler));
        let handlers: std::collections::HashMap<_, _> = handlers.collect();
        let kinds = handlers.keys().copied().collect();
        Self {
            runner: Arc::new(Runner {
                db,
                handlers,
                kinds,
                lease: Duration::from_mins(1),
            }),
            concurrency: 8,
            poll_interval: Duration::from_secs(5),
            drain_limit: Duration::from_secs(30),
        }
    }

    /// Runs at most this many jobs at a time, at least one.
    #[must_use]
    pub fn with_concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }

    /// Looks for work this often when nothing else wakes it; 5 seconds unless told otherwise.
    #[must_use]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Holds a job this long at a time, renewed while it runs: how soon the job of a killed worker runs
    /// again. A minute unless told otherwise.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        Arc::make_mut(&mut self.runner).lease = lease;
        self
    }

    /// Waits this long for running jobs at shutdown; 30 seconds unless told otherwise.
    #[must_use]
    pub fn with_drain_limit(mut self, limit: Duration) -> Self {
        self.drain_limit = limit;
        self
    }

    /// Works until `shutdown` is ready, then claims no more and waits for the running jobs. Those that
    /// outlast the limit are dropped, and run again elsewhere when their lease ends.
    ///
    /// It outlives a database that is out of reach. New jobs wake it by notification, planned ones by time.
    ///
    /// # Errors
    /// When the database's URL does not parse, which [`Db::connect`] would have told.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let mut wakes = listen(self.runner.db.url(), &[CHANNEL])?;
        let mut shutdown = pin!(shutdown);
        let mut running = JoinSet::new();
        let mut scheduled = false;
        loop {
            let wait = match self.turn(&mut running, &mut scheduled).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for jobs");
                    self.poll_interval
                }
            };
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = running.join_next() => {}
                _ = wakes.next() => {}
                () = sleep(wait) => {}
            }
            // Many ends and notices at once are one reason to look.
            while running.try_join_next().is_some() {}
            while wakes.next().now_or_never().flatten().is_some() {}
        }
        drop(wakes);
        self.drain(running).await;
        Ok(())
    }

    /// Starts what is due and returns how long nothing else will be.
    async fn turn(&self, running: &mut JoinSet<()>, scheduled: &mut bool) -> Result<Duration> {
        if !*scheduled {
            self.schedule_periodic().await?;
            *scheduled = true;
        }
        if self.start_due(running).await? == 0 {
            return Ok(self.poll_interval);
        }
        let next = queue::next_due(&self.runner.db, &self.runner.kinds).await?;
        let wait = next.map(|at| (at - self.runner.db.now()).to_std().unwrap_or_default());
        let wait = wait.unwrap_or(self.poll_interval).max(SHORTEST_WAIT);
        Ok(wait.min(self.poll_interval))
    }

    /// Starts due jobs and returns how many more could run.
    async fn start_due(&self, running: &mut JoinSet<()>) -> Result<usize> {
        let free = self.concurrency.saturating_sub(running.len());
        if free == 0 {
            return Ok(0);
        }
        let jobs = self.runner.claim(free).await?;
        let left = free.saturating_sub(jobs.len());
        for job in jobs {
            running.spawn(self.runner.clone().attempt(job));
        }
        Ok(left)
    }

    async fn drain(&self, mut running: JoinSet<()>) {
        let finished = async { while running.join_next().await.is_some() {} };
        if timeout(self.drain_limit, finished).await.is_err() {
            tracing::warn!(jobs = running.len(), "jobs outlasted the shutdown");
            running.shutdown().await;
        }
    }

    /// Adds the jobs of periodic handlers that are not there yet. [`Worker::run`] begins with it.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when the database cannot be reached.
    pub async fn schedule_periodic(&self) -> Result<()> {
        let handlers = self.runner.handlers.values();
        for handler in handlers.filter(|handler| handler.every().is_some()) {
            let mut job = Job::new(handler.kind(), RawJson::default());
            job.unique_key = Some(PERIODIC.to_owned());
            enqueue_for_instance(&self.runner.db, job).await?;
        }
        Ok(())
    }

    /// Runs all due jobs, and those that come due thereby, until there are none; returns how many attempts
    /// that took. For tests: with a clock that stands still, failed jobs stay for later.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when the database cannot be reached.
    pub async fn run_pending(&self) -> Result<usize> {
        let mut attempts = 0;
        let mut running = JoinSet::new();
        loop {
            self.start_due(&mut running).await?;
            if running.is_empty() {
                return Ok(attempts);
            }
            attempts += running.len();
            while running.join_next().await.is_some() {}
        }
    }
}
