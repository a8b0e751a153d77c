//! One cluster on disk: making it, and the commands that run and stop its server.

use super::binaries::{Binaries, binaries, binaries_of};
use super::folders::make_private;
use super::place::Place;
use super::roles::SUPERUSER;
use super::{Options, settings};
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Output, Stdio};
use tokio::process::{Child, Command};

/// A log longer than this, in bytes, is put aside when the server starts.
const LOG_LIMIT: u64 = 10 * 1024 * 1024;

/// A cluster and the binaries that fit it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) place: Place,
    binaries: Binaries,
    options: Options,
}

impl Cluster {
    /// Finds the binaries for the cluster at `place`, which need not exist yet.
    pub(super) fn new(place: Place, options: Options) -> Result<Self> {
        let binaries = match made_by(&place)? {
            Some(major) => binaries_of(major)?,
            None => binaries()?,
        };
        Ok(Self {
            place,
            binaries,
            options,
        })
    }

    /// Makes the cluster when it is missing. Interrupted at any point, the next call starts afresh.
    pub(super) async fn create(&self) -> Result<()> {
        if made_by(&self.place)?.is_some() {
            return Ok(());
        }
        let (data, unfinished) = (self.place.data(), self.place.unfinished_data());
        remove_all(&unfinished)?;
        make_private(&unfinished, self.place.account)?;
        let mut initdb = self.command("initdb");
        initdb.arg("--pgdata").arg(&unfinished).args([
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--data-checksums",
        ]);
        initdb
            .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"])
            .args(settings::locale());
        if !self.options.durable {
            initdb.arg("--no-sync");
        }
        run(initdb)
            .await
            .with_context(|| format!("cannot make the database in {}", data.display()))?;
        fs::rename(&unfinished, &data).with_context(|| format!("cannot make {}", data.display()))?;
        File::open(self.place.home())?
            .sync_all()
            .with_context(|| format!("cannot make {}", data.display()))
    }

    /// Starts the server in a process group of its own, so that Ctrl-C in a terminal does not reach it.
    pub(super) fn spawn(&self) -> Result<Child> {
        let log = self
            .open_log()
            .with_context(|| format!("cannot write {}", self.place.log().display()))?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.place.data());
        for (name, value) in settings::all(&self.options, &self.place.sockets) {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        postgres.process_group(0).stdout(log.try_clone()?).stderr(log);
        postgres
            .spawn()
            .with_context(|| format!("cannot run {}", self.binaries.path("postgres").display()))
    }

    /// Ends sessions and stops the server, waiting for its last checkpoint.
    pub(super) async fn stop(&self) -> Result<()> {
        if !self.place.data().join("postmaster.pid").exists() {
            return Ok(());
        }
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args([
            "stop",
            "--silent",
            "--wait",
            "--timeout=300",
            "--mode=fast",
            "--pgdata",
        ]);
        pg_ctl.arg(self.place.data());
        run(pg_ctl).await.context("cannot stop PostgreSQL")
    }

    /// The end of the server's log.
    pub(super) fn log_tail(&self) -> String {
        let log = fs::read(self.place.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// One of the binaries, run by the unprivileged account where needed and blind to libpq's environment.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.path(program));
        // With a time zone given, `initdb` need not compare all of them with the machine's.
        command.current_dir("/").stdin(Stdio::null()).env("TZ", "UTC");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        if let Some(account) = self.place.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    fn open_log(&self) -> std::io::Result<File> {
        let path = self.place.log();
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_LIMIT) {
            fs::rename(&path, path.with_extension("log.1"))?;
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
    }
}

/// The major version that made the cluster, if there is one.
fn made_by(place: &Place) -> Result<Option<u32>> {
    let path = place.data().join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let major = text
                .trim()
                .parse()
                .with_context(|| format!("{} is damaged", path.display()))?;
            Ok(Some(major))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !place.data().exists() => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot open the database: {}", path.display())),
    }
}

async fn run(mut command: Command) -> Result<()> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let Output { status, stderr, .. } = command
        .output()
        .await
        .with_context(|| format!("cannot run {program}"))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        tracing::debug!(program, "{said}");
        bail!("{}", cause(&said));
    }
    Ok(())
}

/// The line that says why a program failed, among the hints and farewells around it.
fn cause(said: &str) -> &str {
    let marked = |line: &str| {
        ["FATAL:", "error:", "could not"]
            .iter()
            .any(|mark| line.contains(mark))
    };
    said.lines().find(|line| marked(line)).unwrap_or(said).trim()
}

fn remove_all(path: &std::path::Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
