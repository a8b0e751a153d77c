//! The built program.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A data folder, which the account of the embedded PostgreSQL can pass through when root runs the tests.
pub fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("rapport-e2e-")
        .permissions(Permissions::from_mode(0o711))
        .tempdir()
        .unwrap()
}

/// `rapport` with these arguments and nothing of the tests' own environment that concerns it.
pub fn rapport(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "DATABASE_URL" || (name.starts_with("RAPPORT_") && name != "RAPPORT_PG_BIN") {
            command.env_remove(&*name);
        }
    }
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a command on `data_dir` to its end.
pub async fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    let output = rapport(arguments).arg("--data-dir").arg(data_dir).output();
    output.await.unwrap()
}

/// Runs a command on `data_dir` that succeeds and prints JSON.
pub async fn json(data_dir: &Path, arguments: &[&str]) -> Value {
    let output = run(data_dir, arguments).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Makes an organization; what the command prints.
pub async fn make_organization(data_dir: &Path) -> Value {
    let arguments = [
        "org",
        "create",
        "--name",
        "Acme Roofing",
        "--admin-email",
        "kara@example.com",
        "--admin-password",
        "correct horse",
        "--json",
    ];
    json(data_dir, &arguments).await
}

/// A running `rapport serve`.
pub struct Server {
    /// Where it serves: `http://127.0.0.1:40123`.
    pub origin: String,
    child: Child,
    data_dir: PathBuf,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub async fn start(data_dir: &Path) -> Self {
        Self::saying(data_dir, &[], 0).await.0
    }

    /// Starts it with further arguments; gives so many of the lines that follow the first, too.
    pub async fn saying(data_dir: &Path, arguments: &[&str], count: usize) -> (Self, Vec<String>) {
        let mut command = rapport(&["serve", "--bind", "127.0.0.1:0", "--log", "error"]);
        command.args(arguments).arg("--data-dir").arg(data_dir);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the server gets ready");
        let origin = first
            .strip_prefix("Rapport is ready at ")
            .expect("the documented line");
        let mut rest = Vec::new();
        while rest.len() < count {
            rest.push(lines.next_line().await.unwrap().expect("another line"));
        }
        let server = Self {
            origin: origin.to_owned(),
            child,
            data_dir: data_dir.to_owned(),
        };
        (server, rest)
    }

    /// Ends it at once.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Ends its database at once.
    pub fn kill_database(&self) {
        signal(postmaster(&self.data_dir).unwrap(), Signal::KILL);
    }

    /// Asks it to end, and waits; answers whether it ended well.
    pub async fn stop(mut self) -> bool {
        signal(i32::try_from(self.child.id().unwrap()).unwrap(), Signal::TERM);
        self.child.wait().await.unwrap().success()
    }
}

/// The process number of the database server of `data_dir`, if there is one.
pub fn postmaster(data_dir: &Path) -> Option<i32> {
    // Where the unprivileged account cannot go, a note says where the cluster is instead.
    let home = fs::read_to_string(data_dir.join("postgres-is-elsewhere.txt"))
        .map_or_else(|_| data_dir.join("postgres"), |note| PathBuf::from(note.trim()));
    let text = fs::read_to_string(home.join("data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}
