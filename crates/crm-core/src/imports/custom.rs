//! The custom fields of rows.

use super::row::{Read, Said};
use crate::custom_fields::Definitions;
use crate::text;
use rapport_platform::{Error, RawJson, Result, Tx};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

type Fields = BTreeMap<String, Box<RawValue>>;

/// The custom fields of a contact that has `current` ones, with those of a row; an empty cell changes nothing. What a
/// cell says is read by the definition of its field, without one it is a text. The one place where the values of a
/// file become those of a contact.
///
/// # Errors
/// `Invalid` on `custom_fields.<key>` when a value does not fit its definition.
pub(super) fn merge(
    definitions: &Definitions,
    current: &RawJson,
    values: &[(String, String)],
) -> Result<RawJson> {
    if values.is_empty() {
        return Ok(current.clone());
    }
    let mut fields: Fields = serde_json::from_str(current.get()).map_err(Error::internal)?;
    for (key, value) in values {
        fields.insert(key.clone(), definitions.json(key, value)?);
    }
    let merged = text::object("custom_fields", Some(RawJson::of(&fields)?))?;
    definitions.read(&merged)?;
    Ok(merged)
}

/// What is wrong with the custom fields of rows by themselves: of all at once, as options and files are looked up.
pub(super) async fn refused(
    tx: &Tx,
    definitions: &Definitions,
    rows: &[Read],
) -> Result<HashMap<i32, Error>> {
    let none = RawJson::default();
    let mut refused = HashMap::new();
    let mut sound = Vec::new();
    for (number, said) in rows.iter().filter_map(of) {
        match merge(definitions, &none, &said.custom) {
            Ok(fields) => sound.push((number, fields)),
            Err(error) => drop(refused.insert(number, error)),
        }
    }
    let fields: Vec<_> = sound.iter().map(|(_, fields)| fields).collect();
    let outcomes = definitions.check(tx, &fields).await?;
    for ((number, _), outcome) in sound.iter().zip(outcomes) {
        if let Err(error) = outcome {
            refused.insert(*number, error);
        }
    }
    Ok(refused)
}

fn of(read: &Read) -> Option<(i32, &Said)> {
    let said = read.said.as_ref().ok()?.as_ref()?;
    (!said.custom.is_empty()).then_some((read.row.number, said))
}
