//! When an organization is open.

use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_platform::{Error, RawJson, Result};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const DAY: i64 = 24 * 60;
const MICROS: i64 = 60_000_000;

/// A time of a day at which the organization is open, in minutes from midnight by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    start: i64,
    end: i64,
}

impl Opening {
    /// From `start` to `end`, each `HH:MM`; the end may be `24:00`. `None` unless the start is before the end.
    pub fn parse(start: &str, end: &str) -> Option<Self> {
        let (start, end) = (minutes(start)?, minutes(end)?);
        (start < end).then_some(Self { start, end })
    }

    /// When it begins: `09:00`.
    pub fn start(self) -> String {
        clock(self.start)
    }

    /// When it ends: `17:00`, `24:00` for the end of the day.
    pub fn end(self) -> String {
        clock(self.end)
    }
}

fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<i64>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY).then_some(total)
}

fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The week of an organization: for each day, from Monday on, when it is open. By default Monday to Friday
/// from 09:00 to 17:00.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessHours([Vec<Opening>; 7]);

impl BusinessHours {
    /// The week with these openings, Monday first, each a start and an end; see [`Opening::parse`].
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the day and the opening that is none, or overlaps another one.
    pub fn parse(week: [Vec<(String, String)>; 7]) -> Result<Self> {
        let mut parsed: [Vec<Opening>; 7] = Default::default();
        for ((day, openings), name) in parsed.iter_mut().zip(week).zip(DAYS) {
            for (at, (start, end)) in openings.iter().enumerate() {
                day.push(Opening::parse(start, end).ok_or_else(|| {
                    let message = "must be from HH:MM to a later HH:MM, at most 24:00";
                    Error::invalid(format!("business_hours.{name}[{at}]"), message)
                })?);
            }
            day.sort_unstable();
            if !day.is_sorted_by(|one, next| one.end <= next.start) {
                return Err(Error::invalid(
                    format!("business_hours.{name}"),
                    "must not have openings that overlap",
                ));
            }
        }
        Ok(Self(parsed))
    }

    /// The openings of each day in their order, Monday first.
    pub fn week(&self) -> &[Vec<Opening>; 7] {
        &self.0
    }

    /// How many seconds of the time from `from` to `to` the organization is open, by the clock on the wall in
    /// `zone`: an hour that the clock skips does not count, one that it repeats counts twice. Parts of a second
    /// are cut off. Zero when `to` is not after `from`. It looks at every day, so it takes some microseconds
    /// a year.
    pub fn seconds_between(&self, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let (mut at, mut micros) = (from, 0);
        while at < to {
            let offset = offset(zone, at);
            let next = offset_ends(zone, at, to);
            micros += self.before(at.naive_utc(), next.naive_utc(), offset);
            at = next;
        }
        micros / 1_000_000
    }

    /// The open microseconds between two times in UTC at which local time is ahead by `offset`.
    fn before(&self, from: NaiveDateTime, to: NaiveDateTime, offset: TimeDelta) -> i64 {
        self.elapsed(to + offset) - self.elapsed(from + offset)
    }

    /// The open microseconds from a Monday long ago to a local time, as if no clock was ever turned.
    fn elapsed(&self, local: NaiveDateTime) -> i64 {
        let weekday = i64::from(local.weekday().num_days_from_monday());
        let weeks = (i64::from(local.num_days_from_ce()) - weekday).div_euclid(7);
        let in_day = local
            .signed_duration_since(local.date().into())
            .num_microseconds()
            .unwrap_or_default();
        let in_week = weekday * DAY * MICROS + in_day;
        weeks * self.open_until(7 * DAY * MICROS) + self.open_until(in_week)
    }

    /// The open microseconds of a week before this one of its microseconds.
    fn open_until(&self, moment: i64) -> i64 {
        let begins = (0..).map(|day| day * DAY);
        let open = begins.zip(&self.0).flat_map(|(begin, openings)| {
            openings.iter().map(move |opening| {
                let (start, end) = ((begin + opening.start) * MICROS, (begin + opening.end) * MICROS);
                moment.clamp(start, end) - start
            })
        });
        open.sum()
    }

    /// What was stored; only what was checked is.
    pub(super) fn stored(json: &RawJson) -> Self {
        let week: BTreeMap<String, Vec<StoredOpening>> = serde_json::from_str(json.get()).unwrap_or_default();
        let of = |name| {
            let openings = week.get(name).into_iter().flatten();
            openings
                .filter_map(|one| Opening::parse(&one.start, &one.end))
                .collect()
        };
        Self(DAYS.map(of))
    }
}

/// How far local time is ahead.
fn offset(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    TimeDelta::seconds(i64::from(offset.local_minus_utc()))
}

/// When the clock is turned next after `at`, if that is before `to`, else `to`.
fn offset_ends(zone: Tz, at: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let now = offset(zone, at);
    let (mut same, mut other) = (at, at);
    while other < to && offset(zone, other) == now {
        same = other;
        other = to.min(other + TimeDelta::days(1));
    }
    if offset(zone, other) == now {
        return to;
    }
    // Clocks are turned at whole seconds.
    while other - same > TimeDelta::seconds(1) {
        let middle = same + (other - same) / 2;
        if offset(zone, middle) == now {
            same = middle;
        } else {
            other = middle;
        }
    }
    DateTime::from_timestamp(other.timestamp(), 0).unwrap_or(other)
}

impl Default for BusinessHours {
    fn default() -> Self {
        let open = Opening {
            start: 9 * 60,
            end: 17 * 60,
        };
        let weekend = ["saturday", "sunday"];
        Self(DAYS.map(|day| {
            if weekend.contains(&day) {
                vec![]
            } else {
                vec![open]
            }
        }))
    }
}

#[derive(Serialize, Deserialize)]
struct StoredOpening {
    start: String,
    end: String,
}

impl Serialize for BusinessHours {
    /// An object with the English names of all days, each with a list of `{"start": "09:00", "end": "17:00"}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(DAYS.len()))?;
        for (day, openings) in DAYS.iter().zip(&self.0) {
            let openings: Vec<_> = openings
                .iter()
                .map(|opening| StoredOpening {
                    start: opening.start(),
                    end: opening.end(),
                })
                .collect();
            map.serialize_entry(day, &openings)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
