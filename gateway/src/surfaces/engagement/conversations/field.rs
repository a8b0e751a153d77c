//! Fields that are read leniently: what is wrong with one says nothing of the others.

use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_crm_core::operations::{Code, Issue};
use rapport_platform::{Patch, RawJson};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A field of an item.
#[derive(Debug, Default)]
pub enum Field<T> {
    /// It is not there.
    #[default]
    Absent,
    /// It is null.
    Null,
    /// It is there.
    Value(T),
    /// It cannot be read. The issues name what lies within the field.
    Wrong(Vec<Issue>),
}

impl<'de, T: Lenient> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        if json == "null" {
            return Ok(Self::Null);
        }
        Ok(T::read(json).map_or_else(Self::Wrong, Self::Value))
    }
}

/// What can be read by itself.
pub trait Lenient: Sized {
    /// Reads a JSON value that is not null.
    ///
    /// # Errors
    /// What is wrong with it; an empty field stands for itself.
    fn read(json: &str) -> Result<Self, Vec<Issue>>;
}

/// The value, when its text begins like one of its type.
fn typed<T: DeserializeOwned>(
    json: &str,
    begins: impl Fn(char) -> bool,
    wanted: &str,
) -> Result<T, Vec<Issue>> {
    let message = format!("must be {wanted}");
    if !json.starts_with(begins) {
        return Err(vec![Issue::new(Code::InvalidType, "", message)]);
    }
    serde_json::from_str(json).map_err(|_| vec![Issue::new(Code::InvalidValue, "", message)])
}

impl Lenient for Number {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let number = |c: char| c == '-' || c.is_ascii_digit();
        typed(json, number, "a whole number from 1 to 2^53")
    }
}

impl Lenient for DateTime<Utc> {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        typed(json, |c| c == '"', "a time such as 2026-03-10T12:00:00Z")
    }
}

impl Lenient for String {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        typed(json, |c| c == '"', "a string")
    }
}

impl Lenient for RawJson {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        typed(json, |c| c == '{', "an object")
    }
}

impl Lenient for Vec<String> {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let list: Vec<&RawValue> = match json.strip_prefix('[').map(|_| serde_json::from_str(json)) {
            Some(Ok(list)) => list,
            _ => return Err(vec![Issue::new(Code::InvalidType, "", "must be a list")]),
        };
        let mut issues = Vec::new();
        let mut texts = Self::with_capacity(list.len());
        for (index, text) in list.into_iter().enumerate() {
            match String::read(text.get()) {
                Ok(text) => texts.push(text),
                Err(wrong) => issues.extend(within(&format!("[{index}]"), wrong)),
            }
        }
        if issues.is_empty() { Ok(texts) } else { Err(issues) }
    }
}

/// Issues of what lies in `field`.
fn within(field: &str, issues: Vec<Issue>) -> impl Iterator<Item = Issue> {
    issues.into_iter().map(move |issue| {
        let joint = if issue.field.is_empty() || issue.field.starts_with('[') {
            ""
        } else {
            "."
        };
        Issue {
            field: format!("{field}{joint}{}", issue.field),
            ..issue
        }
    })
}

/// An object of which the keys are known.
pub trait Keys: DeserializeOwned {
    /// Those that are read.
    const KEYS: &[&str];
    /// Those that the server keeps; they may be sent and are ignored.
    const KEPT: &[&str];
}

/// Reads an object, and tells which of its keys are unknown.
///
/// # Errors
/// When it is no object, or a key stands in it twice.
pub fn object<T: Keys>(json: &str) -> Result<(T, Vec<Issue>), Vec<Issue>> {
    if !json.starts_with('{') {
        return Err(vec![Issue::new(Code::InvalidType, "", "must be an object")]);
    }
    let wrong = |_| {
        vec![Issue::new(
            Code::InvalidValue,
            "",
            "must be an object that has each key once",
        )]
    };
    let keys: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(wrong)?;
    let unknown = keys
        .into_keys()
        .filter(|key| !T::KEYS.contains(&key.as_str()) && !T::KEPT.contains(&key.as_str()));
    let unknown = unknown.map(|key| Issue::new(Code::UnknownField, key, "is not known"));
    let unknown = unknown.collect();
    let object = serde_json::from_str(json).map_err(wrong)?;
    Ok((object, unknown))
}

/// Takes the fields of an object, and notes what is wrong with them.
#[derive(Debug, Default)]
pub struct Reading {
    /// What is wrong so far.
    pub issues: Vec<Issue>,
}

impl Reading {
    /// The field `name`, as a partial update has it; what is wrong with it is noted.
    pub fn patch<T>(&mut self, name: &str, field: Field<T>) -> Patch<T> {
        match field {
            Field::Absent => Patch::Keep,
            Field::Null => Patch::Clear,
            Field::Value(value) => Patch::Set(value),
            Field::Wrong(issues) => {
                self.issues.extend(within(name, issues));
                Patch::Keep
            }
        }
    }

    /// The field `name`, where null is the same as nothing.
    pub fn optional<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        self.patch(name, field).set()
    }

    /// The field `name`, which must be there.
    pub fn required<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        if matches!(field, Field::Absent | Field::Null) {
            self.issues
                .push(Issue::new(Code::RequiredField, name, "is required"));
        }
        self.optional(name, field)
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Field, Lenient, Number};
    use rapport_platform::RawJson;

    fn code<T: Lenient>(json: &str) -> Option<(Code, String)> {
        let issues = T::read(json).err()?;
        assert_eq!(issues.len(), 1, "{json}");
        Some((issues[0].code, issues[0].field.clone()))
    }

    #[test]
    fn a_wrong_type_is_told_from_a_wrong_value() {
        let found = |code, field: &str| Some((code, field.to_owned()));
        assert_eq!(code::<Number>("12"), None);
        assert_eq!(code::<Number>("\"12\""), found(Code::InvalidType, ""));
        assert_eq!(code::<Number>("0.5"), found(Code::InvalidValue, ""));
        assert_eq!(code::<Vec<String>>("\"a\""), found(Code::InvalidType, ""));
        assert_eq!(code::<Vec<String>>("[\"a\", 1]"), found(Code::InvalidType, "[1]"));
        assert_eq!(code::<RawJson>("[]"), found(Code::InvalidType, ""));
        assert_eq!(
            code::<chrono::DateTime<chrono::Utc>>("\"soon\""),
            found(Code::InvalidValue, "")
        );
        assert_eq!(code::<String>("true"), found(Code::InvalidType, ""));
    }

    #[test]
    fn null_is_neither_there_nor_absent() {
        assert!(matches!(
            serde_json::from_str::<Field<Number>>("null"),
            Ok(Field::Null)
        ));
        assert!(matches!(
            serde_json::from_str::<Field<Number>>("7"),
            Ok(Field::Value(Number(7)))
        ));
    }
}
