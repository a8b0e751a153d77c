//! Times on the wire: RFC 3339 in UTC with microseconds, `2026-03-12T00:32:13.782565Z`.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};
use std::borrow::Cow;

/// Writes a time.
pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// A time that callers give, in any offset; its year must have four digits, as it must when it is written again.
#[derive(Debug, Clone, Copy)]
pub struct Time(pub DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WANTED: &str = "must be a date and time as in RFC 3339, such as 2030-01-31T09:00:00Z";
        let text = Cow::<str>::deserialize(deserializer)?;
        let time = text.parse::<DateTime<Utc>>().ok();
        let time = time.filter(is_writable);
        time.map(Self).ok_or_else(|| D::Error::custom(WANTED))
    }
}

/// Whether RFC 3339 and ISO 8601 can write it: with a year of four digits.
pub fn is_writable(time: &DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

/// Times that may be absent.
pub mod option {
    use super::{DateTime, Deserialize, Deserializer, SecondsFormat, Serializer, Time, Utc};

    /// Writes a time, or null.
    pub fn serialize<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_some(&time.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a time, or null; use it with `#[serde(default)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Ok(Option::<Time>::deserialize(deserializer)?.map(|Time(time)| time))
    }
}

/// Changes to times.
pub mod patch {
    use super::{DateTime, Deserialize, Deserializer, Time, Utc};
    use rapport_platform::Patch;

    /// Reads what a partial update says of a time; use it with `#[serde(default)]`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch<DateTime<Utc>>, D::Error> {
        Patch::<Time>::deserialize(deserializer)?.try_map(|Time(time)| Ok(time))
    }
}
