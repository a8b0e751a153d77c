//! The days of time zones.

use crate::Window;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_platform::{Error, Result};

/// The most days of one series.
const MOST: usize = 366;

/// A day, and what of it is in the window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub date: NaiveDate,
    pub part: Window,
}

/// The days of `zone` that have a part in `window`, oldest first.
///
/// # Errors
/// [`Error::Invalid`] of `end_date` when there are more than 366.
pub(crate) fn of(window: Window, zone: Tz) -> Result<Vec<Day>> {
    let mut days = Vec::new();
    let mut date = window.from().with_timezone(&zone).date_naive();
    let mut from = window.from();
    while from < window.to() {
        let Some(next) = date.checked_add_days(Days::new(1)) else {
            break;
        };
        let to = start(next, zone).min(window.to());
        // A day that the zone has skipped, as when it moved across the date line, has no part.
        if from < to {
            if days.len() == MOST {
                let message = format!("must be at most {MOST} days after start_date");
                return Err(Error::invalid("end_date", message));
            }
            let part = Window::new(from, to)?;
            days.push(Day { date, part });
            from = to;
        }
        date = next;
    }
    Ok(days)
}

/// The first moment of a day: midnight, the earlier of two, or when the clocks were put forward over it the first
/// time there is.
fn start(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    // Clocks are put forward by an hour, or by a day across the date line.
    let times = (0..=24 * 4).map(|quarters| midnight + TimeDelta::minutes(15 * quarters));
    let mut there = times.filter_map(|time| zone.from_local_datetime(&time).earliest());
    there.next().map_or(midnight.and_utc(), |time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(zone: &str, from: &str, to: &str) -> Vec<(String, i64)> {
        let window = Window::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let days = of(window, zone.parse().unwrap()).unwrap();
        let day = |day: &Day| (day.date.to_string(), day.part.length().num_minutes());
        days.iter().map(day).collect()
    }

    fn list(days: &[(&str, i64)]) -> Vec<(String, i64)> {
        days.iter()
            .map(|(date, minutes)| ((*date).to_owned(), *minutes))
            .collect()
    }

    #[test]
    fn days_begin_at_midnight_of_the_zone() {
        assert_eq!(
            series("Asia/Kathmandu", "2026-03-10T18:15:00Z", "2026-03-12T18:15:00Z"),
            list(&[("2026-03-11", 1440), ("2026-03-12", 1440)])
        );
        assert_eq!(
            series("Asia/Kathmandu", "2026-03-10T18:00:00Z", "2026-03-11T18:30:00Z"),
            list(&[("2026-03-10", 15), ("2026-03-11", 1440), ("2026-03-12", 15)])
        );
    }

    #[test]
    fn days_have_23_or_25_hours_when_clocks_are_changed() {
        assert_eq!(
            series("Europe/Berlin", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"),
            list(&[("2026-03-28", 1440), ("2026-03-29", 1380), ("2026-03-30", 1440)])
        );
        assert_eq!(
            series("America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
            list(&[("2026-11-01", 1500)])
        );
        // Where clocks are put forward at midnight, the day begins at one.
        assert_eq!(
            series("Asia/Beirut", "2025-03-28T22:00:00Z", "2025-03-30T21:00:00Z"),
            list(&[("2025-03-29", 1440), ("2025-03-30", 1380)])
        );
    }

    #[test]
    fn a_day_that_was_skipped_is_left_out() {
        assert_eq!(
            series("Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z"),
            list(&[("2011-12-29", 1440), ("2011-12-31", 1440)])
        );
    }

    #[test]
    fn a_series_has_at_most_366_days() {
        let window =
            |to: &str| Window::new("2025-01-01T00:00:00Z".parse().unwrap(), to.parse().unwrap()).unwrap();
        assert_eq!(of(window("2026-01-02T00:00:00Z"), Tz::UTC).unwrap().len(), 366);
        assert!(of(window("2026-01-02T00:00:00.000001Z"), Tz::UTC).is_err());
        assert!(of(window("2025-01-01T00:00:00Z"), Tz::UTC).unwrap().is_empty());
    }
}
