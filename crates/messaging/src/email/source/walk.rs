//! The files under some paths, folder by folder.

use super::{Origin, Skipped};
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file, and why it may be taken for mail.
#[derive(Debug)]
pub(super) struct Found {
    pub path: Arc<Path>,
    /// In bytes.
    pub size: u64,
    /// Whether it is mail whatever it looks like: it was named itself, or stands in a Maildir.
    pub certain: bool,
}

/// Walks through paths; within a folder in the order of the names, so that two walks agree. Hidden files
/// and the unfinished deliveries of a Maildir (`tmp`) are left out, links to folders are not followed.
pub(super) struct Walk {
    /// What is still to come, the next one last.
    stack: Vec<Entry>,
}

struct Entry {
    path: PathBuf,
    named: bool,
    maildir: bool,
}

impl Walk {
    pub fn new(paths: &[PathBuf]) -> Self {
        let entries = paths.iter().rev().map(|path| Entry {
            path: path.clone(),
            named: true,
            // One folder of a Maildir may be named by itself.
            maildir: in_maildir(path),
        });
        Self {
            stack: entries.collect(),
        }
    }

    fn enter(&mut self, folder: &Path, maildir: bool) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        let is_maildir = is_maildir(folder);
        entries.retain(|entry| !hidden(entry, is_maildir));
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
        self.stack.extend(entries.into_iter().map(|entry| Entry {
            maildir: maildir || (is_maildir && is_box(&entry.path())),
            path: entry.path(),
            named: false,
        }));
        Ok(())
    }

    fn visit(&mut self, entry: &Entry) -> io::Result<Option<Found>> {
        let meta = fs::symlink_metadata(&entry.path)?;
        let linked_folder = meta.is_symlink() && entry.path.is_dir();
        if linked_folder && !entry.named {
            return Ok(None);
        }
        if meta.is_dir() || linked_folder {
            self.enter(&entry.path, entry.maildir)?;
            return Ok(None);
        }
        let meta = fs::metadata(&entry.path)?;
        // What is no file, such as a socket, is mail only if somebody says so, as with a pipe.
        Ok((meta.is_file() || entry.named).then(|| Found {
            path: entry.path.as_path().into(),
            size: meta.len(),
            certain: entry.named || entry.maildir,
        }))
    }
}

impl Iterator for Walk {
    type Item = Result<Found, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = self.stack.pop()?;
            match self.visit(&entry) {
                Ok(None) => {}
                Ok(Some(found)) => return Some(Ok(found)),
                Err(error) => return Some(Err(unreadable(&entry.path, &error))),
            }
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Skipped {
    Skipped {
        origin: Origin {
            path: path.into(),
            offset: None,
        },
        reason: format!("cannot be read: {error}"),
    }
}

/// Folders of Maildir++ begin with a dot and are not hidden.
fn hidden(entry: &DirEntry, in_maildir: bool) -> bool {
    let name = entry.file_name();
    let folder = entry.path().is_dir();
    let dotted = name.as_encoded_bytes().starts_with(b".");
    (in_maildir && name == "tmp") || (dotted && !(in_maildir && folder))
}

fn is_maildir(folder: &Path) -> bool {
    folder.join("cur").is_dir() && folder.join("new").is_dir()
}

fn is_box(path: &Path) -> bool {
    path.ends_with("cur") || path.ends_with("new")
}

fn in_maildir(path: &Path) -> bool {
    is_box(path) && path.parent().is_some_and(is_maildir)
}
