//! When drafts are sent.

use super::{Draft, Sending};
use chrono::{DateTime, Utc};
use rapport_platform::jobs::Job;
use rapport_platform::{Error, RawJson, Result, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of job that sends a draft.
pub(super) const SEND: &str = "draft.send";

/// The generation of a new draft.
pub(super) const FIRST: i32 = 1;

/// What the job is told: which draft, and which generation of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Order {
    pub draft: Uuid,
    pub generation: i32,
}

impl Sending {
    /// When the draft is to be sent, if by itself.
    ///
    /// # Errors
    /// `Invalid` when the two flags are both set, or the time does not lie ahead.
    pub(super) fn time(self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        if self.autosend && self.add_notification {
            let message = "and add_notification exclude each other";
            return Err(Error::invalid("autosend_draft", message));
        }
        if self.scheduled_send_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid("scheduled_send_at", "must lie in the future"));
        }
        Ok(self.scheduled_send_at.or(self.autosend.then_some(now)))
    }
}

/// Has this generation of the draft sent at its time, if it has one.
pub(super) fn plan(tx: &mut Tx, draft: &Draft, generation: i32) -> Result<()> {
    let Some(at) = draft.scheduled_send_at else {
        return Ok(());
    };
    let order = Order {
        draft: draft.uuid,
        generation,
    };
    tx.enqueue(Job {
        run_at: Some(at),
        unique_key: Some(format!("{}:{generation}", draft.uuid)),
        ..Job::new(SEND, RawJson::of(&order)?)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn the_time_is_the_one_given_or_at_once() {
        let now = DateTime::UNIX_EPOCH;
        let later = now + TimeDelta::hours(1);
        for (autosend, scheduled_send_at, time) in [
            (false, None, None),
            (true, None, Some(now)),
            (false, Some(later), Some(later)),
            (true, Some(later), Some(later)),
        ] {
            let sending = Sending {
                autosend,
                scheduled_send_at,
                add_notification: false,
            };
            assert_eq!(sending.time(now).unwrap(), time);
        }
    }

    #[test]
    fn what_is_past_and_what_contradicts_itself_is_refused() {
        let now = DateTime::UNIX_EPOCH;
        let at = |scheduled_send_at| Sending {
            scheduled_send_at,
            ..Sending::default()
        };
        assert!(at(Some(now)).time(now).is_err());
        assert!(at(Some(now - TimeDelta::microseconds(1))).time(now).is_err());
        let both = Sending {
            autosend: true,
            add_notification: true,
            scheduled_send_at: None,
        };
        assert!(both.time(now).is_err());
    }
}
