//! Items on their way into the database, and what becomes of them.

use super::Unread;
use rapport_crm_core::contacts::Said;
use rapport_crm_core::operations::{Issue, ItemReport, Outcome};
use rapport_platform::Result;

/// An item that is sound so far.
#[derive(Debug)]
pub(super) struct Draft<T> {
    /// Where it stood.
    pub index: usize,
    pub item: T,
    /// What it says of its contact, once that is read.
    pub said: Option<Said>,
}

/// The items of a request: those that are sound so far, and the reports on all.
#[derive(Debug)]
pub(super) struct Batch<T> {
    pub drafts: Vec<Draft<T>>,
    pub reports: Vec<ItemReport>,
}

impl<T> Batch<T> {
    /// Of these items.
    pub fn of(items: Vec<Result<T, Unread>>) -> Self {
        let mut batch = Self {
            drafts: Vec::with_capacity(items.len()),
            reports: Vec::with_capacity(items.len()),
        };
        for (index, item) in items.into_iter().enumerate() {
            let mut report = ItemReport::at(index);
            match item {
                Ok(item) => batch.drafts.push(Draft {
                    index,
                    item,
                    said: None,
                }),
                Err(unread) => {
                    report.item_id = unread.item_id;
                    report.errors = unread.issues;
                }
            }
            batch.reports.push(report);
        }
        batch
    }

    /// Keeps the drafts of which `check` finds nothing wrong.
    pub fn sift(&mut self, mut check: impl FnMut(&mut Draft<T>) -> Result<(), Vec<Issue>>) {
        let reports = &mut self.reports;
        self.drafts.retain_mut(|draft| match check(draft) {
            Ok(()) => true,
            Err(issues) => {
                refuse(reports, draft.index, issues);
                false
            }
        });
    }
}

/// Notes that an item is refused.
pub(super) fn refuse(reports: &mut [ItemReport], index: usize, issues: Vec<Issue>) {
    if let Some(report) = reports.get_mut(index) {
        report.errors.extend(issues);
    }
}

/// Notes that an item is left out, as `issue` says.
pub(super) fn duplicate(reports: &mut [ItemReport], index: usize, issue: Issue) {
    if let Some(report) = reports.get_mut(index) {
        report.outcome = Outcome::Duplicate;
        report.errors.push(issue);
    }
}
