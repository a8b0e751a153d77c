//! The error body, and requests that are no requests.

use super::stage::{Stage, assert_blames};
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::json;

const TASKS: &str = "/api/v1/tasks";

#[tokio::test]
async fn refusals_have_the_documented_body() {
    TestApp::run(async |app| {
        let refused = app.anonymous().get(TASKS).await.expect(401);
        let body = json!({"code": 401, "error": "Unauthorized", "message": "Missing API Key", "details": {}});
        assert_eq!(refused.json, body);
        let refused = app.alpha.reader.post(TASKS, &json!({})).await.expect(403);
        let message = "API Key lacks the scope write";
        let body = json!({"code": 403, "error": "Forbidden", "message": message, "details": {}});
        assert_eq!(refused.json, body);
        let unknown = "/api/v1/tasks/0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f";
        for path in [unknown, "/api/v1/tasks/task_123"] {
            let refused = app.alpha.get(path).await.expect(404);
            let body = json!({"code": 404, "error": "NotFound", "message": "Task not found", "details": {}});
            assert_eq!(refused.json, body, "{path}");
        }
        let refused = app.alpha.delete(TASKS).await.expect(405);
        assert_eq!(refused.text("error"), "MethodNotAllowed");
        assert_eq!(refused.header("allow"), "GET, HEAD, POST");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    TestApp::run(async |app| {
        let send = async |media_type: &str, body: String| {
            let request = app
                .alpha
                .request(Method::POST, TASKS)
                .header("content-type", media_type);
            app.alpha.send(request.body(body)).await
        };
        let refused = send("application/json", "{\"objective\": }".to_owned()).await;
        assert_blames(&refused, "request");
        assert!(
            refused.text("message").contains("line 1 column 15"),
            "{}",
            refused.json
        );
        let refused = send("text/plain", "{}".to_owned()).await.expect(415);
        assert_eq!(refused.text("error"), "UnsupportedMediaType");
        let large = format!("{{\"objective\": \"{}\"}}", "x".repeat(1024 * 1024));
        let refused = send("application/json", large).await.expect(413);
        assert_eq!(refused.text("error"), "PayloadTooLarge");
        assert_blames(&app.alpha.get("/api/v1/tasks?pageToken=%zz").await, "request");
        assert_blames(&app.alpha.get("/api/v1/tasks/%ff").await, "request");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_is_carried_out_once() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let send = async |body| {
            let request = app
                .alpha
                .request(Method::POST, TASKS)
                .header("Idempotency-Key", "k1");
            app.alpha.send(request.json(&body)).await
        };
        let first = send(stage.body(&json!({}))).await.expect(200);
        let again = send(stage.body(&json!({}))).await.expect(200);
        assert_eq!(
            (again.header("idempotent-replayed"), &again.body),
            ("true", &first.body)
        );
        let refused = send(stage.body(&json!({"objective": "Another"})))
            .await
            .expect(422);
        assert_eq!(
            (refused.json["code"].as_i64(), refused.text("error")),
            (Some(422), "UnprocessableEntity")
        );
        assert_eq!(app.alpha.get(TASKS).await.expect(200).json["totalCount"], 1);
    })
    .await;
}

#[tokio::test]
async fn what_hides_inside_stays_inside() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        let stage = Stage::of(app, &app.alpha).await;
        sql.batch_execute("ALTER TABLE tasks RENAME TO hidden")
            .await
            .unwrap();
        let failed = app.alpha.get(TASKS).await.expect(500);
        sql.batch_execute("ALTER TABLE hidden RENAME TO tasks")
            .await
            .unwrap();
        let id = failed.header("x-request-id");
        let message = format!("Internal server error (request {id})");
        let body = json!({"code": 500, "error": "InternalServerError", "message": message, "details": {}});
        assert_eq!(failed.json, body);
        stage.task(&json!({})).await;
    })
    .await;
}
