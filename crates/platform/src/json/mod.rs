//! JSON that only passes through: kept as text from the column to the wire.

mod sound;
mod tree;

pub use tree::{Json, Number};

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::io::Write;

/// The text of a JSON value, valid but not parsed into a tree.
#[derive(Debug, Clone, Serialize, FromSqlRow, AsExpression)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether the value is a JSON object.
    pub fn is_object(&self) -> bool {
        self.get().starts_with('{')
    }

    /// The JSON form of `value`.
    ///
    /// # Errors
    /// When `value` has no JSON form, such as a map whose keys are not strings.
    pub fn of(value: &impl Serialize) -> crate::Result<Self> {
        let raw = serde_json::value::to_raw_value(value).map_err(crate::Error::internal)?;
        Ok(Self(raw))
    }

    /// The value as a tree, to look inside.
    pub fn tree(&self) -> Json {
        // It is correct JSON, so it can be read.
        Json::read(self.get()).unwrap_or(Json::Null)
    }
}

impl Default for RawJson {
    fn default() -> Self {
        let empty = RawValue::from_string("{}".to_owned());
        Self(empty.unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

/// From outside: numbers beyond the range of a double, and values nested more than 32 levels deep, are refused.
impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        sound::check(raw.get()).map_err(D::Error::custom)?;
        Ok(Self(raw))
    }
}

/// Equal as JSON values: the order of keys and the spacing do not count.
impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
            || matches!((Json::read(self.get()), Json::read(other.get())), (Ok(one), Ok(other)) if one == other)
    }
}

impl FromSql<Jsonb, Pg> for RawJson {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // The binary form of jsonb is a version byte (1), then the text.
        let Some((1, text)) = value.as_bytes().split_first() else {
            return Err("unknown version of jsonb".into());
        };
        let text = std::str::from_utf8(text)?.to_owned();
        Ok(Self(RawValue::from_string(text)?))
    }
}

impl ToSql<Jsonb, Pg> for RawJson {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?;
        out.write_all(self.get().as_bytes())?;
        Ok(IsNull::No)
    }
}
