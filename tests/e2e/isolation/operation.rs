//! The operations of the OpenAPI document.

use crate::support::records::Records;
use rapport_test_support::TestApp;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Lists of ids in bodies: how the path ends, the field, and the record it holds.
const LISTS: [(&str, &str, &str); 2] = [
    ("/contacts/{contact_id}/merge", "from", "duplicate_contact"),
    ("/companies/{company_id}/merge", "from", "duplicate_company"),
];

/// An operation that takes a credential.
pub struct Operation {
    pub method: Method,
    template: String,
    /// The example of its body.
    example: Option<Value>,
    /// The fields of its body.
    fields: Vec<String>,
    takes_body: bool,
    /// Whether the body is a CSV file; otherwise it is JSON.
    is_csv: bool,
    /// The parameters of the query string that must be there, with their examples.
    query: String,
}

/// All operations that take a credential.
pub async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app.anonymous().get("/openapi.json").await.expect(200).json;
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, one)| (path, method, one))
        })
        .filter(|(_, method, _)| *method != "parameters")
        .filter(|(_, _, one)| {
            !one["security"]
                .as_array()
                .is_some_and(|list| list.iter().any(is_empty))
        })
        .map(|(path, method, one)| Operation::of(&document, path, method, one))
        .collect();
    assert!(operations.len() >= 15, "{} operations", operations.len());
    operations
}

fn is_empty(requirement: &Value) -> bool {
    requirement.as_object().is_none_or(serde_json::Map::is_empty)
}

impl Operation {
    fn of(document: &Value, path: &str, method: &str, one: &Value) -> Self {
        let content = &one["requestBody"]["content"];
        let is_csv = content["text/csv"].is_object();
        let content = &content[if is_csv { "text/csv" } else { "application/json" }];
        let schema = resolve(document, &content["schema"]);
        let fields = schema["properties"].as_object().into_iter().flatten();
        Self {
            method: method.to_ascii_uppercase().parse().unwrap(),
            template: path.to_owned(),
            example: content.get("example").cloned(),
            fields: fields.map(|(name, _)| name.clone()).collect(),
            takes_body: one["requestBody"].is_object(),
            is_csv,
            query: required(document, one),
        }
    }

    /// `GET /api/v2/organizations`
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// How late it must be called, since what it removes is gone for the others.
    pub fn lateness(&self) -> u8 {
        match &self.method {
            // What is deleted can still be erased.
            _ if self.template.ends_with("/erase") => 2,
            &Method::DELETE => 1,
            _ => 0,
        }
    }

    /// Whether the tests know how to call it.
    pub fn is_covered(&self, records: &Records) -> bool {
        let known = self.parameters().iter().all(|name| records.get(name).is_some());
        known && (self.example.is_some() || !self.takes_body)
    }

    pub fn has(&self, parameter: &str) -> bool {
        self.parameters().contains(&parameter)
    }

    /// The parameters of the path that name a record of the organization.
    pub fn record_parameters(&self) -> Vec<&str> {
        let mut parameters = self.parameters();
        parameters.retain(|name| *name != "organization_id");
        parameters
    }

    /// The path to these records, except for the ids given.
    pub fn path(&self, records: &Records, instead: &[(&str, &str)]) -> String {
        self.parameters()
            .iter()
            .fold(format!("{}{}", self.template, self.query), |path, name| {
                let given = instead.iter().find(|(parameter, _)| parameter == name);
                let id = given.map_or_else(|| records.get(name).unwrap(), |(_, id)| id);
                path.replace(&format!("{{{name}}}"), id)
            })
    }

    /// The documented example, referring to these records where it refers to some.
    pub fn body(&self, records: &Records) -> Option<Value> {
        let mut body = self.example.clone()?;
        for (name, value) in body.as_object_mut().into_iter().flatten() {
            if let (true, Some(id)) = (value.is_string(), records.get(name)) {
                *value = id.into();
            }
            if let Some(record) = self.listed(name) {
                *value = json!([records.get(record).unwrap()]);
            }
        }
        Some(body)
    }

    /// The request with this body.
    pub fn with_body(&self, request: RequestBuilder, body: Option<Value>) -> RequestBuilder {
        match body {
            Some(Value::String(text)) if self.is_csv => request.header("content-type", "text/csv").body(text),
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// The fields of the body that name records, each with the name of the record.
    pub fn references<'a>(&'a self, records: &Records) -> Vec<(&'a str, &'a str)> {
        let record = |name: &'a String| {
            self.listed(name)
                .or_else(|| records.get(name).map(|_| name.as_str()))
        };
        let fields = self.fields.iter();
        fields
            .filter_map(|name| Some((name.as_str(), record(name)?)))
            .collect()
    }

    /// The body with another id in a field that names a record.
    pub fn referring(&self, records: &Records, field: &str, id: &str) -> Option<Value> {
        let mut body = self.body(records)?;
        body[field] = if self.listed(field).is_some() {
            json!([id])
        } else {
            id.into()
        };
        Some(body)
    }

    fn listed(&self, field: &str) -> Option<&'static str> {
        let list = LISTS
            .iter()
            .find(|(path, name, _)| self.template.ends_with(path) && *name == field);
        list.map(|(.., record)| *record)
    }

    fn parameters(&self) -> Vec<&str> {
        let parts = self.template.split('/');
        parts
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect()
    }
}

/// What must stand after the path: `?start_date=…`.
fn required(document: &Value, operation: &Value) -> String {
    let declared = operation["parameters"].as_array().into_iter().flatten();
    let declared = declared.map(|parameter| resolve(document, parameter));
    let needed = declared.filter(|one| one["in"] == "query" && one["required"] == true);
    needed
        .zip("?".chars().chain("&".chars().cycle()))
        .fold(String::new(), |query, (one, mark)| {
            let (name, example) = (one["name"].as_str().unwrap(), one["example"].as_str().unwrap());
            format!("{query}{mark}{name}={example}")
        })
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
    reference.map_or(schema, |pointer| document.pointer(pointer).unwrap())
}
