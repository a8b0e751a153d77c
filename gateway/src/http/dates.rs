//! `start_date` and `end_date`: a half-open range of times.

use super::error::ApiError;
use super::time::is_writable;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_platform::Error;
use serde::Deserialize;
use utoipa::IntoParams;

/// A range of times, as ISO 8601. A time without an offset is UTC; a date stands for its first moment.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DateQuery {
    /// Only from this time on (inclusive).
    #[param(example = "2026-04-01T00:00:00Z")]
    start_date: Option<String>,
    /// Only before this time (exclusive).
    #[param(example = "2026-05-01")]
    end_date: Option<String>,
}

/// The range, read.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    /// The first time within.
    pub from: Option<DateTime<Utc>>,
    /// The first time after.
    pub to: Option<DateTime<Utc>>,
}

impl DateQuery {
    /// Reads both ends.
    ///
    /// # Errors
    /// `422` naming the end that is no time; `400` when the start lies after the end.
    pub fn read(&self) -> Result<Dates, ApiError> {
        let dates = Dates {
            from: moment("start_date", self.start_date.as_deref(), Tz::UTC)?,
            to: moment("end_date", self.end_date.as_deref(), Tz::UTC)?,
        };
        if let Some((from, to)) = dates.from.zip(dates.to) {
            in_order(from, to)?;
        }
        Ok(dates)
    }
}

/// The range of times that a report is about, as ISO 8601. A time without an offset is UTC, or where there is a `tz`
/// in that time zone; a date stands for its first moment.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// From this time on (inclusive). Not in the future.
    #[param(required = true, example = "2026-01-01T00:00:00Z")]
    start_date: Option<String>,
    /// Before this time (exclusive). Not in the future; the present moment is not.
    #[param(required = true, example = "2026-02-01")]
    end_date: Option<String>,
}

impl ReportQuery {
    /// Reads both ends, of which times without an offset are those of `zone`.
    ///
    /// # Errors
    /// `422` naming the end that is missing or no time; `400` when the start lies after the end, or either after
    /// `now`.
    pub fn read(&self, zone: Tz, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), ApiError> {
        let from = moment("start_date", self.start_date.as_deref(), zone)?;
        let from = from.ok_or(Error::invalid("start_date", "is required"))?;
        let to = moment("end_date", self.end_date.as_deref(), zone)?;
        let to = to.ok_or(Error::invalid("end_date", "is required"))?;
        in_order(from, to)?;
        if to > now {
            return Err(ApiError::BadRequest(IN_THE_FUTURE.to_owned()));
        }
        Ok((from, to))
    }
}

/// What is said of a report on times to come.
pub const IN_THE_FUTURE: &str = "start_date and end_date cannot be in the future";

fn in_order(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<(), ApiError> {
    if from > to {
        let message = "start_date must be less than or equal to end_date";
        return Err(ApiError::BadRequest(message.to_owned()));
    }
    Ok(())
}

/// The time that `text` writes in ISO 8601; without an offset it is that of `zone`.
///
/// # Errors
/// `Invalid` naming the field when it is none.
pub fn moment(field: &'static str, text: Option<&str>, zone: Tz) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let exact = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok();
    let time = exact.or_else(|| {
        let day = || text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN));
        let local = text.parse::<NaiveDateTime>().or_else(|_| day()).ok()?;
        on_the_clock(local, zone)
    });
    match time.filter(is_writable) {
        Some(time) => Ok(Some(time)),
        None => Err(Error::invalid(field, "must be a date or time in ISO 8601").into()),
    }
}

/// When a clock in `zone` shows `local`: the first time it does; where it is put forward over that, as much later.
fn on_the_clock(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let shown = |time| {
        zone.from_local_datetime(&time)
            .earliest()
            .map(|time| time.to_utc())
    };
    shown(local).or_else(|| shown(local.checked_add_signed(TimeDelta::hours(1))?))
}
