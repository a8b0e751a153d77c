//! Examples composed from schemas.

use super::document::Document;
use serde_json::{Map, Value, json};

/// Deeper than any schema of ours; a schema that contains itself ends here.
const DEEPEST: usize = 16;

/// A value of `schema`: its own example, or one put together from those of its parts.
pub fn of(document: &Document, schema: &Value) -> Value {
    compose(document, schema, DEEPEST)
}

fn compose(document: &Document, schema: &Value, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let schema = document.resolve(schema);
    if let Some(given) = given(schema) {
        return given.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(|part| compose(document, part, depth - 1));
        return Value::Object(parts.filter_map(into_object).flatten().collect());
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(first) = choices.into_iter().find(|schema| schema["type"] != "null") {
            return compose(document, first, depth - 1);
        }
    }
    match kind(schema) {
        "object" => properties(document, schema, depth),
        "array" => json!([compose(document, &schema["items"], depth - 1)]),
        scalar => plain(scalar, schema),
    }
}

fn given(schema: &Value) -> Option<&Value> {
    let first = |field| schema.get(field)?.as_array()?.first();
    let own = schema.get("example").or_else(|| first("examples"));
    own.or_else(|| schema.get("const"))
        .or_else(|| schema.get("default"))
        .or_else(|| first("enum"))
}

/// The type of a schema; of several the first that is not null.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            kinds.find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if schema["properties"].is_object() => "object",
        _ => "null",
    }
}

fn properties(document: &Document, schema: &Value, depth: usize) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let parts = properties.map(|(name, schema)| (name.clone(), compose(document, schema, depth - 1)));
    Value::Object(parts.collect())
}

fn plain(kind: &str, schema: &Value) -> Value {
    match (kind, schema["format"].as_str().unwrap_or_default()) {
        ("string", "date-time") => json!("2026-03-12T00:32:13.782565Z"),
        ("string", "uuid") => json!("0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f"),
        ("string", _) => json!("string"),
        ("integer" | "number", _) => schema.get("minimum").cloned().unwrap_or(json!(0)),
        ("boolean", _) => json!(false),
        _ => Value::Null,
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
