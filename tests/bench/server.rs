//! The server under measurement.

use crate::world::World;
use anyhow::{Context, Result};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const READY: &str = "Rapport is ready at http://";

/// A running server; dropping it stops it and waits for its end.
pub struct Server {
    child: Child,
    /// Kept open, so that what the server prints finds a reader.
    stdout: BufReader<ChildStdout>,
    /// Host and port.
    pub address: String,
    /// From its start until it said that it is ready.
    pub start: Duration,
}

impl Server {
    /// Starts it with all settings as they come, but for a port of its own; its log goes to a file.
    ///
    /// # Errors
    /// When it ends without getting ready.
    pub fn start(binary: &Path, world: &World) -> Result<Self> {
        let log = fs::File::create(world.log())?;
        let since = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--bind", "127.0.0.1:0", "--data-dir"])
            .arg(world.data_dir())
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut server = Self {
            child,
            stdout: BufReader::new(stdout),
            address: String::new(),
            start: Duration::ZERO,
        };
        let mut line = String::new();
        server.stdout.read_line(&mut line)?;
        server.start = since.elapsed();
        let address = line.trim().strip_prefix(READY).with_context(|| {
            format!(
                "the server did not get ready: {}",
                fs::read_to_string(world.log()).unwrap_or_default()
            )
        })?;
        address.clone_into(&mut server.address);
        Ok(server)
    }

    /// The memory it holds now, in bytes.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn resident(&self) -> Result<u64> {
        self.status("VmRSS")
    }

    /// The most memory it has held so far, in bytes.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn peak(&self) -> Result<u64> {
        self.status("VmHWM")
    }

    fn status(&self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        Ok(kib.with_context(|| format!("no {name} of the server"))? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.child.kill().ok();
        }
        self.child.wait().ok();
    }
}
