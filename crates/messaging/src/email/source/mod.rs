//! Mails from files, one at a time: `.eml`, folders, Maildir and mbox, in memory that does not grow with them.

mod file;
mod from_line;
mod mbox;
mod walk;

pub use mbox::Mbox;

use chrono::{DateTime, Utc};
use file::Mails;
use serde::Serialize;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walk::Walk;

/// The largest mail that is read, in bytes (64 MiB). No provider delivers larger ones.
pub const MAX_MAIL: usize = 64 << 20;

/// Where a mail stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The file.
    pub path: Arc<Path>,
    /// Where it begins in an mbox, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.offset
            .map_or(Ok(()), |offset| write!(f, " at byte {offset}"))
    }
}

/// A mail as it was stored, not yet understood.
#[derive(Debug, Clone)]
pub struct RawMail {
    /// Where it stands.
    pub origin: Origin,
    /// The mail without its mbox separator.
    pub bytes: Vec<u8>,
    /// The date of the mbox separator: when the mail was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// What could not be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Where it stands.
    pub origin: Origin,
    /// Why, for people.
    pub reason: String,
}

/// One step through the sources.
#[derive(Debug)]
pub struct Step {
    /// How far the sources have been read, in bytes of [`Sources::total`].
    pub done: u64,
    /// A mail, or what could not be read.
    pub mail: Result<RawMail, Skipped>,
}

/// The mails under some paths, in the order of the paths and, within folders, of the names.
///
/// Files in folders count as mails when they are called `.eml`, stand in a Maildir, are an mbox or begin
/// like a mail; others are passed over. A file named itself is always taken for mail.
pub struct Sources {
    total: u64,
    done: u64,
    files: Walk,
    current: Option<Mails>,
}

impl Sources {
    /// Looks through `paths`, without reading a mail yet.
    ///
    /// # Errors
    /// When a path does not exist or cannot be read.
    pub fn open(paths: &[PathBuf]) -> io::Result<Self> {
        for path in paths {
            readable(path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        }
        Ok(Self {
            total: Walk::new(paths).flatten().map(|found| found.size).sum(),
            done: 0,
            files: Walk::new(paths),
            current: None,
        })
    }

    /// The size of all files, in bytes: what [`Step::done`] runs up to.
    pub fn total(&self) -> u64 {
        self.total
    }
}

fn readable(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        path.read_dir().map(drop)
    } else {
        std::fs::File::open(path).map(drop)
    }
}

impl Iterator for Sources {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(mails) = &mut self.current {
                if let Some(mail) = mails.next() {
                    let done = self.done + mails.bytes_read();
                    return Some(Step { done, mail });
                }
                self.done += mails.size();
                self.current = None;
            }
            match self.files.next()? {
                Ok(found) => self.current = Some(Mails::open(&found)),
                Err(skipped) => {
                    return Some(Step {
                        done: self.done,
                        mail: Err(skipped),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
