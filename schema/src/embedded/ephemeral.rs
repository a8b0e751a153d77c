//! A cluster that goes away with the process, even a killed one: for tests.

use super::place::Place;
use super::{Embedded, Options};
use anyhow::{Context, Result};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What the watchdog does when its input ends, however this process does: stop the server at once, wait for it,
/// and remove the folders.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
read -r _
pidfile=$1/data/postmaster.pid
kill -QUIT "$(head -n 1 "$pidfile")" 2>/dev/null
tries=0
while [ -e "$pidfile" ] && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
rm -rf -- "$@"
"#;

/// A cluster in a temporary folder, without durability. Dropping it, or the end of the process, stops its server
/// and removes its files.
#[derive(Debug)]
pub struct Ephemeral {
    embedded: Embedded,
    _watchdog: Watchdog,
}

impl Ephemeral {
    /// Makes and starts a cluster with these additional server settings.
    pub async fn start(settings: Vec<(String, String)>) -> Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("rapport-")
            // The unprivileged account must get through, when root runs this.
            .permissions(Permissions::from_mode(0o711))
            .tempdir()
            .context("cannot make a temporary folder")?;
        let place = Place::prepare(dir.path())?;
        // The watchdog comes first, and removes the folder from here on.
        let dir = dir.keep();
        let watchdog = Watchdog::start(&place, &dir)?;
        let embedded = Embedded::start(Options {
            data_dir: dir,
            durable: false,
            settings,
        })
        .await?;
        Ok(Self {
            embedded,
            _watchdog: watchdog,
        })
    }
}

impl std::ops::Deref for Ephemeral {
    type Target = Embedded;

    fn deref(&self) -> &Embedded {
        &self.embedded
    }
}

/// Outlives a killed process by the moment it needs to clean up; dropping it waits for that.
#[derive(Debug)]
struct Watchdog(Child);

impl Watchdog {
    fn start(place: &Place, dir: &Path) -> Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", WATCHDOG, "sh"])
            .arg(place.home())
            .arg(&place.sockets)
            .arg(dir);
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = shell.current_dir("/").process_group(0).spawn();
        Ok(Self(child.context(
            "cannot start the watchdog of the temporary database",
        )?))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        if let Err(error) = self.0.wait() {
            tracing::warn!(%error, "cannot wait until the temporary database is removed");
        }
    }
}
