//! One connection.

use crate::{Error, Result};
use diesel_async::AsyncPgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

/// How a connection is opened.
#[derive(Debug, Clone)]
pub(crate) struct SessionOptions(Config);

impl SessionOptions {
    pub(crate) fn new(url: &str, statement_timeout: Duration) -> Result<Self> {
        let mut config: Config = url.parse().map_err(Error::internal)?;
        config
            .application_name("rapport")
            .connect_timeout(Duration::from_secs(5))
            .options(format!(
                "-c statement_timeout={} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
                statement_timeout.as_millis()
            ));
        Ok(Self(config))
    }

    /// For reports and searches: the connection only reads, and no statement takes more than one processor, since
    /// others must go on meanwhile.
    pub(crate) fn report(mut self) -> Self {
        let options = self.0.get_options().unwrap_or_default();
        let options =
            format!("{options} -c default_transaction_read_only=on -c max_parallel_workers_per_gather=0");
        self.0.options(options);
        self
    }

    /// Opens a connection; its driver runs as a task of the current runtime.
    pub(crate) async fn open(&self) -> Result<Session> {
        let (client, connection) = self.0.connect(NoTls).await.map_err(unavailable)?;
        let closed = Arc::new(AtomicBool::new(false));
        let end = End(closed.clone());
        tokio::spawn(async move {
            let _end = end;
            match connection.await {
                // A server that is told to stop says so to each of its clients.
                Err(error) if error.code() == Some(&SqlState::ADMIN_SHUTDOWN) => {
                    tracing::debug!("the database server is stopping");
                }
                Err(error) => tracing::warn!(%error, "database connection lost"),
                Ok(()) => {}
            }
        });
        let connection = AsyncPgConnection::try_from(client).await.map_err(unavailable)?;
        Ok(Session {
            connection,
            closed,
            thread: thread::current().id(),
        })
    }
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    Error::Unavailable {
        message: format!("the database is out of reach: {error}"),
    }
}

/// Says that a connection is closed when its driver ends, or goes with the thread that ran it.
struct End(Arc<AtomicBool>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// An open connection. A shared reference suffices to use it: statements sent at once are pipelined.
pub(crate) struct Session {
    connection: AsyncPgConnection,
    closed: Arc<AtomicBool>,
    /// Where it was opened.
    thread: ThreadId,
}

impl Session {
    pub(crate) fn conn(&self) -> &AsyncPgConnection {
        &self.connection
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether this thread drives it.
    pub(crate) fn is_driven_here(&self) -> bool {
        self.thread == thread::current().id()
    }
}
