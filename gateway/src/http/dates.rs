//! `start_date` and `end_date`: a half-open range of times.

use super::error::ApiError;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
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
            from: moment("start_date", self.start_date.as_deref())?,
            to: moment("end_date", self.end_date.as_deref())?,
        };
        if dates.from.zip(dates.to).is_some_and(|(from, to)| from > to) {
            return Err(ApiError::BadRequest(
                "start_date must be less than or equal to end_date".to_owned(),
            ));
        }
        Ok(dates)
    }
}

/// The time that `text` writes in ISO 8601.
///
/// # Errors
/// `Invalid` naming the field when it is none.
pub fn moment(field: &'static str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc()))
        .or_else(|_| {
            text.parse::<NaiveDate>()
                .map(|day| day.and_time(NaiveTime::MIN).and_utc())
        });
    match time {
        Ok(time) => Ok(Some(time)),
        Err(_) => Err(Error::invalid(field, "must be a date or time in ISO 8601").into()),
    }
}
