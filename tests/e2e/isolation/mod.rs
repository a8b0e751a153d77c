//! Nobody gets in without a key, nobody does more than the key allows, and nobody sees or changes another tenant's
//! records: for every operation of the OpenAPI document, so that the guard grows with the API by itself.

mod audited;
pub mod operation;

use crate::support::records::{Records, unknown_id};
use operation::{Operation, operations};
use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many operations may be uncovered. Lower it when the list gets shorter; never raise it.
const MOST_UNCOVERED: usize = 0;
const UNCOVERED: &str = include_str!("uncovered.txt");

/// What takes the scope `admin`; of the rest, GET takes `read` and everything else `write`.
const ADMIN: &[&str] = &[
    "POST /api/v2/organizations",
    "PATCH /api/v2/organizations/{organization_id}",
    "POST /api/v2/organizations/{organization_id}/agents",
    "PATCH /api/v2/organizations/{organization_id}/agents/{agent_id}",
    "DELETE /api/v2/organizations/{organization_id}/agents/{agent_id}",
    "POST /api/v2/organizations/{organization_id}/contacts/{contact_id}/erase",
    "PATCH /api/v2/organizations/{organization_id}/channels/{channel_id}",
    "GET /api/v2/organizations/{organization_id}/api-keys",
    "POST /api/v2/organizations/{organization_id}/api-keys",
    "DELETE /api/v2/organizations/{organization_id}/api-keys/{api_key_id}",
    "PUT /api/v2/organizations/{organization_id}/pipeline/stages",
];

/// What only reads although it is no GET: takes `read`.
const READ: [&str; 1] = ["POST /api/v1/contacts/search"];

async fn send(caller: &Caller, operation: &Operation, records: &Records) -> Response {
    let body = operation.body(records);
    request(caller, operation, &operation.path(records, &[]), body).await
}

async fn request(caller: &Caller, operation: &Operation, path: &str, body: Option<Value>) -> Response {
    let request = caller.request(operation.method.clone(), path);
    caller.send(operation.with_body(request, body)).await
}

#[track_caller]
fn assert_refused(answer: &Response, status: u16, message: &str, operation: &Operation) {
    let said = (answer.status, &answer.json);
    let body = (operation.expected.body)(status, message);
    assert_eq!(said, (status, &body), "{}", operation.name());
}

fn writes(operation: &Operation) -> bool {
    operation.method != Method::GET && !READ.contains(&operation.name().as_str())
}

#[tokio::test]
async fn every_operation_is_covered() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let all = operations(app).await;
        let names: BTreeSet<String> = all.iter().map(Operation::name).collect();
        let open = all.iter().filter(|operation| !operation.is_covered(&records));
        let open: BTreeSet<String> = open.map(Operation::name).collect();
        let listed: BTreeSet<String> = UNCOVERED
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        assert_eq!(open, listed, "uncovered.txt says what is uncovered");
        assert!(
            (0..=MOST_UNCOVERED).contains(&listed.len()),
            "the list may only get shorter"
        );
        for name in ADMIN.iter().chain(&READ).copied() {
            assert!(names.contains(name), "{name} does not exist any more");
        }
    })
    .await;
}

#[tokio::test]
async fn no_operation_is_open_without_an_accepted_key() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let callers = [
            ("Missing API Key", app.anonymous()),
            (
                "Invalid API Key",
                app.alpha
                    .with_key("sk_live_0000000000000000000000000000000000000000000"),
            ),
            ("API Key is inactive", inactive(app).await),
            ("API Key has expired", expired(app).await),
        ];
        for operation in operations(app).await {
            for (detail, caller) in &callers {
                let answer = send(caller, &operation, &records).await;
                assert_refused(&answer, operation.expected.refused, detail, &operation);
            }
        }
    })
    .await;
}

async fn inactive(app: &TestApp) -> Caller {
    let body = json!({"name": "Inactive", "scopes": ["admin"]});
    let made = app.alpha.post("api-keys", &body).await.expect(201);
    let sql = "UPDATE api_keys SET active = false WHERE name = 'Inactive'";
    app.database.sql().await.batch_execute(sql).await.unwrap();
    app.alpha.with_key(made.text("api_key"))
}

async fn expired(app: &TestApp) -> Caller {
    let end = app.database.db.now() + chrono::TimeDelta::hours(1);
    let body = json!({"name": "Expired", "scopes": ["admin"], "expires_at": end});
    let made = app.alpha.post("api-keys", &body).await.expect(201);
    // The very moment at which it ends is past its time.
    app.database.clock.advance(chrono::TimeDelta::hours(1));
    app.alpha.with_key(made.text("api_key"))
}

#[tokio::test]
async fn a_key_does_no_more_than_its_scopes_allow() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        for operation in operations(app).await {
            let admin = ADMIN.contains(&operation.name().as_str());
            let said = operation
                .description
                .replace('\n', " ")
                .contains("Needs the scope `admin`");
            assert_eq!(said, admin, "the document of {}", operation.name());
            if admin || writes(&operation) {
                let scope = if admin { "admin" } else { "write" };
                let detail = format!("API Key lacks the scope {scope}");
                let answer = send(&app.alpha.reader, &operation, &records).await;
                assert_refused(&answer, 403, &detail, &operation);
            }
            if admin {
                let answer = send(&app.alpha.writer, &operation, &records).await;
                assert_refused(&answer, 403, "API Key lacks the scope admin", &operation);
            }
        }
    })
    .await;
}

/// What the other guards rely on: with the right key and the tenant's own records each operation succeeds.
#[tokio::test]
async fn every_operation_succeeds_with_the_least_key_it_takes() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let mut all = operations(app).await;
        all.sort_by_key(Operation::lateness);
        for operation in all {
            let caller = match (ADMIN.contains(&operation.name().as_str()), writes(&operation)) {
                (true, _) => &app.alpha.admin,
                (false, true) => &app.alpha.writer,
                (false, false) => &app.alpha.reader,
            };
            let answer = send(caller, &operation, &records).await;
            let body = String::from_utf8_lossy(&answer.body);
            assert!(
                (200..300).contains(&answer.status),
                "{}: {} {body}",
                operation.name(),
                answer.status
            );
        }
        app.run_pending_jobs().await;
    })
    .await;
}

/// Same status and same body.
#[track_caller]
fn assert_alike(foreign: &Response, unknown: &Response, what: &str) {
    let text = |answer: &Response| String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(
        (foreign.status, text(foreign)),
        (unknown.status, text(unknown)),
        "{what}"
    );
}

#[tokio::test]
async fn another_tenants_organization_answers_as_one_that_does_not_exist() {
    TestApp::run(async |app| {
        let (own, others) = tokio::join!(Records::make(app, &app.alpha), Records::make(app, &app.beta));
        let before = everything(app, &others).await;
        for operation in operations(app)
            .await
            .iter()
            .filter(|one| one.has("organization_id"))
        {
            let body = operation.body(&own);
            let foreign = [("organization_id", app.beta.organization_id.as_str())];
            let foreign = request(
                &app.alpha,
                operation,
                &operation.path(&others, &foreign),
                body.clone(),
            )
            .await;
            let unknown = unknown_id();
            let unknown = [("organization_id", unknown.as_str())];
            let unknown = request(&app.alpha, operation, &operation.path(&others, &unknown), body).await;
            assert_alike(&foreign, &unknown, &operation.name());
            assert_eq!(
                (foreign.status, foreign.detail()),
                (404, "Organization not found"),
                "{}",
                operation.name()
            );
        }
        assert_eq!(everything(app, &others).await, before);
    })
    .await;
}

#[tokio::test]
async fn another_tenants_records_answer_as_those_that_do_not_exist() {
    TestApp::run(async |app| {
        let (own, others) = tokio::join!(Records::make(app, &app.alpha), Records::make(app, &app.beta));
        let before = everything(app, &others).await;
        for operation in operations(app).await {
            for parameter in operation.record_parameters() {
                let body = operation.body(&own);
                let path = |id: &str| operation.path(&own, &[(&parameter, id)]);
                let foreign = path(others.get(&parameter).unwrap());
                let foreign = request(&app.alpha, &operation, &foreign, body.clone()).await;
                let unknown = path(&(operation.expected.unknown)(&parameter));
                let unknown = request(&app.alpha, &operation, &unknown, body).await;
                let what = format!("{} with another's {parameter}", operation.name());
                assert_alike(&foreign, &unknown, &what);
                assert_eq!(foreign.status, 404, "{what}");
            }
        }
        assert_eq!(everything(app, &others).await, before);
    })
    .await;
}

#[tokio::test]
async fn another_tenants_records_cannot_be_referred_to() {
    TestApp::run(async |app| {
        let (own, others) = tokio::join!(Records::make(app, &app.alpha), Records::make(app, &app.beta));
        let mut tried = 0;
        for operation in operations(app).await {
            let path = operation.path(&own, &[]);
            for field in operation.references(&own) {
                let body = |id: &str| {
                    let mut body = operation.body(&own).unwrap();
                    field.set(&mut body, id);
                    Some(body)
                };
                let foreign = body(others.get(&field.name()).unwrap());
                let foreign = request(&app.alpha, &operation, &path, foreign).await;
                let unknown = (operation.expected.unknown)(&field.name());
                let unknown = request(&app.alpha, &operation, &path, body(&unknown)).await;
                let what = format!("{} referring to another's {}", operation.name(), field.name());
                assert_alike(&foreign, &unknown, &what);
                assert_eq!(foreign.status, operation.expected.invalid, "{what}");
                tried += 1;
            }
        }
        assert!(tried >= 6, "{tried} references were tried");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_organizations_holds_the_keys_own() {
    TestApp::run(async |app| {
        let listed = app.alpha.get("/api/v2/organizations").await.expect(200);
        let own = json!([{"organization_id": app.alpha.organization_id, "name": "Alpha"}]);
        assert_eq!(listed.json["data"], own);
    })
    .await;
}

/// All that the other tenant can read.
async fn everything(app: &TestApp, records: &Records) -> Vec<Value> {
    let mut read = Vec::new();
    for operation in operations(app)
        .await
        .iter()
        .filter(|one| one.method == Method::GET)
    {
        let mut answer = send(&app.beta, operation, records).await.expect(200);
        // Reading is itself a use of the key.
        let keys = answer.json.get_mut("data").and_then(Value::as_array_mut);
        let keys = keys.into_iter().flatten();
        keys.for_each(|row| drop(row.as_object_mut().and_then(|row| row.remove("last_used_at"))));
        read.push(answer.json);
    }
    read
}
