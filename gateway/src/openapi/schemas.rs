//! Schemas, as the handlers' types give them, made to say what holds on the wire.

use super::document::Document;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Names what stands inline, and marks the keys that every answer has.
pub fn tidy(document: &mut Document) {
    let named = document.component("schemas").clone();
    for (name, schema) in document.component("schemas") {
        refer(schema, name, &named);
    }
    let requested = requested(document);
    let mut answered = document.component("schemas").iter_mut();
    answered
        .by_ref()
        .filter(|(name, _)| !requested.contains(*name))
        .for_each(|(_, schema)| require_all(schema));
}

/// The element type of a generic list is written out in full; a reference to its name says the same.
fn refer(schema: &mut Value, own_name: &str, named: &Map<String, Value>) {
    let parts: &mut dyn Iterator<Item = &mut Value> = match schema {
        Value::Object(map) => &mut map.values_mut(),
        Value::Array(parts) => &mut parts.iter_mut(),
        _ => return,
    };
    for part in parts {
        let is_object = part["properties"].is_object();
        let same = named
            .iter()
            .find(|(name, schema)| is_object && *name != own_name && *schema == part);
        match same {
            Some((name, _)) => *part = json!({"$ref": format!("#/components/schemas/{name}")}),
            None => refer(part, own_name, named),
        }
    }
}

/// The names of the schemas that requests are made of.
fn requested(document: &Document) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for operation in document.operations() {
        references(document, &operation.value["requestBody"], &mut names);
    }
    names
}

fn references(document: &Document, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            let name = target.and_then(|target| target.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && names.insert(name.to_owned())
            {
                references(document, document.resolve(value), names);
            }
            map.values().for_each(|part| references(document, part, names));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(document, part, names)),
        _ => {}
    }
}

/// Marks a property that an answer leaves out when it has no value, as some documented objects do.
const OPTIONAL: &str = "x-optional";

/// An answer has all its keys, those without a value being null, except for those marked [`OPTIONAL`]. A reference keeps
/// no mark: one that need not be there leads to what is never null, so it is left out.
fn require_all(schema: &mut Value) {
    let declared = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(properties) = schema["properties"].as_object() {
        let left_out = |name: &str, property: &Value| {
            let reference = property.get("$ref").is_some();
            property.get(OPTIONAL).is_some() || (reference && !declared.iter().any(|one| one == name))
        };
        let required = properties
            .iter()
            .filter(|(name, property)| !left_out(name, property));
        let names: Vec<String> = required.map(|(name, _)| name.clone()).collect();
        schema["required"] = names.into();
    }
    match schema {
        Value::Object(map) => map.values_mut().for_each(require_all),
        Value::Array(parts) => parts.iter_mut().for_each(require_all),
        _ => {}
    }
}
