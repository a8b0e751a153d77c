//! The data: a cluster of its own with production's settings, filled by `rapport seed`.

use crate::server::Server;
use anyhow::{Context, Result, ensure};
use rapport_platform::ids;
use rapport_schema::embedded::{Embedded, Options};
use serde::Deserialize;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// How much data there is.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// How many contacts.
    pub contacts: u64,
    /// How many conversations.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
}

/// What figures are taken from.
pub const FULL: Sizes = Sizes {
    contacts: 50_000,
    conversations: 100_000,
    messages: 1_000_000,
};
/// What suffices to see whether it works.
pub const QUICK: Sizes = Sizes {
    contacts: 1_000,
    conversations: 200,
    messages: 10_000,
};

/// How many different contacts and conversations are asked for.
const TARGETS: i64 = 1_000;

/// A data folder that goes away with it.
pub struct World {
    folder: TempDir,
    /// Where scripts and logs lie.
    pub scratch: TempDir,
    seeded: Seeded,
}

#[derive(Deserialize)]
struct Seeded {
    organizations: Vec<Organization>,
}

#[derive(Deserialize)]
struct Organization {
    #[serde(rename = "organization_id")]
    id: String,
    #[serde(rename = "organization_uuid")]
    uuid: String,
    api_key: String,
}

/// What requests ask for. Pairs are of an opaque id and its UUID.
pub struct Targets {
    /// The organization's opaque id.
    pub organization: String,
    /// A key that opens it.
    pub api_key: String,
    /// Some contacts.
    pub contacts: Vec<(String, String)>,
    /// Some conversations, each with at least 26 messages.
    pub conversations: Vec<(String, String)>,
}

/// An open database.
pub struct Database {
    /// A connection for the bench itself, as the superuser.
    pub client: Client,
    /// The folder of its socket.
    pub sockets: PathBuf,
    /// The server's log.
    pub log: PathBuf,
}

impl World {
    /// Makes the cluster and fills it.
    ///
    /// # Errors
    /// When the program cannot be run or fails.
    pub fn make(binary: &Path, sizes: Sizes) -> Result<Self> {
        // PostgreSQL's own account must get through, when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("rapport-bench-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir()?;
        let mut seed = Command::new(binary);
        seed.args(["seed", "--json", "--seed", "1", "--organizations", "1"])
            .args(["--contacts", &sizes.contacts.to_string()])
            .args(["--conversations", &sizes.conversations.to_string()])
            .args(["--messages", &sizes.messages.to_string()])
            .arg("--data-dir")
            .arg(folder.path());
        let made = seed
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output();
        let made = made.with_context(|| format!("cannot run {}", binary.display()))?;
        ensure!(made.status.success(), "the data could not be made");
        Ok(Self {
            folder,
            scratch: tempfile::tempdir()?,
            seeded: serde_json::from_slice(&made.stdout)?,
        })
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The log of the server under measurement.
    pub fn log(&self) -> PathBuf {
        self.scratch.path().join("rapport.log")
    }

    /// How long the server takes until it is ready, its PostgreSQL included, several times.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn cold_starts(&self, binary: &Path, times: usize) -> Result<Vec<Duration>> {
        let start = |_| {
            let running = self.data_dir().join("postgres/data/postmaster.pid");
            ensure!(
                !running.exists(),
                "PostgreSQL runs already: this would be no cold start"
            );
            Ok(Server::start(binary, self)?.start)
        };
        (0..times).map(start).collect()
    }

    /// Runs PostgreSQL as long as `work` takes.
    ///
    /// # Errors
    /// Those of `work`, and when PostgreSQL cannot be run.
    pub async fn with_database<T>(&self, work: impl AsyncFnOnce(Database) -> Result<T>) -> Result<T> {
        let embedded = Embedded::start(Options::new(self.data_dir())).await?;
        let outcome = async {
            let (client, connection) =
                tokio_postgres::connect(&embedded.admin_url_for("rapport"), NoTls).await?;
            tokio::spawn(connection);
            let database = Database {
                client,
                sockets: embedded.socket_dir().to_owned(),
                log: embedded.home().join("postgres.log"),
            };
            work(database).await
        };
        let outcome = outcome.await;
        embedded.stop().await?;
        outcome
    }

    /// What to ask for.
    ///
    /// # Errors
    /// When there is too little data.
    pub async fn targets(&self, database: &Database) -> Result<Targets> {
        let organization = self
            .seeded
            .organizations
            .first()
            .context("no organization was made")?;
        let of = format!(
            "(SELECT id FROM organizations WHERE uuid = '{}')",
            organization.uuid
        );
        let contacts = format!(
            "SELECT CAST(uuid AS text) FROM contacts WHERE organization_id = {of} ORDER BY md5(CAST(id AS text)) \
             LIMIT {TARGETS}"
        );
        let conversations = format!(
            "SELECT CAST(conversations.uuid AS text) FROM conversations JOIN messages ON messages.organization_id = \
             conversations.organization_id AND conversation_id = conversations.id WHERE \
             conversations.organization_id = {of} GROUP BY conversations.uuid HAVING count(*) > 25 ORDER BY conversations.uuid LIMIT {TARGETS}"
        );
        Ok(Targets {
            organization: organization.id.clone(),
            api_key: organization.api_key.clone(),
            contacts: some(&database.client, &contacts).await?,
            conversations: some(&database.client, &conversations).await?,
        })
    }
}

async fn some(client: &Client, query: &str) -> Result<Vec<(String, String)>> {
    let rows = client.query(query, &[]).await?;
    ensure!(rows.len() > 10, "too little data to ask for: {query}");
    let pair = |row: &tokio_postgres::Row| {
        let uuid: String = row.try_get(0)?;
        Ok((ids::opaque(uuid.parse()?), uuid))
    };
    rows.iter().map(pair).collect()
}
