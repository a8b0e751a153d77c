//! Numeric ids: whole numbers from 1 to 2^53, so that every JSON reader keeps them exactly.

use crate::http::ApiError;
use crate::http::path::{MOST, NOT_A_NUMBER};
use rapport_platform::Error;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use std::fmt::{Formatter, Result as FmtResult};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// The parameters of paths that hold text.
const TEXTS: [&str; 2] = ["taskId", "messageId"];

/// An id in a body, as a JSON number; `12` and `12.0` are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Number(pub i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

#[derive(Clone, Copy)]
struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> FmtResult {
        formatter.write_str("a whole number from 1 to 2^53")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Number, E> {
        let sound = (1..=MOST).contains(&number);
        sound
            .then_some(Number(number))
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
        let signed = i64::try_from(number);
        self.visit_i64(signed.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number of at most 2^53 fits"
    )]
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Number, E> {
        const MOST: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && (1.0..=MOST).contains(&number) {
            return Ok(Number(number as i64));
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
            .examples([json!(1024)])
            .into()
    }
}

impl ToSchema for Number {}

/// The schema of an id in a path.
pub fn in_path(name: &str) -> Value {
    if TEXTS.contains(&name) {
        return json!({"type": "string", "example": "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f"});
    }
    json!({"type": "number", "format": "double", "minimum": 1, "maximum": MOST, "example": 1024})
}

/// What is answered when the parameter `name` of a path is none; every text is a possible id.
pub fn unread(name: &str) -> Option<ApiError> {
    let number = !TEXTS.contains(&name);
    number.then(|| Error::invalid(name.to_owned(), NOT_A_NUMBER).into())
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn only_whole_numbers_up_to_2_to_the_53_are_ids() {
        let read = |text| serde_json::from_str::<Number>(text).ok().map(|number| number.0);
        assert_eq!(read("12"), Some(12));
        assert_eq!(read("12.0"), Some(12));
        assert_eq!(read("9007199254740992"), Some(9_007_199_254_740_992));
        for wrong in [
            "0",
            "-1",
            "0.1",
            "9007199254740993",
            "1e300",
            "\"12\"",
            "null",
            "18446744073709551615",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
