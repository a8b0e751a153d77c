//! Drafts of responses.

use super::drafts_path;
use crate::organizations::channels::channel;
use crate::support::records::unknown_id;
use crate::support::shape::{NEW_RESPONSE_DRAFT, RESPONSE_DRAFT, assert_page, assert_shape};
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let body = json!({
            "body_html": "<p>Tuesday at 2pm<script>x()</script>.</p>", "cc_emails": ["cc@example.com"],
            "bcc_emails": [], "autosend_draft": false, "add_notification": false,
            "scheduled_send_at": "2026-03-12T01:00:00Z", "authorship": "ai",
        });
        let made = app.alpha.writer.post(&path, &body).await.expect(201);
        assert_shape(&made.json, NEW_RESPONSE_DRAFT);
        assert_eq!(made.json["scheduled_to_send"], true);
        let one = app
            .alpha
            .reader
            .get(&format!("{path}/{}", made.text("response_id")))
            .await
            .expect(200)
            .json;
        assert_shape(&one, RESPONSE_DRAFT);
        let shown = json!({
            "response_id": made.text("response_id"), "conversation_id": made.text("conversation_id"),
            "body_html": "<p>Tuesday at 2pm.</p>", "recipient_name": "Diana Prince",
            "recipient_email": "diana@example.com", "recipient_phone_number": "513-867-5309",
            "cc_emails": ["cc@example.com"], "bcc_emails": [],
            "scheduled_send_at": "2026-03-12T01:00:00.000000Z", "created_at": "2026-03-12T00:32:13.782565Z",
        });
        assert_eq!(one, shown);
        let listed = app.alpha.reader.get(&path).await.expect(200).json;
        assert_page(&listed, 25, RESPONSE_DRAFT);
        assert_eq!(listed["data"], json!([shown]));
    })
    .await;
}

#[tokio::test]
async fn a_second_request_overwrites_the_first() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let first = json!({"body_html": "<p>One</p>", "cc_emails": ["cc@example.com"],
            "scheduled_send_at": "2026-03-12T01:00:00Z"});
        let first = app.alpha.post(&path, &first).await.expect(201);
        app.database.clock.advance(chrono::TimeDelta::seconds(1));
        let second = app
            .alpha
            .post(&path, &json!({"body_html": "<p>Two</p>"}))
            .await
            .expect(200);
        assert_shape(&second.json, NEW_RESPONSE_DRAFT);
        assert_eq!(second.text("response_id"), first.text("response_id"));
        assert_eq!(second.json["scheduled_to_send"], false);
        let listed = app.alpha.get(&path).await.expect(200).json;
        let [one] = listed["data"].as_array().unwrap().as_slice() else {
            panic!("one: {listed}")
        };
        assert_eq!(one["body_html"], "<p>Two</p>");
        assert_eq!(one["cc_emails"], json!([]));
        assert_eq!(one["scheduled_send_at"], Value::Null);
        assert_eq!(one["created_at"], "2026-03-12T00:32:13.782565Z");
    })
    .await;
}

#[tokio::test]
async fn what_overwrites_nothing_is_not_logged() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let told = async || {
            let logged = app
                .alpha
                .get("audit-logs?record_type=response_draft")
                .await
                .expect(200);
            let entries = logged.json["data"].as_array().unwrap().clone();
            entries
                .iter()
                .map(|entry| entry["changes"].clone())
                .collect::<Vec<_>>()
        };
        let body = json!({"body_html": "<p>One</p>"});
        app.alpha.post(&path, &body).await.expect(201);
        app.alpha.post(&path, &body).await.expect(200);
        assert_eq!(told().await.len(), 1);
        let copied = json!({"body_html": "<p>One</p>", "cc_emails": ["cc@example.com"]});
        app.alpha.post(&path, &copied).await.expect(200);
        let changed = json!([{"field": "cc_emails", "from": [], "to": ["cc@example.com"]}]);
        assert_eq!(told().await[0], changed, "the body is the same");
        app.alpha
            .post(
                &path,
                &json!({"body_html": "<p>Two</p>", "cc_emails": ["cc@example.com"]}),
            )
            .await
            .expect(200);
        let changed = json!([{"field": "body_html", "from": "***", "to": "***"}]);
        assert_eq!(told().await[0], changed);
    })
    .await;
}

#[tokio::test]
async fn what_answers_a_text_must_hold_text() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let picture = json!({"body_html": "<img src=\"https://example.com/roof.png\">"});
        app.alpha.post(&path, &picture).await.expect(201);
        let messages = path.replace("response-drafts", "messages");
        let text = json!({"modality": "text", "message_direction": "received", "content": "Hello?"});
        app.alpha.post(&messages, &text).await.expect(201);
        let refused = app.alpha.post(&path, &picture).await.expect(422);
        assert!(
            refused.detail().starts_with("body_html: must hold some text"),
            "{}",
            refused.detail()
        );
        app.alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_with_its_own_status() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let put = async |key: &str, body: &str| {
            let request = app
                .alpha
                .request(Method::POST, &path)
                .header("Idempotency-Key", key);
            app.alpha.send(request.json(&json!({"body_html": body}))).await
        };
        put("k1", "One").await.expect(201);
        put("k2", "Two").await.expect(200);
        for (key, body, status) in [("k1", "One", 201), ("k2", "Two", 200)] {
            let again = put(key, body).await.expect(status);
            assert_eq!(again.header("idempotent-replayed"), "true");
        }
        let listed = app.alpha.get(&path).await.expect(200).json;
        assert_eq!(
            listed["data"][0]["body_html"], "Two",
            "a replay overwrites nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        for (body, field) in [
            (json!({}), "body_html"),
            (json!({"body_html": " "}), "body_html"),
            (json!({"body_html": "<script>x()</script>"}), "body_html"),
            (json!({"body_html": "a\u{0}b"}), "body_html"),
            (json!({"body_html": "Hi", "cc_emails": ["nobody"]}), "cc_emails"),
            (json!({"body_html": "Hi", "bcc_emails": ["nobody"]}), "bcc_emails"),
            (json!({"body_html": "Hi", "subject": "Hi"}), "subject"),
            (json!({"body_html": "Hi", "authorship": "both"}), "authorship"),
            (
                json!({"body_html": "Hi", "scheduled_send_at": "2026-03-12T00:00:00Z"}),
                "scheduled_send_at",
            ),
            (
                json!({"body_html": "Hi", "autosend_draft": true, "add_notification": true}),
                "add_notification",
            ),
        ] {
            let refused = app.alpha.post(&path, &body).await.expect(422);
            assert!(refused.detail().contains(field), "{body}: {}", refused.detail());
        }
        assert_eq!(app.alpha.get(&path).await.expect(200).json["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_channel_must_carry_it_and_an_address_be_there() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let channel = channel(&app.alpha, "email").await;
        app.alpha
            .patch(&channel, &json!({"active": false}))
            .await
            .expect(200);
        let refused = app
            .alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(422);
        assert!(
            refused.detail().contains("no active channel for email"),
            "{}",
            refused.detail()
        );
        app.alpha
            .patch(&channel, &json!({"active": true}))
            .await
            .expect(200);
        let nameless = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let body = json!({"contact_id": nameless.text("contact_id")});
        let made = app.alpha.post("conversations", &body).await.expect(201);
        let path = format!("conversations/{}/response-drafts", made.text("conversation_id"));
        let refused = app
            .alpha
            .post(&path, &json!({"body_html": "Hi", "autosend_draft": true}))
            .await;
        assert!(refused.expect(422).detail().contains("no e-mail address"));
        app.alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn dates_limit_when_it_was_made() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        app.alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(201);
        let made = "2026-03-12T00:32:13.782565Z";
        for (query, found) in [
            (format!("start_date={made}"), 1),
            (format!("end_date={made}"), 0),
            ("start_date=2026-03-12&end_date=2026-03-13".to_owned(), 1),
            ("start_date=2026-03-13".to_owned(), 0),
        ] {
            let listed = app.alpha.get(&format!("{path}?{query}")).await.expect(200).json;
            assert_eq!(listed["data"].as_array().unwrap().len(), found, "{query}");
        }
        let refused = app
            .alpha
            .get(&format!("{path}?start_date=2026-03-14&end_date=2026-03-13"))
            .await;
        assert_eq!(
            refused.expect(400).detail(),
            "start_date must be less than or equal to end_date"
        );
    })
    .await;
}

#[tokio::test]
async fn a_draft_belongs_to_its_conversation() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let made = app
            .alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(201);
        let id = made.text("response_id");
        let contact = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let body = json!({"contact_id": contact.text("contact_id")});
        let other = app.alpha.post("conversations", &body).await.expect(201);
        let other = format!("conversations/{}/response-drafts", other.text("conversation_id"));
        let nowhere = format!("conversations/{}/response-drafts", unknown_id());
        for (parent, detail) in [
            (&other, "Response draft not found"),
            (&nowhere, "Conversation not found"),
        ] {
            let one = format!("{parent}/{id}");
            assert_eq!(app.alpha.get(&one).await.expect(404).detail(), detail);
            assert_eq!(app.alpha.delete(&one).await.expect(404).detail(), detail);
        }
        assert_eq!(
            app.alpha.get(&nowhere).await.expect(404).detail(),
            "Conversation not found"
        );
        let message = app.alpha.get(&format!("message-drafts/{id}")).await.expect(404);
        assert_eq!(message.detail(), "Message draft not found");
        app.alpha.writer.delete(&format!("{path}/{id}")).await.expect(204);
        let gone = app.alpha.get(&format!("{path}/{id}")).await.expect(404);
        assert_eq!(gone.detail(), "Response draft not found");
        let anew = app
            .alpha
            .post(&path, &json!({"body_html": "Hi"}))
            .await
            .expect(201);
        assert_ne!(anew.text("response_id"), id);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_at_once_make_one_draft() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let puts = (0..100).map(|n| {
            let (path, time) = (&path, format!("2026-03-12T01:{:02}:00Z", n % 60));
            async move {
                let body = json!({"body_html": format!("<p>Body {n}</p>"), "scheduled_send_at": time});
                app.alpha.writer.post(path, &body).await
            }
        });
        let answers = join_all(puts).await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        let count = |status| statuses.iter().filter(|one| **one == status).count();
        assert_eq!((count(201), count(200)), (1, 99), "{statuses:?}");
        let ids: BTreeSet<_> = answers.iter().map(|answer| answer.text("response_id")).collect();
        assert_eq!(ids.len(), 1);

        // Each of them is in the log, one after the other, and the last one is what there is now.
        let sql = app.database.sql().await;
        let log = "SELECT action_type, changes::text FROM audit_logs \
                   WHERE record_type = 'response_draft' ORDER BY id";
        let log = sql.query(log, &[]).await.unwrap();
        let actions: Vec<&str> = log.iter().map(|row| row.get(0)).collect();
        assert_eq!(actions[0], "insert");
        assert_eq!(actions[1..], ["update"; 99]);
        let rows = sql
            .query("SELECT generation, status FROM drafts", &[])
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].get::<_, i32>(0), rows[0].get::<_, &str>(1)),
            (100, "pending")
        );
        let times: Vec<Value> = log.iter().filter_map(|row| scheduled(row.get(1))).collect();
        let one = app.alpha.get(&path).await.expect(200).json["data"][0].clone();
        let last = times.last().unwrap()["to"].as_str().unwrap();
        let shown = one["scheduled_send_at"].as_str().unwrap();
        assert_eq!(last[..19], shown[..19]);
        for pair in times.windows(2) {
            assert_eq!(pair[0]["to"], pair[1]["from"], "no update is lost");
        }
    })
    .await;
}

/// The change of the time in an entry of the log.
fn scheduled(changes: &str) -> Option<Value> {
    let changes: Vec<Value> = serde_json::from_str(changes).unwrap();
    changes
        .into_iter()
        .find(|change| change["field"] == "scheduled_send_at")
}
