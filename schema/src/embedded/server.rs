//! Bringing the server of a cluster up, whatever state it was left in.

use super::cluster::Cluster;
use super::roles::SUPERUSER;
use anyhow::{Context, Result, bail};
use std::time::Duration;
use tokio::process::Child;
use tokio::time::{Instant, sleep};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket, tls::NoTlsStream};

/// How often to look whether the server answers: seldom once it takes long, since each look is a line in its log.
const INTERVAL: Duration = Duration::from_millis(10);
const LONGEST_INTERVAL: Duration = Duration::from_millis(500);
/// How long to wait for a server that is there but does not let anybody in: it may be replaying its log.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long to try again while leftovers of a killed server are still ending.
const LEFTOVER_PATIENCE: Duration = Duration::from_secs(15);
const LEFTOVER_INTERVAL: Duration = Duration::from_millis(100);
/// What PostgreSQL says then: processes of the killed one are alive, or another one is just stopping.
const LEFTOVERS: [&str; 2] = [
    "pre-existing shared memory block",
    "lock file \"postmaster.pid\" already exists",
];
/// The database everything is in.
pub(super) const DATABASE: &str = "rapport";

enum State {
    Ready,
    Starting,
    NoDatabase,
    Absent,
}

impl Cluster {
    /// Starts the server unless it runs, waits until it answers, and makes the database when it is missing.
    /// Call it with the start lock held.
    pub(super) async fn bring_up(&self) -> Result<()> {
        let begun = Instant::now();
        let mut server: Option<Child> = None;
        loop {
            match self.state().await? {
                State::Ready => return self.hand_over().await,
                State::NoDatabase => return self.create_database().await,
                State::Starting => {}
                State::Absent => self.advance(&mut server, begun).await?,
            }
            if begun.elapsed() > PATIENCE {
                bail!(
                    "PostgreSQL does not answer; its log ends with:\n{}",
                    self.log_tail()
                );
            }
            sleep((begun.elapsed() / 20).clamp(INTERVAL, LONGEST_INTERVAL)).await;
        }
    }

    /// Nobody answers: starts the server, or sees what became of the one just started.
    async fn advance(&self, server: &mut Option<Child>, begun: Instant) -> Result<()> {
        let Some(child) = server else {
            self.disown_reused_pid().await?;
            *server = Some(self.spawn()?);
            return Ok(());
        };
        if child.try_wait()?.is_none() {
            return Ok(());
        }
        let log = self.log_tail();
        if begun.elapsed() > LEFTOVER_PATIENCE || !LEFTOVERS.iter().any(|leftover| log.contains(leftover)) {
            bail!(
                "PostgreSQL does not start in {}; its log ends with:\n{log}",
                self.place.home().display()
            );
        }
        *server = None;
        sleep(LEFTOVER_INTERVAL).await;
        Ok(())
    }

    async fn state(&self) -> Result<State> {
        let Err(error) = self.connect(DATABASE).await else {
            return Ok(State::Ready);
        };
        match error.code() {
            None => Ok(State::Absent),
            Some(&SqlState::CANNOT_CONNECT_NOW) => Ok(State::Starting),
            Some(&SqlState::INVALID_CATALOG_NAME) => Ok(State::NoDatabase),
            Some(&SqlState::TOO_MANY_CONNECTIONS) => Ok(State::Ready),
            Some(_) => Err(error).context("cannot connect to the embedded PostgreSQL"),
        }
    }

    /// Returns when the server is gone, at once if it is not there.
    pub(super) async fn gone(&self) {
        if let Ok((_client, connection)) = self.connect(DATABASE).await {
            // However it ended, the caller looks for itself.
            let _ended = connection.await;
        }
    }

    pub(super) async fn connect(
        &self,
        database: &str,
    ) -> Result<(Client, Connection<Socket, NoTlsStream>), tokio_postgres::Error> {
        let mut config = Config::new();
        config
            .host_path(&self.place.sockets)
            .user(SUPERUSER)
            .dbname(database)
            .application_name("rapport supervisor");
        config
            .connect_timeout(Duration::from_secs(5))
            .connect(NoTls)
            .await
    }

    /// After a power loss or in a restarted container, the number in `postmaster.pid` may belong to another
    /// process by now, and PostgreSQL would refuse to start. It ignores its parent's number, so that is put
    /// there; the rest of the file stays, for the check that no process of the old server is left.
    async fn disown_reused_pid(&self) -> Result<()> {
        const REWRITE: &str = "cd -- \"$1\" && rest=$(tail -n +2 postmaster.pid) && \
                               printf '%s\\n%s\\n' \"$2\" \"$rest\" >postmaster.pid";
        let data = self.place.data();
        let Ok(file) = std::fs::read_to_string(data.join("postmaster.pid")) else {
            return Ok(());
        };
        let pid = file.lines().next().unwrap_or_default();
        let process = std::path::Path::new("/proc").join(pid);
        // A server works in its data folder; without /proc there is no telling.
        if !process.exists() || std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == data) {
            return Ok(());
        }
        tracing::info!(
            pid,
            "the process number of the last PostgreSQL belongs to another process now"
        );
        let mut shell = self.command("/bin/sh");
        shell
            .args(["-c", REWRITE, "sh"])
            .arg(&data)
            .arg(std::process::id().to_string());
        let status = shell.status().await?;
        if !status.success() {
            bail!("cannot write {}", data.join("postmaster.pid").display());
        }
        for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            let _absent = std::fs::remove_file(self.place.sockets.join(name));
        }
        Ok(())
    }
}
