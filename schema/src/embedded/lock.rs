//! File locks between the `rapport` processes that use one cluster. The system drops them with the process.

use anyhow::{Context, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Waits until nobody else holds the lock.
    pub(super) async fn exclusive(path: PathBuf) -> Result<Self> {
        Self::wait(path, File::lock).await
    }

    /// Waits until nobody holds the lock exclusively.
    pub(super) async fn shared(path: PathBuf) -> Result<Self> {
        Self::wait(path, File::lock_shared).await
    }

    /// Takes the lock if nobody else holds it, shared or exclusively.
    pub(super) fn try_exclusive(path: &Path) -> Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| cannot_lock(path)),
        }
    }

    async fn wait(path: PathBuf, take: fn(&File) -> std::io::Result<()>) -> Result<Self> {
        let taken = tokio::task::spawn_blocking(move || {
            let file = open(&path)?;
            take(&file).with_context(|| cannot_lock(&path))?;
            Ok(Self(file))
        });
        taken.await.context("waiting for a lock was interrupted")?
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child process that is just being started.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "cannot release a lock of the embedded PostgreSQL");
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    options.open(path).with_context(|| cannot_lock(path))
}

fn cannot_lock(path: &Path) -> String {
    format!("cannot lock {}", path.display())
}
