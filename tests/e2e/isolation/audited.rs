//! Every write is in the audit log: for every operation of the OpenAPI document that is no GET, so that the guard grows
//! with the API by itself.

use super::operation::{Operation, operations};
use crate::support::records::Records;
use rapport_crm_core::audit::RECORD_TYPES;
use rapport_test_support::TestApp;
use reqwest::Method;
use std::collections::BTreeSet;

/// What changes nothing although it is no GET.
const READS: [&str; 1] = ["POST /api/v1/contacts/search"];

#[tokio::test]
async fn every_write_is_in_the_audit_log_with_its_request_and_its_actor() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let mut writes = operations(app).await;
        writes.retain(|one| one.method != Method::GET && !READS.contains(&one.name().as_str()));
        writes.sort_by_key(Operation::lateness);
        assert!(writes.len() >= 17, "{} writes", writes.len());
        let mut open = Vec::new();
        for (number, operation) in writes.iter().enumerate() {
            let id = format!("write-{number}");
            let path = operation.path(&records, &[]);
            let mut request = app.alpha.request(operation.method.clone(), &path);
            request = request.header("X-Request-Id", &id);
            request = operation.with_body(request, operation.body(&records));
            let answer = app.alpha.send(request).await;
            let body = String::from_utf8_lossy(&answer.body);
            assert!(
                (200..300).contains(&answer.status),
                "{}: {body}",
                operation.name()
            );
            if logged(app, &id).await == 0 {
                open.push(operation.name());
            }
        }
        assert!(open.is_empty(), "these leave nothing in the audit log: {open:#?}");
        app.run_pending_jobs().await;
        types_are_known(app).await;
    })
    .await;
}

/// How many entries this request has left, of its key and the agent for whom it acts.
async fn logged(app: &TestApp, request: &str) -> i64 {
    let sql = "SELECT count(*) FROM audit_logs l JOIN agents a ON a.organization_id = l.organization_id \
               AND a.id = l.agent_id WHERE request_id = $1 AND actor_type = 'key' AND api_key_id IS NOT NULL \
               AND a.organization_id = $2";
    let sql = app
        .database
        .sql()
        .await
        .query_one(sql, &[&request, &app.alpha.organization])
        .await;
    sql.unwrap().get(0)
}

/// What is in the log can be asked for by its type.
async fn types_are_known(app: &TestApp) {
    let types = "SELECT DISTINCT record_type FROM audit_logs";
    let rows = app.database.sql().await.query(types, &[]).await.unwrap();
    let types: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let unknown: Vec<_> = types
        .iter()
        .filter(|name| !RECORD_TYPES.contains(&name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "audit::RECORD_TYPES lacks {unknown:?}");
    for name in types {
        let found = app
            .alpha
            .get(&format!("audit-logs?record_type={name}"))
            .await
            .expect(200);
        assert_ne!(found.json["data"].as_array().unwrap().len(), 0, "{name}");
    }
}
