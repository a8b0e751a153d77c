//! Parameters that handlers need not declare: the ids of the path, and `Idempotency-Key`.

use super::document::{Document, Operation};
use serde_json::{Value, json};

/// The name under which documents keep the `Idempotency-Key` parameter.
const IDEMPOTENCY: &str = "Idempotency-Key";

/// The names in a path's template, in their order.
pub fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The names of an operation's parameters of the query string.
pub fn in_query<'a>(document: &'a Document, operation: Operation<'a>) -> impl Iterator<Item = &'a str> {
    declared(document, operation, "query")
}

/// The names of the headers that an operation declares.
pub fn in_header<'a>(document: &'a Document, operation: Operation<'a>) -> impl Iterator<Item = &'a str> {
    declared(document, operation, "header")
}

fn declared<'a>(
    document: &'a Document,
    operation: Operation<'a>,
    place: &'static str,
) -> impl Iterator<Item = &'a str> {
    let declared = operation.value["parameters"].as_array().into_iter().flatten();
    declared
        .map(|parameter| document.resolve(parameter))
        .filter(move |parameter| parameter["in"] == place)
        .filter_map(|parameter| parameter["name"].as_str())
}

/// Whether an operation needs this parameter of the query string.
pub fn is_required(document: &Document, operation: Operation<'_>, name: &str) -> bool {
    let declared = operation.value["parameters"].as_array().into_iter().flatten();
    let mut declared = declared.map(|parameter| document.resolve(parameter));
    declared.any(|parameter| parameter["name"] == name && parameter["required"] == true)
}

/// All parameters of an operation: what its handler declares, and what its path and method imply.
pub fn all(document: &Document, operation: Operation<'_>, id: fn(&str) -> Value) -> Vec<Value> {
    let declared = operation.value["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let missing = |name: &&str| {
        !declared
            .iter()
            .any(|parameter| parameter["in"] == "path" && parameter["name"] == *name)
    };
    let implied = in_path(operation.path)
        .filter(missing)
        .map(|name| path_parameter(document, operation.path, name, id(name)));
    let mut all: Vec<Value> = implied.collect();
    all.extend(declared.iter().cloned());
    if repeatable(operation) {
        all.push(json!({"$ref": format!("#/components/parameters/{IDEMPOTENCY}")}));
    }
    all
}

/// Whether the operation takes `Idempotency-Key`: what makes something, and what carries many items.
pub fn repeatable(operation: Operation<'_>) -> bool {
    let reads = operation.path.ends_with("/search");
    operation.method == "post" && !reads || carries_many(operation)
}

/// Whether the body of the operation carries many items.
pub fn carries_many(operation: Operation<'_>) -> bool {
    operation.path.ends_with("/bulk")
}

fn path_parameter(document: &Document, path: &str, name: &str, mut schema: Value) -> Value {
    let example = shown(document, name, &schema).unwrap_or_else(|| schema["example"].take());
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("example");
    }
    json!({
        "name": name,
        "in": "path",
        "description": format!("The id of the {}.", subject(path, name)),
        "required": true,
        "schema": schema,
        "example": example,
    })
}

/// The example that views give for the same id, so that one record runs through the whole document.
fn shown(document: &Document, name: &str, schema: &Value) -> Option<Value> {
    if schema["type"] != "string" {
        return None;
    }
    let schemas = document.json()["components"]["schemas"].as_object()?;
    let found = schemas
        .values()
        .map(|schema| &schema["properties"][name]["example"]);
    found.into_iter().find(|example| example.is_string()).cloned()
}

/// What a parameter of the path names: `contact` for `contact_id`, `contactId` and for `id` in `/contacts/{id}`.
pub fn subject(path: &str, name: &str) -> String {
    if name == "id" {
        let before = path
            .split("/{id}")
            .next()
            .and_then(|path| path.rsplit('/').next());
        return before.unwrap_or(name).trim_end_matches('s').replace('-', " ");
    }
    let name = name.trim_end_matches("_id").trim_end_matches("Id");
    let words = name.chars().fold(String::new(), |mut words, letter| {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
        words
    });
    words
        .replace("api_key", "API key")
        .replace("ai_employee", "AI employee")
        .replace('_', " ")
}

/// The schema of an opaque id, `HR_id_` and 22 base 62 digits.
pub fn opaque_id(_: &str) -> Value {
    json!({
        "type": "string",
        "pattern": "^HR_id_[0-9A-Za-z]{22}$",
        "example": "HR_id_0001sTvKHLu1nfyQT7mTfD",
    })
}

/// Puts the parameters that operations refer to among the components.
pub fn components(document: &mut Document) {
    let parameter = json!({
        "name": IDEMPOTENCY,
        "in": "header",
        "description": "Any text that is new for every intended request. Within 24 hours the same key and body are \
            answered with the first answer; the same key with another body is refused.",
        "required": false,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    });
    document
        .component("parameters")
        .insert(IDEMPOTENCY.to_owned(), parameter);
}
