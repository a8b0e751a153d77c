//! Windows of time, and the counters that make them up.

use chrono::{DateTime, Datelike, NaiveTime, SubsecRound, TimeDelta, Timelike, Utc};
use rapport_platform::{Error, Result};

/// A half-open range of times, `[from, to)`, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    /// The times from `from` on and before `to`.
    ///
    /// # Errors
    /// [`Error::Invalid`] of `start_date` when it is after `to`.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self> {
        if from > to {
            return Err(Error::invalid("start_date", "must not be after end_date"));
        }
        // Nothing happened before; PostgreSQL knows no times long before.
        let bounded = |time: DateTime<Utc>| time.max(beginning()).trunc_subsecs(6);
        Ok(Self {
            from: bounded(from),
            to: bounded(to),
        })
    }

    /// All times before `to`.
    pub(crate) fn before(to: DateTime<Utc>) -> Self {
        Self {
            from: beginning(),
            to: to.max(beginning()),
        }
    }

    /// The first time within.
    pub fn from(self) -> DateTime<Utc> {
        self.from
    }

    /// The first time after.
    pub fn to(self) -> DateTime<Utc> {
        self.to
    }

    /// How long it is.
    pub(crate) fn length(self) -> TimeDelta {
        self.to - self.from
    }

    /// What adds up to it: the months of UTC that it is mostly made of; days, where those begin too late or end too
    /// soon, which are added, or begin too soon or end too late, which are taken away; likewise quarters of an hour and
    /// the rest of one. So at most half a month is read in days, and half a day in quarters.
    pub(crate) fn spans(self) -> Vec<Span> {
        let mut spans = Vec::with_capacity(7);
        split(Grain::Month, 1, (self.from, self.to), &mut spans);
        spans
    }
}

/// How finely time is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grain {
    /// Not at all: the things themselves are looked at.
    Exact,
    /// Quarters of an hour.
    Quarter,
    /// Days of UTC.
    Day,
    /// Months of UTC.
    Month,
}

/// Part of a window, made of whole units of its grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub grain: Grain,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// 1 to be added, -1 to be taken away.
    pub sign: i32,
}

impl Grain {
    /// Its name in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Quarter => "quarter",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    fn finer(self) -> Self {
        match self {
            Self::Month => Self::Day,
            Self::Day => Self::Quarter,
            Self::Quarter | Self::Exact => Self::Exact,
        }
    }

    /// The start of the unit that `at` is in.
    fn floor(self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Exact => at,
            Self::Quarter => {
                let past = TimeDelta::seconds(i64::from(at.num_seconds_from_midnight() % (15 * 60)));
                at - past - TimeDelta::nanoseconds(i64::from(at.nanosecond()))
            }
            Self::Day => at.date_naive().and_time(NaiveTime::MIN).and_utc(),
            Self::Month => {
                let day = at.date_naive();
                let first = day.with_day(1).unwrap_or(day);
                first.and_time(NaiveTime::MIN).and_utc()
            }
        }
    }

    /// The start of a unit that is next to `at`.
    fn round(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let (before, after) = (self.floor(at), self.ceil(at));
        if at - before < after - at { before } else { after }
    }

    /// The first start of a unit that is not before `at`.
    fn ceil(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let start = self.floor(at);
        if start == at {
            return at;
        }
        match self {
            Self::Exact => at,
            Self::Quarter => start + TimeDelta::minutes(15),
            Self::Day => start + TimeDelta::days(1),
            // The 1st and 32 days are some day of the next month.
            Self::Month => self.floor(start + TimeDelta::days(32)),
        }
    }
}

/// Makes `[from, to)` of units of `grain`, and of finer ones at both ends what those lack or are too much.
fn split(grain: Grain, sign: i32, (from, to): (DateTime<Utc>, DateTime<Utc>), spans: &mut Vec<Span>) {
    if from >= to {
        return;
    }
    let (first, last) = (grain.round(from), grain.round(to));
    if first == last && grain != Grain::Exact {
        return split(grain.finer(), sign, (from, to), spans);
    }
    spans.push(Span {
        grain,
        from: first,
        to: last,
        sign,
    });
    for (early, late, sign) in [(from, first, sign), (to, last, -sign)] {
        split(grain.finer(), sign, (early, late), spans);
        split(grain.finer(), -sign, (late, early), spans);
    }
}

/// The year 1.
fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(-62_135_596_800, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn spans(from: &str, to: &str) -> Vec<String> {
        let window = Window::new(at(from), at(to)).unwrap();
        let short = |time: DateTime<Utc>| time.format("%m-%dT%H:%M:%S%.f").to_string();
        let spans = window.spans();
        let sign = |span: &Span| if span.sign > 0 { '+' } else { '-' };
        let line = |span: &Span| {
            let name = span.grain.name();
            format!("{}{name} {} {}", sign(span), short(span.from), short(span.to))
        };
        spans.iter().map(line).collect()
    }

    #[test]
    fn a_window_is_made_of_coarse_units_and_finer_ones_at_its_ends() {
        assert_eq!(
            spans("2026-01-30T23:44:59.999999Z", "2026-03-02T00:15:00.000001Z"),
            [
                "+month 02-01T00:00:00 03-01T00:00:00",
                "+day 01-31T00:00:00 02-01T00:00:00",
                "+quarter 01-30T23:45:00 01-31T00:00:00",
                "+exact 01-30T23:44:59.999999 01-30T23:45:00",
                "+day 03-01T00:00:00 03-02T00:00:00",
                "+quarter 03-02T00:00:00 03-02T00:15:00",
                "+exact 03-02T00:15:00 03-02T00:15:00.000001",
            ]
        );
    }

    #[test]
    fn what_coarse_units_have_too_much_is_taken_away() {
        assert_eq!(
            spans("2026-01-02T18:00:00Z", "2026-03-30T23:50:00Z"),
            [
                "+month 01-01T00:00:00 04-01T00:00:00",
                "-day 01-01T00:00:00 01-03T00:00:00",
                "+quarter 01-02T18:00:00 01-03T00:00:00",
                "-day 03-31T00:00:00 04-01T00:00:00",
                "-quarter 03-30T23:45:00 03-31T00:00:00",
                "+exact 03-30T23:45:00 03-30T23:50:00",
            ]
        );
    }

    #[test]
    fn whole_units_need_nothing_else() {
        assert_eq!(spans("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"), [""; 0]);
        assert_eq!(
            spans("2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ["+month 12-01T00:00:00 12-01T00:00:00"]
        );
        assert_eq!(
            spans("2026-03-12T10:08:00Z", "2026-03-12T10:14:00Z"),
            ["+exact 03-12T10:08:00 03-12T10:14:00"]
        );
        assert_eq!(
            spans("2026-03-12T10:14:00Z", "2026-03-12T10:16:00Z"),
            ["+exact 03-12T10:14:00 03-12T10:16:00"]
        );
    }

    #[test]
    fn times_before_the_year_1_are_the_year_1() {
        let window = Window::new(DateTime::<Utc>::MIN_UTC, at("2026-01-01T00:00:00Z")).unwrap();
        assert_eq!(window, Window::before(at("2026-01-01T00:00:00Z")));
        assert_eq!(window.spans().len(), 1);
        assert!(Window::new(at("2026-01-02T00:00:00Z"), at("2026-01-01T00:00:00Z")).is_err());
    }
}
