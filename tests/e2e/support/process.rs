//! Programs that a test starts, and that end with it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The program under test.
pub const RAPPORT: &str = env!("CARGO_BIN_EXE_rapport");

/// A running program.
pub struct Process(Child);

impl Process {
    /// Starts it and waits until a line of its output has `mark`; gives what follows the mark.
    pub fn start(command: &mut Command, mark: &str) -> (Self, String) {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let process = Self(child);
        let found = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once(mark).map(|(_, rest)| rest.to_owned()));
        let rest = found.unwrap_or_else(|| {
            panic!(
                "{} ended before it said {mark:?}",
                command.get_program().display()
            )
        });
        // What it writes later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        (process, rest)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked to end, the server stops its database too.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.0.kill().ok();
        }
        self.0.wait().ok();
    }
}

/// A server of its own, on its own database, with one organization.
pub struct Server {
    /// `http://127.0.0.1:…`.
    pub url: String,
    /// The opaque id of the organization.
    pub organization: String,
    /// A key that may do everything there.
    pub key: String,
    // Dropped in this order: the server before its data.
    _process: Process,
    _data: TempDir,
}

impl Server {
    pub fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut serve = Command::new(RAPPORT);
        serve
            .args(["serve", "--bind", "127.0.0.1:0", "--data-dir"])
            .arg(data.path());
        let (process, url) = Process::start(serve.env_remove("DATABASE_URL"), "Rapport is ready at ");
        let made = rapport([
            "org".as_ref(),
            "create".as_ref(),
            "--json".as_ref(),
            "--name".as_ref(),
            "Acme".as_ref(),
            "--admin-email".as_ref(),
            "admin@example.com".as_ref(),
            "--admin-password".as_ref(),
            "correct horse battery".as_ref(),
            "--data-dir".as_ref(),
            data.path().as_os_str(),
        ]);
        let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
        let text = |field: &str| made[field].as_str().expect("text").to_owned();
        Self {
            url,
            organization: text("organization_id"),
            key: text("api_key"),
            _process: process,
            _data: data,
        }
    }
}

/// What `rapport` prints when it succeeds.
pub fn rapport<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> String {
    let mut command = Command::new(RAPPORT);
    let output = command
        .args(arguments)
        .env_remove("DATABASE_URL")
        .output()
        .expect("rapport runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "rapport: {error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
