//! Adds to every operation what its handler need not say because it follows from the operation's shape.

use super::document::{Document, Operation, object};
use super::{LEGACY, errors, example, info, parameters};
use crate::surfaces::Surface;
use rapport_platform::Result;
use serde_json::{Map, Value, json};

const REQUEST_ID: &str = "X-Request-Id";
const REPLAYED: &str = "Idempotent-Replayed";

/// Completes the document of a surface: parameters, security, errors, headers, examples.
pub fn complete(document: &mut Document, surface: &Surface) -> Result<()> {
    parameters::components(document);
    errors::components(document, surface)?;
    headers(document);
    for response in document.component("responses").values_mut() {
        add_headers(response, false);
        *response = ordered(response.take(), &RESPONSE);
    }
    document.each_operation(|document, operation| {
        let mut completed = operation.value.clone();
        completed["parameters"] = parameters::all(document, operation, surface.id).into();
        if operation.tags().any(|tag| tag == LEGACY) {
            completed["deprecated"] = true.into();
        }
        if let Some(content) = completed.pointer_mut("/requestBody/content") {
            add_examples(document, content);
        }
        completed["responses"] = responses(document, operation, surface)?.into();
        if completed.get("security").is_none() {
            completed["security"] = info::security();
        }
        Ok(ordered(completed, &OPERATION))
    })
}

/// The order in which people read an operation, and a response.
const OPERATION: [&str; 9] = [
    "tags",
    "summary",
    "description",
    "operationId",
    "deprecated",
    "security",
    "parameters",
    "requestBody",
    "responses",
];
const RESPONSE: [&str; 3] = ["description", "headers", "content"];

fn ordered(mut value: Value, fields: &[&str]) -> Value {
    let map = object(&mut value);
    for field in fields {
        if let Some(part) = map.shift_remove(*field) {
            map.insert((*field).to_owned(), part);
        }
    }
    value
}

/// The declared responses and the errors that are possible besides; sorted by status.
fn responses(document: &Document, operation: Operation<'_>, surface: &Surface) -> Result<Map<String, Value>> {
    let mut all = operation.value["responses"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for (status, error) in errors::of(document, operation, surface)? {
        let declared = all.entry(&status).or_insert_with(|| error.clone());
        if declared.get("$ref").is_none() {
            declared["content"] = error["content"].clone();
        }
    }
    all.sort_keys();
    for (status, response) in all
        .iter_mut()
        .filter(|(_, response)| response.get("$ref").is_none())
    {
        let success = status.starts_with('2');
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = meaning(status).into();
        }
        if let Some(content) = response.get_mut("content") {
            add_examples(document, content);
        }
        add_headers(response, success && parameters::repeatable(operation));
        *response = ordered(response.take(), &RESPONSE);
    }
    Ok(all)
}

fn meaning(status: &str) -> &'static str {
    match status {
        "201" => "Created",
        "202" => "Accepted",
        "204" => "Done; there is no body",
        _ => "The answer",
    }
}

/// Gives every JSON of a content object an example, unless it has some; anything else is a file.
fn add_examples(document: &Document, content: &mut Value) {
    for (name, media_type) in object(content) {
        if !name.ends_with("json") {
            media_type["schema"] = json!({"type": "string", "format": "binary"});
        } else if media_type.get("example").is_none() && media_type.get("examples").is_none() {
            media_type["example"] = example::of(document, &media_type["schema"]);
        }
    }
}

fn add_headers(response: &mut Value, replayable: bool) {
    let names = [REQUEST_ID, REPLAYED];
    for name in names.iter().take(if replayable { 2 } else { 1 }) {
        response["headers"][name] = json!({"$ref": format!("#/components/headers/{name}")});
    }
}

fn headers(document: &mut Document) {
    let headers = document.component("headers");
    headers.insert(
        REQUEST_ID.to_owned(),
        json!({
            "description": "The id by which the server's log knows the request.",
            "schema": {"type": "string"},
        }),
    );
    headers.insert(
        REPLAYED.to_owned(),
        json!({
            "description": "`true` when this is the kept answer to an earlier request with the same `Idempotency-Key`.",
            "schema": {"type": "string", "enum": ["true"]},
        }),
    );
}
