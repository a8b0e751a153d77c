//! Values to compare with, by the type of the field.

use super::language::short;
use bigdecimal::BigDecimal;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Bool, Numeric, Text, Timestamptz};
use rapport_platform::{Error, Result};
use serde_json::Value;

/// How many values `in` takes.
const MOST_VALUES: usize = 500;
/// The longest text to compare with, in characters.
const LONGEST: usize = 10_000;
/// The longest number, in characters, and its largest power of ten: what a double can hold, and more digits.
const NUMBER: usize = 100;
const POWER: i64 = 310;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A text.
    Text,
    /// A whole number, such as an id.
    Integer,
    /// A decimal number.
    Number,
    /// A time.
    Time,
    /// Yes or no.
    Boolean,
}

impl Type {
    /// What callers are told a value must be.
    fn wanted(self) -> &'static str {
        match self {
            Self::Text => "must be compared with a string",
            Self::Integer => "must be compared with a whole number",
            Self::Number => "must be compared with a number",
            Self::Time => "must be compared with a date or time in ISO 8601",
            Self::Boolean => "must be compared with true or false",
        }
    }

    /// The type in SQL.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "int8",
            Self::Number => "numeric",
            Self::Time => "timestamptz",
            Self::Boolean => "bool",
        }
    }
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Text(String),
    Integer(i64),
    Number(BigDecimal),
    Time(DateTime<Utc>),
    Boolean(bool),
}

impl Operand {
    /// `value` as one of `kind`. What is no text may be written as one, as queries do.
    pub(super) fn read(field: &str, kind: Type, value: &Value) -> Result<Self> {
        let operand = match (kind, value) {
            (Type::Text, Value::String(text)) => return plain(field, text).map(Self::Text),
            (Type::Integer, Value::Number(number)) => number.as_i64().map(Self::Integer),
            (Type::Integer, Value::String(text)) => text.parse().ok().map(Self::Integer),
            (Type::Number, Value::Number(number)) => decimal(&number.to_string()).map(Self::Number),
            (Type::Number, Value::String(text)) => decimal(text).map(Self::Number),
            (Type::Time, Value::String(text)) => moment(text).map(Self::Time),
            (Type::Boolean, Value::Bool(flag)) => Some(Self::Boolean(*flag)),
            (Type::Boolean, Value::String(text)) => text.parse().ok().map(Self::Boolean),
            _ => None,
        };
        operand.ok_or_else(|| Error::invalid(short(field), kind.wanted()))
    }

    /// The list of values for `in`.
    pub(super) fn read_all(field: &str, kind: Type, value: &Value) -> Result<Vec<Self>> {
        let Some(values) = value.as_array() else {
            return Err(Error::invalid(short(field), "in takes a list of values"));
        };
        if values.len() > MOST_VALUES {
            let message = format!("in takes at most {MOST_VALUES} values");
            return Err(Error::invalid(short(field), message));
        }
        values.iter().map(|one| Self::read(field, kind, one)).collect()
    }

    /// Binds the value; its text is never part of the statement's.
    pub(super) fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Text(value) => out.push_bind_param::<Text, _>(value),
            Self::Integer(value) => out.push_bind_param::<BigInt, _>(value),
            Self::Number(value) => out.push_bind_param::<Numeric, _>(value),
            Self::Time(value) => out.push_bind_param::<Timestamptz, _>(value),
            Self::Boolean(value) => out.push_bind_param::<Bool, _>(value),
        }
    }
}

/// A text of bearable length that PostgreSQL can take.
pub(super) fn plain(field: &str, text: &str) -> Result<String> {
    if text.contains('\0') {
        return Err(Error::invalid(
            short(field),
            "must not be compared with NUL characters",
        ));
    }
    if text.chars().nth(LONGEST).is_some() {
        let message = format!("must be compared with at most {LONGEST} characters");
        return Err(Error::invalid(short(field), message));
    }
    Ok(text.to_owned())
}

/// The decimal number that `text` writes, as JSON does; `None` when it is none, or beyond 100 characters or 10^±310.
pub fn decimal(text: &str) -> Option<BigDecimal> {
    let written = text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && text.len() <= NUMBER;
    let number: BigDecimal = written.then(|| text.parse().ok())??;
    let power = number.fractional_digit_count();
    (-POWER..=POWER).contains(&power).then_some(number)
}

/// The time that `text` writes in ISO 8601: without an offset it is UTC, and a date stands for its first moment.
/// Fractions beyond microseconds are cut off.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc()))
        .or_else(|_| {
            text.parse::<NaiveDate>()
                .map(|day| day.and_time(NaiveTime::MIN).and_utc())
        })
        .ok()?;
    let sane = (0..=9999).contains(&time.year());
    sane.then(|| DateTime::from_timestamp_micros(time.timestamp_micros()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_bounded() {
        assert_eq!(decimal("1200.50").unwrap().to_string(), "1200.50");
        assert!(decimal("1e308").is_some());
        assert!(decimal("-0").is_some());
        for text in [
            "1e999999999",
            "1e-99999",
            "NaN",
            "Infinity",
            "",
            " 1",
            "0x10",
            &"1".repeat(101),
        ] {
            assert!(decimal(text).is_none(), "{text}");
        }
    }

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        let same = moment("2026-03-12T00:00:00Z");
        for text in [
            "2026-03-12",
            "2026-03-12T00:00:00",
            "2026-03-12T01:00:00+01:00",
            "2026-03-12T00:00:00.0000004Z",
        ] {
            assert_eq!(moment(text), same, "{text}");
        }
        for text in ["", "today", "2026-02-30", "+12026-01-01", "12/03/2026"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for (kind, value) in [
            (Type::Text, Value::from(1)),
            (Type::Text, Value::from("a\0b")),
            (Type::Integer, Value::from(1.5)),
            (Type::Integer, Value::from("9".repeat(30))),
            (Type::Number, Value::from("one")),
            (Type::Time, Value::from(2026)),
            (Type::Boolean, Value::from("yes")),
            (Type::Boolean, Value::Null),
        ] {
            assert!(Operand::read("field", kind, &value).is_err(), "{kind:?} {value}");
        }
    }
}
