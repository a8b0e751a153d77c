//! `Idempotency-Key`.

use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn post(caller: &Caller, path: &str, key: &str, body: &Value) -> Response {
    let request = caller.request(Method::POST, path).header("Idempotency-Key", key);
    caller.send(request.json(body)).await
}

async fn count(caller: &Caller) -> usize {
    caller.get("contacts").await.expect(200).json["data"]
        .as_array()
        .unwrap()
        .len()
}

#[tokio::test]
async fn the_same_request_is_carried_out_once() {
    TestApp::run(async |app| {
        let body = json!({"name": "Hal", "email": "hal@example.com"});
        let first = post(&app.alpha, "contacts", "k1", &body).await.expect(201);
        assert_eq!(first.header("idempotent-replayed"), "");
        let again = post(&app.alpha, "contacts", "k1", &body).await.expect(201);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.body, first.body);
        assert_eq!(count(&app.alpha).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_repeated_answer_tells_the_version_too() {
    TestApp::run(async |app| {
        let sale = post(&app.alpha, "sales", "k1", &json!({})).await.expect(201);
        let status = format!("sales/{}/status", sale.text("sale_id"));
        let quoted = json!({"status": "quote_sent"});
        let moved = post(&app.alpha, &status, "k2", &quoted).await.expect(200);
        assert_eq!((sale.header("etag"), moved.header("etag")), ("\"1\"", "\"2\""));
        let again = post(&app.alpha, "sales", "k1", &json!({})).await.expect(201);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!((again.header("etag"), &again.body), ("\"1\"", &sale.body));
        let again = post(&app.alpha, &status, "k2", &quoted).await.expect(200);
        assert_eq!((again.header("etag"), &again.body), ("\"2\"", &moved.body));
    })
    .await;
}

#[tokio::test]
async fn another_request_with_the_key_is_refused() {
    TestApp::run(async |app| {
        post(&app.alpha, "contacts", "k1", &json!({"name": "Hal"}))
            .await
            .expect(201);
        for (path, body) in [
            ("contacts", json!({"name": "Kyle"})),
            ("companies", json!({"name": "Hal"})),
        ] {
            let refused = post(&app.alpha, path, "k1", &body).await.expect(422);
            assert!(
                refused.detail().starts_with("Idempotency-Key"),
                "{}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_key_is_the_credentials_own_and_lasts_a_day() {
    TestApp::run(async |app| {
        let body = json!({"name": "Hal"});
        for caller in [&app.alpha.admin, &app.alpha.writer, &app.beta.admin] {
            let made = post(caller, "contacts", "k1", &body).await.expect(201);
            assert_eq!(made.header("idempotent-replayed"), "");
        }
        app.database
            .clock
            .advance(chrono::TimeDelta::hours(24) - chrono::TimeDelta::seconds(1));
        assert_eq!(
            post(&app.alpha, "contacts", "k1", &body)
                .await
                .header("idempotent-replayed"),
            "true"
        );
        app.database.clock.advance(chrono::TimeDelta::seconds(1));
        let anew = post(&app.alpha, "contacts", "k1", &body).await.expect(201);
        assert_eq!(anew.header("idempotent-replayed"), "");
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_leaves_the_key_free() {
    TestApp::run(async |app| {
        post(&app.alpha, "contacts", "k1", &json!({})).await.expect(422);
        post(&app.alpha, "contacts", "k1", &json!({"name": "Hal"}))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn requests_at_once_make_one_contact() {
    TestApp::run(async |app| {
        let body = json!({"name": "Hal"});
        let send = || post(&app.alpha, "contacts", "k1", &body);
        let answers = tokio::join!(send(), send(), send(), send(), send(), send());
        let answers: [Response; 6] = answers.into();
        let made = answers
            .iter()
            .filter(|one| one.status == 201 && one.header("idempotent-replayed").is_empty());
        assert_eq!(made.count(), 1);
        for answer in &answers {
            let replayed = answer.header("idempotent-replayed") == "true";
            assert!(
                answer.status == 201 || answer.status == 409,
                "{} {replayed}",
                answer.status
            );
        }
        assert_eq!(count(&app.alpha).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_running_request_answers_409() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        // Holds the table in which the first request will write, so that it is still running.
        sql.batch_execute("BEGIN; LOCK TABLE contacts IN EXCLUSIVE MODE")
            .await
            .unwrap();
        let body = json!({"name": "Hal"});
        let first = post(&app.alpha, "contacts", "k1", &body);
        let second = async {
            loop {
                let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
                let waiting: i64 = sql.query_one(waiting, &[]).await.unwrap().get(0);
                if waiting > 0 {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let refused = post(&app.alpha, "contacts", "k1", &body).await;
            sql.batch_execute("ROLLBACK").await.unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(
            second.expect(409).detail(),
            "A request with this Idempotency-Key is still running"
        );
        first.expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_key_has_1_to_255_characters() {
    TestApp::run(async |app| {
        post(&app.alpha, "contacts", &"k".repeat(255), &json!({"name": "Hal"}))
            .await
            .expect(201);
        for key in ["", &"k".repeat(256)] {
            let refused = post(&app.alpha, "contacts", key, &json!({"name": "Hal"}))
                .await
                .expect(422);
            assert!(
                refused.detail().starts_with("Idempotency-Key"),
                "{}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_made_is_not_kept() {
    TestApp::run(async |app| {
        let body = json!({"name": "Website form", "scopes": ["read"]});
        let first = post(&app.alpha, "api-keys", "k1", &body).await.expect(201);
        assert!(first.json["api_key"].is_string());
        let again = post(&app.alpha, "api-keys", "k1", &body).await.expect(201);
        assert_eq!(again.json["api_key"], Value::Null);
        assert_eq!(again.json["api_key_id"], first.json["api_key_id"]);
    })
    .await;
}
