//! What the documents say of null is what the program does with it.

use super::schema::problems;
use crate::support::records::Records;
use crate::support::surfaces;
use rapport::openapi::{Document, Operation};
use rapport_test_support::TestApp;
use serde_json::{Value, json};

/// Whether null fits a schema.
fn is_nullable(document: &Document, schema: &Value) -> bool {
    problems(document, schema, &Value::Null, "").is_empty()
}

/// The path of an operation on these records; `None` when one is unknown.
fn path(operation: Operation<'_>, records: &Records) -> Option<String> {
    let parts = operation.path.split('/').scan("", |before, part| {
        let owner = std::mem::replace(before, part).trim_end_matches('s');
        Some(
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some("id") => records.get(&format!("{owner}Id")).map(str::to_owned),
                Some(name) => records.get(name).map(str::to_owned),
                None => Some(part.to_owned()),
            },
        )
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

#[tokio::test]
async fn null_is_accepted_where_the_documents_say_so_and_nowhere_else() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let (mut tried, mut wrong) = (0, Vec::new());
        for (_, document) in surfaces::documents() {
            for operation in document.operations() {
                let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
                let fields = document.resolve(schema)["properties"].as_object();
                let Some((fields, path)) = fields.zip(path(operation, &records)) else {
                    continue;
                };
                for (field, schema) in fields {
                    let method = operation.method.to_uppercase().parse().expect("a method");
                    let request = app.alpha.request(method, &path).json(&json!({field: null}));
                    let answer = app.alpha.send(request).await;
                    let said = answer
                        .json
                        .to_string()
                        .contains(&format!("\"{field}: must not be null\""));
                    let (nullable, accepted) = (is_nullable(&document, schema), answer.status < 300);
                    if nullable && said || !nullable && accepted {
                        wrong.push(format!("{} {path} {field}: {}", operation.method, answer.json));
                    }
                    tried += 1;
                }
            }
        }
        assert!(tried > 100, "{tried}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
