//! What the mails that are being written touch.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The marks of the mails under way. Mails that share a mark are written one after the other.
#[derive(Default)]
pub(super) struct Busy(HashSet<u64>);

impl Busy {
    pub fn overlaps(&self, marks: &[u64]) -> bool {
        marks.iter().any(|mark| self.0.contains(mark))
    }

    pub fn add(&mut self, marks: &[u64]) {
        self.0.extend(marks);
    }

    pub fn remove(&mut self, marks: &[u64]) {
        for mark in marks {
            self.0.remove(mark);
        }
    }
}

/// The mark of a person, Message-ID or digest. Two that happen to be the same cost a wait and no more.
pub(super) fn mark(kind: &str, name: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, name).hash(&mut hasher);
    hasher.finish()
}
