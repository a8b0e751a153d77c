//! Whether a value fits a schema: as much of JSON Schema as the documents use, and more strictly so: an object
//! may only have keys that its schema names, unless it is free.

use rapport::openapi::Document;
use serde_json::Value;

/// What is wrong with `value`, each with its place.
pub fn problems(document: &Document, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let schema = document.resolve(schema);
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let fits = choices
                .iter()
                .any(|schema| problems(document, schema, value, place).is_empty());
            return if fits {
                vec![]
            } else {
                vec![format!("{place}: {value} fits none of {choice}")]
            };
        }
    }
    let mut found = scalar(schema, value, place);
    match value {
        Value::Object(_) => found.extend(object(document, schema, value, place)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(problems(
                    document,
                    &schema["items"],
                    item,
                    &format!("{place}[{index}]"),
                ));
            }
        }
        _ => {}
    }
    found
}

fn object(document: &Document, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let parts = schema["allOf"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![schema.clone()]);
    let parts: Vec<&Value> = parts.iter().map(|part| document.resolve(part)).collect();
    let free = parts.iter().any(|part| {
        part.get("additionalProperties")
            .is_some_and(|more| *more != false)
    });
    let mut found = Vec::new();
    for (name, value) in value.as_object().expect("an object") {
        let place = format!("{place}.{name}");
        match parts.iter().find_map(|part| part["properties"].get(name)) {
            Some(schema) => found.extend(problems(document, schema, value, &place)),
            None if free => {}
            None => found.push(format!("{place}: not in the schema")),
        }
    }
    let required = parts
        .iter()
        .flat_map(|part| part["required"].as_array().into_iter().flatten());
    let missing = required.filter(|name| value.get(name.as_str().expect("a name")).is_none());
    found.extend(missing.map(|name| format!("{place}: lacks {name}")));
    found
}

fn scalar(schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind, value)) {
        found.push(format!("{place}: {value} is not {kinds:?}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{place}: {value} is not one of {allowed:?}"));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).expect("a pattern").is_match(text)
    {
        found.push(format!("{place}: {text} does not match {pattern}"));
    }
    if let (Some(most), Some(text)) = (schema["maxLength"].as_u64(), value.as_str())
        && text.chars().count() as u64 > most
    {
        found.push(format!("{place}: longer than {most}"));
    }
    for (bound, sign) in [("minimum", 1.0), ("maximum", -1.0)] {
        if let (Some(bound), Some(number)) = (schema[bound].as_f64(), value.as_f64())
            && sign * number < sign * bound
        {
            found.push(format!("{place}: {number} is beyond {bound}"));
        }
    }
    if schema["format"] == "date-time" && value.as_str().is_some_and(|text| !is_time(text)) {
        found.push(format!("{place}: {value} is not a time"));
    }
    found
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

fn is_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}
