use super::{BusinessHours, DAYS, Opening, offset};
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use chrono_tz::{America::New_York, Australia::Lord_Howe, Europe::Berlin};
use rapport_platform::{Error, RawJson};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn every_day(openings: &[(&str, &str)]) -> BusinessHours {
    let day: Vec<_> = openings
        .iter()
        .map(|(start, end)| ((*start).to_owned(), (*end).to_owned()))
        .collect();
    BusinessHours::parse(std::array::from_fn(|_| day.clone())).unwrap()
}

fn refused_field(day: usize, openings: &[(&str, &str)]) -> String {
    let mut week: [Vec<(String, String)>; 7] = Default::default();
    week[day] = openings
        .iter()
        .map(|(start, end)| ((*start).to_owned(), (*end).to_owned()))
        .collect();
    match BusinessHours::parse(week) {
        Err(Error::Invalid { field, .. }) => field.into_owned(),
        other => panic!("not refused as invalid: {other:?}"),
    }
}

/// What [`BusinessHours::seconds_between`] means, minute by minute.
fn counted(hours: &BusinessHours, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    let mut open = 0;
    let mut minute = from;
    while minute < to {
        let local = minute.with_timezone(&zone);
        let day = local.weekday().num_days_from_monday() as usize;
        let clock = i64::from(local.hour() * 60 + local.minute());
        let is_open = |opening: &Opening| (opening.start..opening.end).contains(&clock);
        if hours.week()[day].iter().any(is_open) {
            open += 60;
        }
        minute += TimeDelta::minutes(1);
    }
    open
}

#[test]
fn an_evening_and_a_weekend_do_not_count() {
    let hours = BusinessHours::default();
    // Friday 16:30 to Monday 09:10.
    let (from, to) = (at("2026-03-13T16:30:00Z"), at("2026-03-16T09:10:00Z"));
    assert_eq!(hours.seconds_between(Tz::UTC, from, to), 40 * 60);
    let (saturday, sunday) = (at("2026-03-14T00:00:00Z"), at("2026-03-16T00:00:00Z"));
    assert_eq!(hours.seconds_between(Tz::UTC, saturday, sunday), 0);
}

#[test]
fn the_zone_says_when_the_day_begins() {
    let hours = BusinessHours::default();
    // 08:30 to 09:30 in New York.
    let (from, to) = (at("2026-01-14T13:30:00Z"), at("2026-01-14T14:30:00Z"));
    assert_eq!(hours.seconds_between(New_York, from, to), 30 * 60);
    assert_eq!(hours.seconds_between(Tz::UTC, from, to), 60 * 60);
}

#[test]
fn time_does_not_run_backwards() {
    let (early, late) = (at("2026-03-12T10:00:00Z"), at("2026-03-12T11:00:00Z"));
    let hours = BusinessHours::default();
    assert_eq!(hours.seconds_between(Tz::UTC, late, early), 0);
    assert_eq!(hours.seconds_between(Tz::UTC, early, early), 0);
}

#[test]
fn parts_of_seconds_are_cut_off_once() {
    let (from, to) = (at("2026-03-12T10:00:00.700Z"), at("2026-03-12T10:00:02.600Z"));
    assert_eq!(BusinessHours::default().seconds_between(Tz::UTC, from, to), 1);
}

#[test]
fn an_hour_that_the_clock_skips_does_not_count() {
    // In Berlin, 02:00 to 03:00 does not exist on that Sunday.
    let hours = every_day(&[("01:00", "04:00")]);
    let (from, to) = (at("2026-03-28T23:00:00Z"), at("2026-03-29T10:00:00Z"));
    assert_eq!(hours.seconds_between(Berlin, from, to), 2 * 3600);
    let skipped = every_day(&[("02:15", "02:45")]);
    assert_eq!(skipped.seconds_between(Berlin, from, to), 0);
}

#[test]
fn an_hour_that_the_clock_repeats_counts_twice() {
    // In New York, 01:00 to 02:00 comes twice on that Sunday.
    let hours = every_day(&[("00:30", "01:30")]);
    let (from, to) = (at("2026-11-01T04:00:00Z"), at("2026-11-01T12:00:00Z"));
    assert_eq!(hours.seconds_between(New_York, from, to), 90 * 60);
}

#[test]
fn an_open_day_is_as_long_as_the_clock_makes_it() {
    let hours = every_day(&[("00:00", "24:00")]);
    let (from, to) = (at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"));
    assert_eq!(hours.seconds_between(Berlin, from, to), (to - from).num_seconds());
}

#[test]
fn it_is_what_the_clock_on_the_wall_shows() {
    let hours = every_day(&[("00:00", "01:45"), ("02:10", "12:00"), ("13:00", "24:00")]);
    for (zone, from) in [
        (Berlin, "2026-03-25T11:17:00Z"),
        (Berlin, "2026-10-23T05:00:00Z"),
        (New_York, "2026-03-06T20:20:00Z"),
        (New_York, "2026-10-30T20:20:00Z"),
        // The clock is turned by half an hour.
        (Lord_Howe, "2026-04-02T20:20:00Z"),
        (Lord_Howe, "2026-10-01T20:20:00Z"),
    ] {
        for minutes in [1, 59, 3 * 1440 + 7, 4 * 1440, 9 * 1440 + 3] {
            let (from, to) = (at(from), at(from) + TimeDelta::minutes(minutes));
            let exact = counted(&hours, zone, from, to);
            let week = counted(&BusinessHours::default(), zone, from, to);
            assert_eq!(hours.seconds_between(zone, from, to), exact, "{zone} {from} {to}");
            assert_eq!(
                BusinessHours::default().seconds_between(zone, from, to),
                week,
                "{zone} {from} {to}"
            );
        }
    }
}

#[test]
fn years_are_added_up_exactly() {
    let (from, to) = (at("2023-05-01T07:31:00Z"), at("2026-12-24T16:59:00Z"));
    let hours = BusinessHours::default();
    assert_eq!(
        hours.seconds_between(New_York, from, to),
        counted(&hours, New_York, from, to)
    );
    assert_ne!(offset(New_York, from), offset(New_York, to));
}

#[test]
fn what_is_no_opening_is_named() {
    for (start, end) in [
        ("9:00", "17:00"),
        ("09:00", "09:00"),
        ("17:00", "09:00"),
        ("09:60", "17:00"),
        ("24:00", "24:00"),
        ("09:00", "24:01"),
        ("+9:00", "17:00"),
        ("", ""),
    ] {
        let field = refused_field(1, &[("00:00", "01:00"), (start, end)]);
        assert_eq!(field, "business_hours.tuesday[1]", "{start} {end}");
    }
    assert_eq!(
        refused_field(6, &[("12:00", "24:00"), ("09:00", "12:01")]),
        "business_hours.sunday"
    );
}

#[test]
fn openings_may_touch_and_come_in_any_order() {
    let hours = every_day(&[("12:00", "24:00"), ("09:00", "12:00")]);
    let (first, last) = (hours.week()[0][0], hours.week()[0][1]);
    assert_eq!(
        (first.start(), first.end(), last.end()),
        ("09:00".to_owned(), "12:00".to_owned(), "24:00".to_owned())
    );
}

#[test]
fn what_was_stored_comes_back() {
    for hours in [BusinessHours::default(), every_day(&[("00:00", "24:00")])] {
        let json = RawJson::of(&hours).unwrap();
        assert_eq!(BusinessHours::stored(&json), hours);
        assert_eq!(
            serde_json::to_value(&json).unwrap().as_object().unwrap().len(),
            DAYS.len()
        );
    }
}
