//! The custom fields of a row.

use crate::text;
use rapport_platform::{RawJson, Result};
use serde_json::{Map, Value};

/// The custom fields of a contact that has `current` ones, with those of a row: all texts, an empty one changing
/// nothing. The one place where the values of a file become those of a contact.
pub(super) fn merge(current: &RawJson, values: &[(String, String)]) -> Result<RawJson> {
    if values.is_empty() {
        return Ok(current.clone());
    }
    let mut fields = match current.to_value() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for (key, value) in values {
        fields.insert(key.clone(), Value::String(value.clone()));
    }
    text::object("custom_fields", Some(RawJson::of(&fields)?))
}
