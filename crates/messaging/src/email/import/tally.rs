//! The books of an import.

use super::ahead::Parsed;
use super::own::Own;
use super::plan::Plan;
use super::write::{New, Written};
use super::{Mail, Outcome, Progress, Report, Warning};
use crate::email::source::{Origin, Skipped};
use chrono::{DateTime, Utc};
use rapport_platform::Error;
use std::collections::HashSet;
use uuid::Uuid;

/// How many defects in a row end an import: then it is not the mails.
const DEFECTS: usize = 10;

/// Keeps the books of an import.
pub(super) struct Tally<'a> {
    report: &'a mut Report,
    progress: &'a mut dyn Progress,
    done: u64,
    total: u64,
    /// How many defects there were in a row.
    defects: usize,
    started: DateTime<Utc>,
    /// The contacts made by this import.
    made: HashSet<Uuid>,
}

impl<'a> Tally<'a> {
    pub fn new(
        report: &'a mut Report,
        progress: &'a mut dyn Progress,
        total: u64,
        started: DateTime<Utc>,
    ) -> Self {
        progress.advance(0, total);
        Self {
            report,
            progress,
            done: 0,
            total,
            defects: 0,
            started,
            made: HashSet::new(),
        }
    }

    /// What is to be done with a mail; one that nothing can be done with is reported.
    pub fn planned(&mut self, own: &Own, step: Parsed) -> Option<Mail> {
        let Parsed { done, mail, room } = step;
        let planned = mail.and_then(|(origin, parsed)| match Plan::of(&parsed, own) {
            Ok(plan) => Ok((origin, parsed, plan)),
            Err(reason) => Err(Skipped { origin, reason }),
        });
        match planned {
            Ok((origin, parsed, plan)) => Some(Mail {
                origin,
                parsed,
                plan,
                done,
                _room: room,
            }),
            Err(skipped) => {
                self.report.skipped.push(skipped);
                self.advance(done);
                None
            }
        }
    }

    pub fn written(&mut self, outcome: Outcome) -> rapport_platform::Result<()> {
        self.advance(outcome.done);
        let origin = outcome.origin;
        match outcome.result {
            Ok(Written::Duplicate) => self.report.duplicates += 1,
            Ok(Written::Imported(new)) => {
                self.imported(new);
                let warnings = outcome.warnings.into_iter();
                self.report.warnings.extend(warnings.map(|message| Warning {
                    origin: origin.clone(),
                    message,
                }));
            }
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(error) => return self.failed(origin, error),
        }
        self.defects = 0;
        Ok(())
    }

    fn imported(&mut self, new: New) {
        self.report.imported += 1;
        self.report.conversations_created += u64::from(new.conversation);
        self.report.attachments += new.attachments;
        let made = new.people.into_iter().filter(|(_, made)| *made >= self.started);
        self.made.extend(made.map(|(contact, _)| contact));
        self.report.contacts_created = self.made.len() as u64;
    }

    /// The mail cannot be stored: its own fault, unless it goes on like that.
    fn failed(&mut self, origin: Origin, error: Error) -> rapport_platform::Result<()> {
        self.defects += usize::from(matches!(error, Error::Internal(_)));
        if self.defects >= DEFECTS {
            return Err(error);
        }
        tracing::warn!(%origin, %error, "a mail could not be stored");
        let reason = format!("cannot be stored: {error}");
        self.report.skipped.push(Skipped { origin, reason });
        Ok(())
    }

    fn advance(&mut self, done: u64) {
        self.done = self.done.max(done);
        self.progress.advance(self.done, self.total);
    }
}
