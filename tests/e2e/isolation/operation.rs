//! The operations of the OpenAPI document.

use crate::support::records::Records;
use crate::support::surfaces::{Expected, expected};
use rapport::surfaces;
use rapport_test_support::TestApp;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// Lists of ids in bodies: how the path ends, the field, and the record it holds.
const LISTS: [(&str, &str, &str); 2] = [
    ("/contacts/{contact_id}/merge", "from", "duplicate_contact"),
    ("/companies/{company_id}/merge", "from", "duplicate_company"),
];

/// An operation that takes a credential.
pub struct Operation {
    pub method: Method,
    /// What its surface answers.
    pub expected: Expected,
    /// What its document says.
    pub description: String,
    template: String,
    /// The example of its body.
    example: Option<Value>,
    /// The fields of its body.
    fields: Vec<Field>,
    takes_body: bool,
    /// Whether the body is a CSV file; otherwise it is JSON.
    is_csv: bool,
    /// The documented answer to a body that is too large.
    pub too_large: Value,
    /// The parameters of the query string that must be there, with their examples.
    query: String,
}

/// A field of a body, which may lie in an object within.
#[derive(Debug, Clone)]
pub struct Field {
    path: Vec<String>,
    number: bool,
    /// The record of a list of ids: see [`LISTS`].
    listed: Option<&'static str>,
}

impl Field {
    /// The kind of record that it names, if it names one.
    pub fn name(&self) -> String {
        match self.path.as_slice() {
            _ if self.listed.is_some() => self.listed.unwrap().to_owned(),
            [.., owner, id] if id == "id" => format!("{owner}Id"),
            path => path.last().unwrap().clone(),
        }
    }

    /// The field in `body`.
    fn within<'a>(&self, body: &'a mut Value) -> &'a mut Value {
        self.path.iter().fold(body, |value, name| &mut value[name])
    }

    /// Lets `body` name the record `id`.
    pub fn set(&self, body: &mut Value, id: &str) {
        *self.within(body) = match self.listed {
            Some(_) => json!([id]),
            None if self.number => id.parse::<i64>().unwrap().into(),
            None => id.into(),
        };
    }
}

/// All operations that take a credential.
pub async fn operations(app: &TestApp) -> Vec<Operation> {
    let mut operations = Vec::new();
    for surface in &surfaces::ALL {
        let path = format!("/openapi/{}.json", surface.name);
        let document = app.anonymous().get(&path).await.expect(200).json;
        operations.extend(documented(&document, expected(surface.name)));
    }
    assert!(operations.len() >= 15, "{} operations", operations.len());
    operations
}

fn documented(document: &Value, expected: Expected) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    paths
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
        .map(|(path, method, one)| Operation::of(document, expected, (path, method), one))
        .collect()
}

fn is_empty(requirement: &Value) -> bool {
    requirement.as_object().is_none_or(serde_json::Map::is_empty)
}

impl Operation {
    fn of(document: &Value, expected: Expected, (path, method): (&str, &str), one: &Value) -> Self {
        let content = &one["requestBody"]["content"];
        let is_csv = content["text/csv"].is_object();
        let content = &content[if is_csv { "text/csv" } else { "application/json" }];
        let mut fields = Vec::new();
        collect(document, &content["schema"], &[], &mut fields);
        for (_, name, record) in LISTS.iter().filter(|(end, ..)| path.ends_with(end)) {
            let lists = fields.iter_mut().filter(|field| field.path == [*name]);
            lists.for_each(|field| field.listed = Some(record));
        }
        Self {
            expected,
            method: method.to_ascii_uppercase().parse().unwrap(),
            template: path.to_owned(),
            example: content.get("example").cloned(),
            fields,
            takes_body: one["requestBody"].is_object(),
            is_csv,
            description: one["description"].as_str().unwrap_or_default().to_owned(),
            too_large: resolve(document, &one["responses"]["413"])["content"]["application/json"]["examples"]
                ["too_large"]["value"]
                .clone(),
            query: required(document, one),
        }
    }

    /// `GET /api/v2/organizations`
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// How late it must be called, since what it removes is gone for the others, and with it what is in it.
    pub fn lateness(&self) -> (u8, Reverse<usize>) {
        let depth = Reverse(self.parameters().len());
        match &self.method {
            // What is deleted can still be erased.
            _ if self.template.ends_with("/erase") => (2, depth),
            &Method::DELETE => (1, depth),
            _ => (0, Reverse(0)),
        }
    }

    /// The media type of its body, and how many bytes it may have as the documents say; `None` without a body.
    pub fn limit(&self) -> Option<(&'static str, usize)> {
        let media_type = if self.is_csv {
            "text/csv"
        } else {
            "application/json"
        };
        let said = self.too_large.to_string();
        let (_, number) = said.split_once("larger than ")?;
        let (number, _) = number.split_once(" bytes")?;
        Some((media_type, number.parse().unwrap()))
    }

    /// Whether the tests know how to call it.
    pub fn is_covered(&self, records: &Records) -> bool {
        let known = self
            .parameters()
            .iter()
            .all(|(_, name)| records.get(name).is_some());
        known && (self.example.is_some() || !self.takes_body)
    }

    pub fn has(&self, parameter: &str) -> bool {
        self.parameters().iter().any(|(_, name)| name == parameter)
    }

    /// The parameters of the path that name a record of the organization.
    pub fn record_parameters(&self) -> Vec<String> {
        let names = self.parameters().into_iter().map(|(_, name)| name);
        names.filter(|name| name != "organization_id").collect()
    }

    /// The path to these records, except for the ids given.
    pub fn path(&self, records: &Records, instead: &[(&str, &str)]) -> String {
        self.parameters().iter().fold(
            format!("{}{}", self.template, self.query),
            |path, (placeholder, name)| {
                let given = instead.iter().find(|(parameter, _)| parameter == name);
                let id = given.map_or_else(|| records.get(name).unwrap(), |(_, id)| id);
                path.replace(&format!("{{{placeholder}}}"), id)
            },
        )
    }

    /// The documented example, referring to these records where it refers to some.
    pub fn body(&self, records: &Records) -> Option<Value> {
        let mut body = self.example.clone()?;
        for field in self.references(records) {
            if body
                .pointer(&format!("/{}", field.path.join("/")))
                .is_some_and(|value| !value.is_null())
            {
                field.set(&mut body, records.get(&field.name()).unwrap());
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

    /// The fields of the body that name records.
    pub fn references(&self, records: &Records) -> Vec<Field> {
        let fields = self
            .fields
            .iter()
            .filter(|field| records.get(&field.name()).is_some());
        fields.cloned().collect()
    }

    /// The parameters of the path, each with the name of the record that it names.
    fn parameters(&self) -> Vec<(&str, String)> {
        let parts = self.template.split('/');
        let before = std::iter::once("").chain(parts.clone());
        let parameters = parts.zip(before).filter_map(|(part, before)| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            let record = match name {
                "id" => format!("{}Id", before.trim_end_matches('s')),
                _ => name.to_owned(),
            };
            Some((name, record))
        });
        parameters.collect()
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

/// The fields of a schema and of the objects within.
fn collect(document: &Value, schema: &Value, path: &[String], fields: &mut Vec<Field>) {
    let schema = resolve(document, schema);
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let path: Vec<_> = path.iter().chain([name]).cloned().collect();
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        for schema in choices.chain([schema]) {
            collect(document, schema, &path, fields);
        }
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        let number = choices
            .chain([schema])
            .any(|schema| is_number(resolve(document, schema)));
        fields.push(Field {
            path,
            number,
            listed: None,
        });
    }
}

fn is_number(schema: &Value) -> bool {
    schema["type"].to_string().contains("\"number\"")
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
    reference.map_or(schema, |pointer| document.pointer(pointer).unwrap())
}
