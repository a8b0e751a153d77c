//! The embedded PostgreSQL: a private cluster in the data folder, for who does not bring a server.
//!
//! It listens on a Unix socket alone, in a folder only its account may enter; there is no TCP and hence no
//! password. Rapport works as an ordinary role that owns its database, not as the superuser. Started by root, PostgreSQL runs as `postgres` or `nobody`. Several processes may use one cluster:
//! the first starts the server, the last to [`stop`](Embedded::stop) stops it, and a killed one leaves it running
//! for the next. A killed server recovers when it is started again.
//!
//! Why not a ready-made crate: `docs/decisions/embedded-postgresql.md`.

mod account;
mod binaries;
mod cluster;
mod ephemeral;
mod folders;
mod lock;
mod memory;
mod place;
mod roles;
mod server;
mod settings;

pub use binaries::{Binaries, binaries};
pub use ephemeral::Ephemeral;
pub use roles::ROLE;

use anyhow::Result;
use cluster::Cluster;
use lock::Lock;
use place::Place;
use roles::SUPERUSER;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A server that ran this long before it died is started again at once.
const STABLE: Duration = Duration::from_secs(30);
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LAST_DELAY: Duration = Duration::from_secs(10);

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder; made when missing. The cluster is in its folder `postgres`, unless root runs this and the
    /// unprivileged account cannot go there: then in `/var/lib/rapport`, and a note in the data folder says so.
    pub data_dir: PathBuf,
    /// Whether a commit survives a power loss. Without it everything is faster: for tests.
    pub durable: bool,
    /// More server settings, such as `shared_preload_libraries`. A running server keeps those it has.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A durable cluster in `data_dir` with the usual settings.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            durable: true,
            settings: Vec::new(),
        }
    }
}

/// A use of a running cluster. Dropping it without [`stop`](Self::stop) leaves the server running.
#[derive(Debug)]
pub struct Embedded {
    cluster: Cluster,
    in_use: Lock,
}

impl Embedded {
    /// Makes the cluster when it is missing, starts its server or joins the running one, and waits until it
    /// answers.
    ///
    /// Fails, saying what to do, when the binaries are missing or do not fit the cluster, when a folder cannot be
    /// written, and with the end of the server's log when it does not start.
    pub async fn start(options: Options) -> Result<Self> {
        let place = Place::prepare(&options.data_dir)?;
        let _starting = Lock::exclusive(place.start_lock()).await?;
        let in_use = Lock::shared(place.users_lock()).await?;
        let cluster = Cluster::new(place, options)?;
        cluster.create().await?;
        cluster.bring_up().await?;
        Ok(Self { cluster, in_use })
    }

    /// The URL of the database `rapport`, for libpq and tokio-postgres, as its owner [`ROLE`], an ordinary role.
    pub fn url(&self) -> String {
        self.url_for(server::DATABASE)
    }

    /// The URL of another database of the cluster, as the same role.
    pub fn url_for(&self, database: &str) -> String {
        self.url_as(ROLE, database)
    }

    /// The URL of a database of the cluster as its superuser, for what an ordinary role may not do: making databases,
    /// roles and extensions, and measuring.
    pub fn admin_url_for(&self, database: &str) -> String {
        self.url_as(SUPERUSER, database)
    }

    fn url_as(&self, role: &str, database: &str) -> String {
        let sockets = self.socket_dir().to_string_lossy();
        format!(
            "postgresql:///{}?host={}&user={role}",
            percent_encode(database),
            percent_encode(&sockets)
        )
    }

    /// The folder of the server's socket.
    pub fn socket_dir(&self) -> &Path {
        &self.cluster.place.sockets
    }

    /// The folder of the cluster: its log `postgres.log` and its files in `data`.
    pub fn home(&self) -> &Path {
        self.cluster.place.home()
    }

    /// Starts the server again whenever it dies, waiting longer each time when that happens often. Runs until
    /// dropped.
    pub async fn watch(&self) -> Infallible {
        let mut delay = FIRST_DELAY;
        loop {
            let since = Instant::now();
            self.cluster.gone().await;
            if since.elapsed() >= STABLE {
                delay = FIRST_DELAY;
            } else {
                sleep(delay).await;
                delay = LAST_DELAY.min(delay * 2);
            }
            tracing::warn!("lost the connection to the embedded PostgreSQL; bringing it up");
            match self.revive().await {
                Ok(()) => tracing::info!("the embedded PostgreSQL answers again"),
                Err(error) => tracing::error!("cannot start the embedded PostgreSQL: {error:#}"),
            }
        }
    }

    async fn revive(&self) -> Result<()> {
        let _starting = Lock::exclusive(self.cluster.place.start_lock()).await?;
        self.cluster.bring_up().await
    }

    /// Ends this use, and stops the server when no other process uses it. Returns whether it was stopped.
    pub async fn stop(self) -> Result<bool> {
        let Self { cluster, in_use } = self;
        let _starting = Lock::exclusive(cluster.place.start_lock()).await?;
        drop(in_use);
        if Lock::try_exclusive(&cluster.place.users_lock())?.is_none() {
            tracing::debug!("others use the embedded PostgreSQL; it keeps running");
            return Ok(false);
        }
        cluster.stop().await?;
        Ok(true)
    }
}

/// Percent-encoding of a URL's path or query value (RFC 3986), leaving slashes readable.
fn percent_encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encode = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect()
}
