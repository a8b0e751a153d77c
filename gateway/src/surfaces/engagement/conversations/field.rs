//! Values that are read leniently: what is wrong with one says nothing of the others.

use crate::http::time::Time;
use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_crm_core::operations::{Code, Issue};
use rapport_platform::{Patch, RawJson};
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

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

/// The number of a record.
impl Lenient for i64 {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let number = |c: char| c == '-' || c.is_ascii_digit();
        let Number(number) = typed(json, number, "a whole number from 1 to 2^53")?;
        Ok(number)
    }
}

impl Lenient for DateTime<Utc> {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let Time(time) = typed(json, |c| c == '"', "a time such as 2026-03-10T12:00:00Z")?;
        Ok(time)
    }
}

impl Lenient for String {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        typed(json, |c| c == '"', "a string")
    }
}

impl Lenient for RawJson {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        if !json.starts_with('{') {
            return Err(vec![Issue::new(
                Code::InvalidType,
                "",
                "must be an object".to_owned(),
            )]);
        }
        serde_json::from_str(json).map_err(|error| {
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text);
            vec![Issue::new(Code::InvalidValue, "", message.to_owned())]
        })
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

/// The values of an object by their keys, each of which stands in it once.
struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            if fields.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(Fields(fields))
    }
}

/// An object that is read key by key. It notes what is wrong with the values.
#[derive(Debug)]
pub struct Object<'a> {
    /// What was not read yet.
    fields: BTreeMap<String, &'a RawValue>,
    issues: Vec<Issue>,
}

impl<'a> Object<'a> {
    /// The object that `json` is.
    ///
    /// # Errors
    /// When it is no object, or a key stands in it twice.
    pub fn open(json: &'a str) -> Result<Self, Vec<Issue>> {
        if !json.starts_with('{') {
            return Err(vec![Issue::new(Code::InvalidType, "", "must be an object")]);
        }
        let Fields(fields) = serde_json::from_str(json).map_err(|_| {
            let message = "must be an object that has each key once";
            vec![Issue::new(Code::InvalidValue, "", message)]
        })?;
        Ok(Self {
            fields,
            issues: Vec::new(),
        })
    }

    /// Passes over keys that the server keeps; they may be sent and mean nothing.
    pub fn ignore(&mut self, keys: &[&str]) {
        self.fields.retain(|key, _| !keys.contains(&key.as_str()));
    }

    /// The value of `key`, as a partial update has it.
    pub fn patch<T: Lenient>(&mut self, key: &str) -> Patch<T> {
        match self.fields.remove(key).map(RawValue::get) {
            None => Patch::Keep,
            Some("null") => Patch::Clear,
            Some(json) => T::read(json).map_or_else(
                |issues| {
                    self.issues.extend(within(key, issues));
                    Patch::Keep
                },
                Patch::Set,
            ),
        }
    }

    /// The value of `key`, where null is the same as nothing.
    pub fn optional<T: Lenient>(&mut self, key: &str) -> Option<T> {
        self.patch(key).set()
    }

    /// The value of `key`, which must be there.
    pub fn required<T: Lenient>(&mut self, key: &str) -> Option<T> {
        if self.fields.get(key).is_none_or(|json| json.get() == "null") {
            let issue = Issue::new(Code::RequiredField, key, "is required");
            self.issues.push(issue);
        }
        self.optional(key)
    }

    /// `value`, to which the object was read.
    ///
    /// # Errors
    /// What was wrong with its values; and the keys that nobody asked for are not known.
    pub fn end<T>(self, value: T) -> Result<T, Vec<Issue>> {
        let unknown = |key| Issue::new(Code::UnknownField, key, "is not known");
        let unknown = self.fields.into_keys().map(unknown);
        let issues: Vec<_> = unknown.chain(self.issues).collect();
        if issues.is_empty() { Ok(value) } else { Err(issues) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Lenient, Object};
    use rapport_platform::{Patch, RawJson};

    fn code<T: Lenient>(json: &str) -> Option<(Code, String)> {
        let issues = T::read(json).err()?;
        assert_eq!(issues.len(), 1, "{json}");
        Some((issues[0].code, issues[0].field.clone()))
    }

    #[test]
    fn a_wrong_type_is_told_from_a_wrong_value() {
        let found = |code, field: &str| Some((code, field.to_owned()));
        assert_eq!(code::<i64>("12"), None);
        assert_eq!(code::<i64>("\"12\""), found(Code::InvalidType, ""));
        assert_eq!(code::<i64>("0.5"), found(Code::InvalidValue, ""));
        assert_eq!(code::<Vec<String>>("\"a\""), found(Code::InvalidType, ""));
        assert_eq!(code::<Vec<String>>("[\"a\", 1]"), found(Code::InvalidType, "[1]"));
        assert_eq!(code::<RawJson>("[]"), found(Code::InvalidType, ""));
        assert_eq!(
            RawJson::read(r#"{"a": 1e400}"#).unwrap_err()[0].message,
            "must not hold numbers beyond the range of a double"
        );
        assert_eq!(
            code::<chrono::DateTime<chrono::Utc>>("\"soon\""),
            found(Code::InvalidValue, "")
        );
        assert_eq!(code::<String>("true"), found(Code::InvalidType, ""));
    }

    #[test]
    fn null_is_neither_there_nor_absent() {
        let mut object = Object::open(r#"{"a": null, "b": 7, "c": "7"}"#).unwrap();
        assert_eq!(object.patch::<i64>("a"), Patch::Clear);
        assert_eq!(object.patch::<i64>("b"), Patch::Set(7));
        assert_eq!(object.patch::<i64>("d"), Patch::Keep);
        object.ignore(&["c"]);
        object.end(()).unwrap();
    }

    #[test]
    fn what_was_not_read_is_not_known_and_told_first() {
        let mut object = Object::open(r#"{"a": "7", "b": null, "c": 1}"#).unwrap();
        assert_eq!(object.optional::<i64>("a"), None);
        assert_eq!(object.required::<i64>("b"), None);
        let issues = object.end(()).unwrap_err().into_iter();
        let told: Vec<_> = issues.map(|issue| (issue.code, issue.field)).collect();
        let expected = [
            (Code::UnknownField, "c"),
            (Code::InvalidType, "a"),
            (Code::RequiredField, "b"),
        ];
        assert_eq!(told, expected.map(|(code, field)| (code, field.to_owned())));
    }

    #[test]
    fn a_key_stands_once() {
        for (json, code) in [
            (r#"{"a": 1, "a": 2}"#, Code::InvalidValue),
            ("[1]", Code::InvalidType),
        ] {
            let issues = Object::open(json).unwrap_err();
            assert_eq!((issues.len(), issues[0].code), (1, code), "{json}");
        }
    }
}
