//! Times on the wire: RFC 3339 in UTC with microseconds, `2026-03-12T00:32:13.782565Z`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// Writes a time.
pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Times that may be absent.
pub mod option {
    use super::{DateTime, SecondsFormat, Serializer, Utc};

    /// Writes a time, or null.
    pub fn serialize<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_some(&time.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => serializer.serialize_none(),
        }
    }
}
