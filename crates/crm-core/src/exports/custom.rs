//! Custom fields as cells.

use crate::cells::guard;
use rapport_platform::{Error, RawJson, Result};
use serde_json::{Map, Value};

/// The custom fields of a record.
pub(super) struct Values(Map<String, Value>);

impl Values {
    /// # Errors
    /// When they are no JSON object, which the database does not hold.
    pub fn of(fields: &RawJson) -> Result<Self> {
        serde_json::from_str(fields.get())
            .map(Self)
            .map_err(Error::internal)
    }

    /// Those of these keys: texts as they are, nothing for null, all else as JSON.
    pub fn cells(&self, keys: &[String]) -> impl Iterator<Item = String> {
        keys.iter().map(|key| match self.0.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => guard(text).into_owned(),
            Some(other) => guard(&other.to_string()).into_owned(),
        })
    }
}
