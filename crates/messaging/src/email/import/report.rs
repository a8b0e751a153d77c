//! What an import has done.

use crate::email::source::{Origin, Skipped};
use serde::Serialize;
use std::fmt;

/// What an import has done.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Report {
    /// Mails that are messages now.
    pub imported: u64,
    /// Mails that were there already, or twice in the sources.
    pub duplicates: u64,
    /// What could not be imported.
    pub skipped: Listed<Skipped>,
    /// What is odd about imported mails.
    pub warnings: Listed<Warning>,
    /// Contacts that were made.
    pub contacts_created: u64,
    /// Conversations that were made; some may have been merged into others since.
    pub conversations_created: u64,
    /// Files that came with the imported mails.
    pub attachments: u64,
}

/// Something odd about an imported mail.
#[derive(Debug, Clone, Serialize)]
pub struct Warning {
    /// Where the mail stands.
    pub origin: Origin,
    /// What is odd, for people.
    pub message: String,
}

/// A list of which only the first entries are kept, however long it gets.
#[derive(Debug, Clone, Serialize)]
pub struct Listed<T> {
    /// How many there are.
    pub count: u64,
    /// The first of them, at most 100.
    pub first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            count: 0,
            first: Vec::new(),
        }
    }
}

impl<T> Listed<T> {
    const MOST: usize = 100;

    pub(super) fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(item);
        }
    }

    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} imported", many(self.imported, "mail"))?;
        for (count, what) in [
            (self.contacts_created, "new contact"),
            (self.conversations_created, "new conversation"),
            (self.attachments, "attachment"),
        ] {
            writeln!(f, "  {}", many(count, what))?;
        }
        writeln!(f, "{} left out", many(self.duplicates, "duplicate"))?;
        writeln!(f, "{} skipped", many(self.skipped.count, "mail"))?;
        for skipped in &self.skipped.first {
            writeln!(f, "  {}: {}", skipped.origin, skipped.reason)?;
        }
        rest(f, &self.skipped)?;
        writeln!(f, "{}", many(self.warnings.count, "warning"))?;
        for warning in &self.warnings.first {
            writeln!(f, "  {}: {}", warning.origin, warning.message)?;
        }
        rest(f, &self.warnings)
    }
}

fn many(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn rest<T>(f: &mut fmt::Formatter<'_>, list: &Listed<T>) -> fmt::Result {
    match list.count - list.first.len() as u64 {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}
