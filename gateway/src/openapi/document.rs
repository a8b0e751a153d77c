//! An OpenAPI document as JSON, and the few ways in which it is read and written here.

use rapport_platform::Result;
use serde_json::{Map, Value, json};

/// The methods that a path item of OpenAPI can describe.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// An OpenAPI document.
#[derive(Debug, Clone)]
pub struct Document(Value);

/// One operation of a document.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The template of its path: `/contacts/{contact_id}`.
    pub path: &'a str,
    /// Its method in lower case, as OpenAPI has it.
    pub method: &'a str,
    /// The operation object.
    pub value: &'a Value,
}

impl<'a> Operation<'a> {
    /// The text of a field, or nothing.
    pub fn text(self, field: &str) -> &'a str {
        self.value[field].as_str().unwrap_or_default()
    }

    /// Its tags.
    pub fn tags(self) -> impl Iterator<Item = &'a str> {
        self.value["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }
}

impl Document {
    pub(super) fn new(introduction: Value) -> Self {
        Self(introduction)
    }

    /// The document as JSON.
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// The document as people read it and as it is committed: indented, with a line break at the end.
    pub fn pretty(&self) -> String {
        format!("{:#}\n", self.0)
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let item = item.as_object().into_iter().flatten();
            item.filter(|(method, _)| METHODS.contains(&method.as_str()))
                .map(move |(method, value)| Operation { path, method, value })
        })
    }

    /// What a reference like `#/components/schemas/ContactView` leads to; anything else is itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'));
        target
            .and_then(|pointer| self.0.pointer(pointer))
            .unwrap_or(value)
    }

    pub(super) fn put(&mut self, field: &str, value: Value) {
        self.0[field] = value;
    }

    /// The components of a kind, such as `schemas`.
    pub(super) fn component(&mut self, kind: &str) -> &mut Map<String, Value> {
        object(&mut self.0["components"][kind])
    }

    /// Lets `change` rework every operation; it sees the document as it was.
    pub(super) fn each_operation(
        &mut self,
        change: impl Fn(&Self, Operation<'_>) -> Result<Value>,
    ) -> Result<()> {
        let before = self.clone();
        for operation in before.operations() {
            self.0["paths"][operation.path][operation.method] = change(&before, operation)?;
        }
        Ok(())
    }

    /// Takes over another document's paths, tags and components.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self(mut other) = other;
        object(&mut self.0["paths"]).append(object(&mut other["paths"]));
        for (kind, parts) in object(&mut other["components"]) {
            self.component(kind).append(object(parts));
        }
        let known = self.0["tags"].as_array().cloned().unwrap_or_default();
        let more = other["tags"].as_array().cloned().unwrap_or_default();
        let fresh = more
            .into_iter()
            .filter(|tag| !known.iter().any(|other| other["name"] == tag["name"]));
        self.0["tags"] = known.iter().cloned().chain(fresh).collect();
    }

    pub(super) fn value_mut(&mut self) -> &mut Value {
        &mut self.0
    }
}

/// `value` as an object; whatever else it was is dropped.
pub fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}
