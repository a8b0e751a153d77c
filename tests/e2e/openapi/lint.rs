//! Every operation and every schema says what its readers need.

use super::schema::problems;
use crate::support::surfaces;
use rapport::openapi::{self, Document, Operation};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Collects what `check` finds in every operation of every document.
fn each_operation(check: impl Fn(&Document, Operation<'_>) -> Vec<String>) {
    let mut found = Vec::new();
    let mut count = 0;
    for document in documents() {
        for operation in document.operations() {
            count += 1;
            let problems = check(&document, operation);
            let name = format!("{} {}", operation.method.to_uppercase(), operation.path);
            found.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
        }
    }
    assert!(count > 0, "no operations");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn documents() -> Vec<Document> {
    let each = surfaces::documents().into_iter().map(|(_, document)| document);
    each.chain([openapi::merged().expect("a document")]).collect()
}

/// The bodies of an operation's request and answers: status (or `request`), media type, media type object.
fn bodies<'a>(document: &'a Document, operation: Operation<'a>) -> Vec<(&'a str, &'a str, &'a Value)> {
    let request = Some(("request", &operation.value["requestBody"])).filter(|(_, body)| body.is_object());
    let responses = operation.value["responses"].as_object().expect("responses");
    let responses = responses
        .iter()
        .map(|(status, response)| (status.as_str(), response));
    let all = request.into_iter().chain(responses);
    all.flat_map(|(name, body)| {
        let content = document.resolve(body)["content"]
            .as_object()
            .into_iter()
            .flatten();
        content.map(move |(media_type, value)| (name, media_type.as_str(), value))
    })
    .collect()
}

#[test]
fn every_operation_is_described() {
    each_operation(|document, operation| {
        let tags: Vec<&Value> = document.json()["tags"].as_array().expect("tags").iter().collect();
        let known = |tag: &str| {
            tags.iter()
                .any(|known| known["name"] == tag && known["description"] != "")
        };
        let mut missing = Vec::new();
        for field in ["summary", "description", "operationId"] {
            if operation.text(field).is_empty() {
                missing.push(format!("no {field}"));
            }
        }
        if operation.text("summary").ends_with('.') {
            missing.push("the summary is a title, without a full stop".to_owned());
        }
        if operation.tags().count() == 0 {
            missing.push("no tag".to_owned());
        }
        missing.extend(
            operation
                .tags()
                .filter(|tag| !known(tag))
                .map(|tag| format!("tag {tag} is not described")),
        );
        missing
    });
}

#[test]
fn operation_ids_are_unique() {
    for document in documents() {
        let mut seen = HashSet::new();
        for operation in document.operations() {
            let id = operation.text("operationId");
            assert!(seen.insert(id.to_owned()), "{id} names two operations");
        }
    }
}

#[test]
fn every_operation_says_which_credential_it_needs() {
    each_operation(|document, operation| {
        let schemes = &document.json()["components"]["securitySchemes"];
        let wanted = operation.value["security"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if wanted.is_empty() {
            return vec!["no security, not even {} for none".to_owned()];
        }
        let names = wanted
            .iter()
            .flat_map(|either| either.as_object().expect("an object").keys());
        names
            .filter(|name| schemes[name.as_str()].is_null())
            .map(|name| format!("{name} is no scheme"))
            .collect()
    });
}

#[test]
fn every_parameter_is_declared_and_described() {
    each_operation(|document, operation| {
        let declared = operation.value["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let declared: Vec<&Value> = declared
            .iter()
            .map(|parameter| document.resolve(parameter))
            .collect();
        let mut found = Vec::new();
        for parameter in &declared {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{} is not described", parameter["name"]));
            }
            if let Some(example) = parameter.get("example").filter(|example| !example.is_null()) {
                found.extend(problems(document, &parameter["schema"], example, "parameter"));
            }
        }
        for part in operation.path.split('/').filter(|part| part.starts_with('{')) {
            let name = part.trim_matches(['{', '}']);
            let is = |parameter: &&&Value| parameter["in"] == "path" && parameter["name"] == name;
            if declared.iter().filter(is).count() != 1 {
                found.push(format!("{name} of the path is not declared once"));
            }
        }
        let takes_key = declared
            .iter()
            .any(|parameter| parameter["name"] == "Idempotency-Key");
        if takes_key != takes_idempotency_key(operation) {
            found.push("Idempotency-Key belongs to POST, and to what carries many items".to_owned());
        }
        found
    });
}

fn takes_idempotency_key(operation: Operation<'_>) -> bool {
    // A search makes nothing.
    let makes = operation.method == "post" && !operation.path.ends_with("/search");
    makes || (operation.method == "put" && operation.path.ends_with("/bulk"))
}

#[test]
fn every_operation_documents_its_errors() {
    let surfaces = surfaces::documents();
    each_operation(|document, operation| {
        let of = |document: &Document| document.operations().any(|one| one.path == operation.path);
        let (expected, _) = surfaces
            .iter()
            .find(|(_, document)| of(document))
            .expect("a surface");
        let [refused, invalid] = [expected.refused, expected.invalid].map(|status| status.to_string());
        let has_body = operation.value["requestBody"].is_object();
        let mut wanted = vec![&*refused, "403", "500", "503"];
        if operation.path.contains('{') {
            wanted.push("404");
        }
        let parameters = operation.value["parameters"].as_array().into_iter().flatten();
        let mut parameters = parameters.filter(|parameter| parameter["in"] == "path");
        if parameters.any(|parameter| parameter["schema"] != json!({"type": "string"})) {
            wanted.push("400");
        }
        let all = operation.value["parameters"].as_array().into_iter().flatten();
        if all
            .map(|parameter| document.resolve(parameter))
            .any(|parameter| parameter["in"] == "query")
        {
            wanted.push(&*invalid);
        }
        if has_body {
            wanted.extend(["400", "413", "415", &*invalid]);
        }
        if takes_idempotency_key(operation) {
            wanted.extend(["409", "422"]);
        }
        let responses = &operation.value["responses"];
        let mut found: Vec<String> = wanted
            .into_iter()
            .filter(|status| responses[status].is_null())
            .map(|status| format!("no {status}"))
            .collect();
        for (status, response) in responses.as_object().expect("responses") {
            let response = document.resolve(response);
            if response["description"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{status} is not described"));
            }
            if response["headers"]["X-Request-Id"].is_null() {
                found.push(format!("{status} lacks X-Request-Id"));
            }
            if !status.starts_with('2') && response["content"].is_null() {
                found.push(format!("{status} has no body"));
            }
        }
        if ["post", "patch", "put"].contains(&operation.method) && !has_body {
            found.push("no request body".to_owned());
        }
        found
    });
}

#[test]
fn every_body_has_examples_that_fit_its_schema() {
    each_operation(|document, operation| {
        let mut found = Vec::new();
        for (name, media_type, body) in bodies(document, operation) {
            if !media_type.ends_with("json") {
                continue;
            }
            let more = body["examples"].as_object().into_iter().flatten();
            let examples: Vec<&Value> = body
                .get("example")
                .into_iter()
                .chain(more.map(|(_, it)| &it["value"]))
                .collect();
            if examples.is_empty() {
                found.push(format!("{name} has no example"));
            }
            for example in examples {
                found.extend(problems(document, &body["schema"], example, name));
            }
        }
        found
    });
}

#[test]
fn every_property_is_described_or_exemplified() {
    let mut found = Vec::new();
    for document in documents() {
        let schemas = document.json()["components"]["schemas"]
            .as_object()
            .expect("schemas");
        for (name, schema) in schemas {
            for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
                let text = schema.to_string();
                let told = ["\"description\"", "\"example\"", "\"$ref\""]
                    .iter()
                    .any(|key| text.contains(key));
                if !told {
                    found.push(format!("{name}.{property}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "neither description nor example: {found:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn dangling(document: &Document, value: &Value, found: &mut Vec<String>) {
        if let Some(target) = value["$ref"].as_str()
            && std::ptr::eq(document.resolve(value), value)
        {
            found.push(target.to_owned());
        }
        match value {
            Value::Object(map) => map.values().for_each(|part| dangling(document, part, found)),
            Value::Array(parts) => parts.iter().for_each(|part| dangling(document, part, found)),
            _ => {}
        }
    }
    for document in documents() {
        let mut found = Vec::new();
        dangling(&document, document.json(), &mut found);
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn what_a_quote_leaves_out_need_not_be_there() {
    let (_, document) = surfaces::documents()
        .into_iter()
        .find(|(surface, _)| surface.name == "organizations")
        .expect("the surface");
    let quote = json!({"output": {"currency": "USD", "total_price": "0.00"}, "arguments": {"products": []}});
    let schema = json!({"$ref": "#/components/schemas/QuoteView"});
    assert_eq!(
        problems(&document, &schema, &quote, "quote"),
        Vec::<String>::new()
    );
}
