//! The line that separates the mails of an mbox (RFC 4155): `From address date`.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Whether `line` has the form of a separator. A header field `From :` (RFC 5322, 4.5) has not.
pub(super) fn is_one(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"From ").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| !rest.starts_with(b":"))
}

/// The date of a separator line, or `None` when the line is none: a sentence may begin with `From ` too.
///
/// Understands what the various writers make of it: with or without weekday, seconds and zone, the zone
/// before or after the year. Without a zone the time is taken for UTC.
pub(super) fn date(line: &[u8]) -> Option<DateTime<Utc>> {
    let line = std::str::from_utf8(line.strip_prefix(b"From ")?).ok()?;
    let mut words = line.split_ascii_whitespace();
    let month = words.by_ref().find_map(month)?;
    let day = words.next()?.parse().ok()?;
    let time = time(words.next()?)?;
    let rest: Vec<&str> = words.collect();
    let mut year = rest.iter().filter(|word| word.len() == 4);
    let year = year.find_map(|word| word.parse().ok())?;
    let zone = rest.iter().find_map(|word| zone(word));
    let local = NaiveDate::from_ymd_opt(year, month, day)?.and_time(time);
    let zone = zone.or(FixedOffset::east_opt(0))?;
    Some(local.and_local_timezone(zone).single()?.to_utc())
}

fn month(word: &str) -> Option<u32> {
    let position = MONTHS.iter().position(|month| *month == word)?;
    u32::try_from(position + 1).ok()
}

fn time(word: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(word, "%H:%M:%S")
        .or_else(|_| NaiveTime::parse_from_str(word, "%H:%M"))
        .ok()
}

fn zone(word: &str) -> Option<FixedOffset> {
    word.starts_with(['+', '-']).then(|| word.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::date;

    fn seen(line: &str) -> Option<String> {
        date(line.as_bytes()).map(|date| date.to_rfc3339())
    }

    #[test]
    fn the_usual_forms_are_separators() {
        let noon = Some("2011-07-08T12:08:34+00:00".to_owned());
        assert_eq!(seen("From ann@example.com Fri Jul  8 12:08:34 2011"), noon);
        assert_eq!(seen("From - Fri Jul 08 12:08:34 2011\r\n"), noon);
        assert_eq!(seen("From MAILER-DAEMON Fri Jul  8 12:08:34 UTC 2011\n"), noon);
        assert_eq!(seen("From ann Fri Jul  8 14:08:34 2011 +0200\n"), noon);
        assert_eq!(seen("From ann Fri Jul  8 14:08:34 +0200 2011\n"), noon);
        let minutes = seen("From ann@example.com Fri Jul  8 12:08 2011 remote from host");
        assert_eq!(minutes.as_deref(), Some("2011-07-08T12:08:00+00:00"));
    }

    #[test]
    fn sentences_are_none() {
        assert_eq!(seen("From here on it is easy."), None);
        assert_eq!(seen("From Jan to May"), None);
        assert_eq!(seen("From ann@example.com"), None);
        assert_eq!(seen("From: ann@example.com Fri Jul  8 12:08:34 2011"), None);
        assert_eq!(seen("From ann Fri Jul 48 12:08:34 2011"), None);
    }
}
