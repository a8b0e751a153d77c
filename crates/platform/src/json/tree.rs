//! JSON values to look inside and to compare, exact to the last digit.

use bigdecimal::BigDecimal;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::str::FromStr;

/// A JSON value. Unlike [`serde_json::Value`] it keeps numbers as they are written.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object; of a key that stands twice the last counts, as in the database.
    Object(BTreeMap<String, Json>),
}

/// A number as it is written.
#[derive(Debug, Clone)]
pub struct Number(String);

/// Equal in value and digits, as PostgreSQL keeps them: `1e2` is `100`, `1.10` is not `1.1`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.stored().is_some_and(|stored| Some(stored) == other.stored())
    }
}

impl Number {
    fn stored(&self) -> Option<(BigDecimal, i64)> {
        let value = BigDecimal::from_str(&self.0).ok()?;
        let scale = value.fractional_digit_count().max(0);
        Some((value, scale))
    }
}

impl Json {
    /// The value that `text` writes.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        Ok(match text.trim_ascii_start().bytes().next() {
            Some(b'{') => Self::Object(members(text)?),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                let items = items.into_iter().map(|item| Self::read(item.get()));
                Self::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b't' | b'f') => Self::Bool(serde_json::from_str(text)?),
            Some(b'-' | b'0'..=b'9') => Self::Number(Number(text.trim_ascii().to_owned())),
            _ => serde_json::from_str(text).map(|()| Self::Null)?,
        })
    }

    /// The text that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number that it is.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(Number(text)) => text.parse().ok(),
            _ => None,
        }
    }

    /// The value under a key of an object.
    pub fn member(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }
}

fn members(text: &str) -> serde_json::Result<BTreeMap<String, Json>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    let members = members
        .into_iter()
        .map(|(key, value)| Ok((key, Json::read(value.get())?)));
    members.collect()
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => value.serialize(serializer),
            Self::Number(Number(text)) => {
                let raw = RawValue::from_string(text.clone()).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::Text(text) => text.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn read(text: &str) -> Json {
        Json::read(text).unwrap()
    }

    #[test]
    fn every_digit_counts() {
        assert_ne!(read("89014103211118510720"), read("89014103211118510721"));
        assert_ne!(read("[0.12345678901234567890]"), read("[0.12345678901234567899]"));
        assert_ne!(read("1.10"), read("1.1"));
        assert_eq!(read(r#"{"a": 1e2, "b": -0}"#), read(r#"{"b": 0, "a": 100}"#));
        assert_eq!(read("1.5e-3"), read("0.0015"));
    }

    #[test]
    fn how_it_is_written_does_not_count() {
        assert_eq!(
            read(r#"{"a": "\u00e9", "b": [null, true]}"#),
            read(r#"{ "b":[null,true],"a":"é" }"#)
        );
        assert_ne!(read("[1, 2]"), read("[2, 1]"));
        assert_ne!(read(r#""1""#), read("1"));
    }

    #[test]
    fn it_is_told_as_it_was_said() {
        let text = r#"{"a":[null,true,-1.50,12345678901234567890123],"b":"\"c\""}"#;
        assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
    }
}
