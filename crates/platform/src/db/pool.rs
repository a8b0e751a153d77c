//! Connections that one caller at a time has.
//!
//! A connection is driven by a task of the thread that opened it. Whoever uses it on another thread has each statement and
//! each answer handed over between the two, and both threads then compete for the processors with what else they serve.
//! So a thread gets what it opened itself, as long as there is such a one or another may be opened; pools that are to be
//! had give whichever was used last.

use super::session::{Session, SessionOptions};
use crate::{Error, Result};
use diesel_async::AsyncPgConnection;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Opens so many connections and no more. Clones share them.
#[derive(Clone)]
pub(crate) struct Pool {
    options: SessionOptions,
    wait: Duration,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Session>>>,
}

impl Pool {
    /// With at most `size` connections, for which callers wait for `wait` at most.
    pub(crate) fn new(options: SessionOptions, size: usize, wait: Duration) -> Self {
        Self {
            options,
            wait,
            free: Arc::new(Semaphore::new(size)),
            idle: Arc::default(),
        }
    }

    /// A connection, which returns when it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached, or all connections stay busy.
    pub(crate) async fn get(&self) -> Result<PooledSession> {
        let permit = timeout(self.wait, self.free.clone().acquire_owned());
        let permit = permit.await.map_err(|_| Error::Unavailable {
            message: "no free database connection".to_owned(),
        })?;
        let permit = permit.map_err(Error::internal)?;
        let session = match self.idle() {
            Some(session) => session,
            None => self.options.open().await?,
        };
        Ok(PooledSession {
            session: Some(session),
            pool: self.clone(),
            _permit: permit,
        })
    }

    /// Of the connections that nobody uses, what this thread used last; when no more may be opened, what any did.
    fn idle(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| !session.is_closed());
        let own = idle.iter().rposition(Session::is_driven_here);
        let is_full = idle.len() > self.free.available_permits();
        match own {
            Some(place) => Some(idle.remove(place)),
            None if is_full => idle.pop(),
            None => None,
        }
    }
}

/// A connection that its holder alone uses.
pub(crate) struct PooledSession {
    /// Gone only while it is dropped.
    session: Option<Session>,
    pool: Pool,
    /// Given back last.
    _permit: OwnedSemaphorePermit,
}

impl PooledSession {
    /// Pass `&mut session.conn()` to diesel.
    ///
    /// # Panics
    /// Never: the connection leaves only when this is dropped.
    #[expect(clippy::expect_used, reason = "the session leaves only in discard and drop")]
    pub(crate) fn conn(&self) -> &AsyncPgConnection {
        self.session.as_ref().expect("a session in use is there").conn()
    }

    /// Closes the connection.
    pub(crate) fn discard(mut self) {
        self.session.take();
    }
}

impl Drop for PooledSession {
    fn drop(&mut self) {
        let session = self.session.take().filter(|session| !session.is_closed());
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(session);
    }
}
