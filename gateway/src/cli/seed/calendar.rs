//! When things happen: over the last 18 months, mostly in office hours.

use super::random::{float, whole};
use chrono::{DateTime, TimeDelta, Utc};

const HOUR: i64 = 3_600_000_000;
const WEEK: i64 = 168 * HOUR;
/// The first Monday of 1970 at midnight, six hours west of Greenwich (Chicago), in microseconds.
const MONDAY: i64 = 4 * 24 * HOUR + 6 * HOUR;
/// How far back the data reaches.
const SPAN: TimeDelta = TimeDelta::days(548);
/// How much happens in each hour of a working day.
const DAY: [f64; 24] = [
    0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.2, 0.5, 0.9, 1.0, 1.0, 0.9, 0.6, 0.9, 1.0, 1.0, 0.9, 0.6, 0.4, 0.3,
    0.2, 0.15, 0.08, 0.04,
];
const WEEKEND: f64 = 0.2;

/// Maps shares of what happens to times.
#[derive(Debug)]
pub struct Calendar {
    /// The share of a week's activity before each of its hours, and 1 at the end.
    week: Vec<f64>,
    now: DateTime<Utc>,
    from: f64,
    to: f64,
}

impl Calendar {
    /// The 18 months before `now`.
    pub fn until(now: DateTime<Utc>) -> Self {
        let week = week();
        let from = position(&week, now - SPAN);
        let to = position(&week, now);
        Self { week, now, from, to }
    }

    /// Where it ends.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The time before which this share, from 0 to 1, of all that happens has happened. A larger share never
    /// gives an earlier time.
    pub fn at(&self, share: f64) -> DateTime<Utc> {
        let position = self.from + share * (self.to - self.from);
        let (weeks, within) = (position.floor(), position.fract());
        let hour = self.week.partition_point(|before| *before <= within).max(1) - 1;
        let bounds = (self.week.get(hour), self.week.get(hour + 1));
        let (start, end) = (bounds.0.unwrap_or(&0.0), bounds.1.unwrap_or(&1.0));
        let hours = float(u64::try_from(hour).unwrap_or_default()) + (within - start) / (end - start);
        let since = i64::try_from(whole(weeks)).unwrap_or_default() * WEEK;
        let within = i64::try_from(whole(hours * float(HOUR.unsigned_abs()))).unwrap_or_default();
        DateTime::from_timestamp_micros(MONDAY + since + within).map_or(self.now, |time| time.min(self.now))
    }
}

fn week() -> Vec<f64> {
    let days = [1.0, 1.0, 1.0, 1.0, 1.0, WEEKEND, WEEKEND];
    let hours = days.iter().flat_map(|day| DAY.iter().map(move |hour| hour * day));
    let total: f64 = hours.clone().sum();
    let sums = hours.scan(0.0, |sum, hour| {
        *sum += hour;
        Some(*sum / total)
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// How many weeks had passed, the last one counted by the share of its activity.
fn position(week: &[f64], time: DateTime<Utc>) -> f64 {
    let micros = time.timestamp_micros() - MONDAY;
    let (weeks, within) = (micros.div_euclid(WEEK), micros.rem_euclid(WEEK));
    let hour = usize::try_from(within / HOUR).unwrap_or_default();
    let (start, end) = (week.get(hour).unwrap_or(&0.0), week.get(hour + 1).unwrap_or(&1.0));
    let fraction = float((within % HOUR).unsigned_abs()) / float(HOUR.unsigned_abs());
    float(weeks.unsigned_abs()) + start + fraction * (end - start)
}

#[cfg(test)]
mod tests {
    use super::{Calendar, SPAN};
    use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_773_275_533_782_565).unwrap()
    }

    #[test]
    fn it_reaches_from_18_months_ago_until_now_and_never_back() {
        let calendar = Calendar::until(now());
        let times: Vec<_> = (0..=10_000)
            .map(|share| calendar.at(f64::from(share) / 10_000.0))
            .collect();
        let second = TimeDelta::seconds(1);
        assert!((times[0] - (now() - SPAN)).abs() < second);
        assert!(now() - times[10_000] < second && times[10_000] <= now());
        assert!(times.is_sorted());
    }

    #[test]
    fn most_of_it_happens_in_office_hours() {
        let calendar = Calendar::until(now());
        let times = (0..10_000).map(|share| calendar.at(f64::from(share) / 10_000.0) - TimeDelta::hours(6));
        let in_office = |time: &DateTime<Utc>| {
            (8..18).contains(&time.hour()) && !matches!(time.weekday(), Weekday::Sat | Weekday::Sun)
        };
        let share = times.filter(in_office).count();
        assert!((6_500..9_000).contains(&share), "{share}");
    }
}
