//! What every answer has, whatever was asked.

use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use serde_json::json;
use std::io::Read;

async fn get_with(caller: &Caller, path: &str, header: (&str, &str)) -> Response {
    let request = caller.request(Method::GET, path).header(header.0, header.1);
    caller.send(request).await
}

#[tokio::test]
async fn a_request_has_an_id() {
    TestApp::run(async |app| {
        let kept = get_with(&app.alpha, "contacts", ("X-Request-Id", "my-id_1.2")).await;
        assert_eq!(kept.header("x-request-id"), "my-id_1.2");
        let long = "x".repeat(129);
        for wild in ["a b", "a\"b", "", long.as_str()] {
            let answer = get_with(&app.alpha, "contacts", ("X-Request-Id", wild)).await;
            let fresh = answer.header("x-request-id");
            assert!(fresh.len() == 32 && fresh != wild, "{fresh}");
        }
        // Refusals and unknown routes have one too.
        for path in ["/nowhere", "contacts/1", "/healthz"] {
            assert_eq!(
                app.anonymous().get(path).await.header("x-request-id").len(),
                32,
                "{path}"
            );
        }
        let audited = "SELECT count(*) FROM audit_logs WHERE request_id = 'my-write'";
        let write = app
            .alpha
            .request(Method::POST, "contacts")
            .header("X-Request-Id", "my-write");
        app.alpha
            .send(write.json(&json!({"name": "Hal"})))
            .await
            .expect(201);
        let found: i64 = app
            .database
            .sql()
            .await
            .query_one(audited, &[])
            .await
            .unwrap()
            .get(0);
        assert_eq!(found, 1);
    })
    .await;
}

#[tokio::test]
async fn answers_are_compressed_when_asked() {
    TestApp::run(async |app| {
        let custom = json!({"name": "Hal", "custom_fields": {"notes": "roof ".repeat(1000)}});
        let made = app.alpha.post("contacts", &custom).await.expect(201);
        let path = format!("contacts/{}", made.text("contact_id"));
        for encoding in ["gzip", "br"] {
            let answer = get_with(&app.alpha, &path, ("Accept-Encoding", encoding))
                .await
                .expect(200);
            assert_eq!(answer.header("content-encoding"), encoding);
            assert!(
                answer.body.len() < made.body.len() / 4,
                "{} bytes",
                answer.body.len()
            );
            let mut plain = Vec::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(&*answer.body)
                    .read_to_end(&mut plain)
                    .unwrap(),
                _ => brotli::Decompressor::new(&*answer.body, 4096)
                    .read_to_end(&mut plain)
                    .unwrap(),
            };
            assert_eq!(plain, made.body);
        }
        assert_eq!(app.alpha.get(&path).await.header("content-encoding"), "");
    })
    .await;
}

#[tokio::test]
async fn answers_carry_security_headers() {
    TestApp::run(async |app| {
        for path in ["contacts", "/healthz", "/nowhere", "/"] {
            let answer = app.alpha.get(path).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert!(
                answer
                    .header("content-security-policy")
                    .starts_with("default-src 'none'"),
                "{path}"
            );
            // No origin may call the API unless configured.
            let foreign = get_with(&app.alpha, path, ("Origin", "https://evil.example")).await;
            assert_eq!(foreign.header("access-control-allow-origin"), "", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn machines_can_ask_how_it_is() {
    TestApp::run(async |app| {
        let anybody = app.anonymous();
        assert_eq!(anybody.get("/healthz").await.expect(200).text("status"), "ok");
        assert_eq!(anybody.get("/readyz").await.expect(200).text("status"), "ready");
        app.alpha.get("contacts/1").await.expect(400);
        let metrics = anybody.get("/metrics").await.expect(200);
        let text = String::from_utf8(metrics.body).unwrap();
        let line = r#"rapport_http_requests_total{method="GET",route="/api/v2/organizations/{organization_id}/contacts/{contact_id}",status="400"} 1"#;
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("HR_id_"), "figures are by route, not by path");
    })
    .await;
}

#[tokio::test]
async fn a_key_may_come_as_a_bearer_token() {
    TestApp::run(async |app| {
        let body = json!({"name": "Bearer", "scopes": ["read"]});
        let made = app.alpha.post("api-keys", &body).await.expect(201);
        let anybody = app.anonymous();
        let token = format!("Bearer {}", made.text("api_key"));
        get_with(&anybody, "contacts", ("Authorization", &token))
            .await
            .expect(200);
        for other in ["Basic eDp5", "Bearer", "Bearer "] {
            let refused = get_with(&anybody, "contacts", ("Authorization", other))
                .await
                .expect(403);
            assert_eq!(refused.detail(), "Missing API Key", "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    TestApp::run(async |app| {
        let head = app
            .alpha
            .send(app.alpha.request(Method::HEAD, "contacts"))
            .await
            .expect(200);
        assert!(head.body.is_empty());
        assert_eq!(head.header("content-type"), "application/json");
    })
    .await;
}

#[tokio::test]
async fn writes_are_audited_and_told() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let path = format!("contacts/{}", made.text("contact_id"));
        app.alpha.patch(&path, &json!({"name": "Kyle"})).await.expect(200);
        app.alpha.delete(&path).await.expect(204);
        // What is refused leaves nothing.
        app.alpha.post("contacts", &json!({})).await.expect(422);
        let sql = app.database.sql().await;
        let column = async |query: &str| -> Vec<String> {
            let rows = sql.query(query, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        };
        let audit = "SELECT action_type FROM audit_logs WHERE record_type = 'contact' ORDER BY id";
        assert_eq!(column(audit).await, ["insert", "update", "delete"]);
        let events = "SELECT kind FROM events WHERE subject_type = 'contact' ORDER BY id";
        assert_eq!(
            column(events).await,
            ["contact.created", "contact.updated", "contact.deleted"]
        );
        let changes =
            "SELECT changes::text FROM audit_logs WHERE action_type = 'update' AND record_type = 'contact'";
        let changes: serde_json::Value = serde_json::from_str(&column(changes).await[0]).unwrap();
        assert_eq!(changes, json!([{"field": "name", "from": "Hal", "to": "Kyle"}]));
    })
    .await;
}
