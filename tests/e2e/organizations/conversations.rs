//! Conversations.

use crate::support::shape::{CONVERSATION, assert_page, assert_shape};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::json;

async fn make(tenant: &Tenant) -> Response {
    let contact = tenant
        .post("contacts", &json!({"name": "Diana"}))
        .await
        .expect(201);
    let body = json!({"contact_id": contact.text("contact_id"), "folder": "Sales Follow-up"});
    tenant.writer.post("conversations", &body).await.expect(201)
}

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let made = make(&app.alpha).await;
        assert_shape(&made.json, CONVERSATION);
        assert_eq!(made.text("folder"), "sales-follow-up");
        let path = format!("conversations/{}", made.text("conversation_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let listed = app.alpha.reader.get("conversations").await.expect(200);
        assert_page(&listed.json, 25, CONVERSATION);
        assert_eq!(listed.json["data"], json!([made.json]));
    })
    .await;
}

#[tokio::test]
async fn its_subject_is_a_line_of_bounded_length() {
    TestApp::run(async |app| {
        let contact = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let about = |subject: &str| json!({"contact_id": contact.json["contact_id"], "subject": subject});
        for subject in ["a\u{0}b", &"x".repeat(999)] {
            let refused = app.alpha.post("conversations", &about(subject)).await.expect(422);
            assert!(refused.detail().starts_with("subject: "), "{}", refused.detail());
        }
        app.alpha
            .post("conversations", &about(&"x".repeat(998)))
            .await
            .expect(201);
    })
    .await;
}

#[tokio::test]
async fn it_is_filed_read_and_assigned() {
    TestApp::run(async |app| {
        let made = make(&app.alpha).await;
        let path = format!("conversations/{}", made.text("conversation_id"));
        let change = json!({"folder": "Primary", "is_read": true, "agent_id": app.alpha.agent_id});
        let changed = app.alpha.patch(&path, &change).await.expect(200);
        assert_shape(&changed.json, CONVERSATION);
        assert_eq!(
            (changed.text("folder"), &changed.json["is_read"]),
            ("primary", &json!(true))
        );
        let refused = app.alpha.patch(&path, &json!({"folder": "!"})).await.expect(422);
        assert!(refused.detail().starts_with("folder"), "{}", refused.detail());
    })
    .await;
}

#[tokio::test]
async fn what_is_received_makes_it_unread_and_active() {
    TestApp::run(async |app| {
        let made = make(&app.alpha).await;
        let path = format!("conversations/{}", made.text("conversation_id"));
        app.alpha
            .patch(&path, &json!({"is_read": true}))
            .await
            .expect(200);
        app.database.clock.advance(chrono::TimeDelta::hours(1));
        let message = json!({"modality": "text", "message_direction": "received", "content": "Hello?"});
        app.alpha
            .post(&format!("{path}/messages"), &message)
            .await
            .expect(201);
        let now = app.alpha.get(&path).await.expect(200);
        assert_eq!(now.json["is_read"], false);
        assert_eq!(now.text("last_activity_at"), "2026-03-12T01:32:13.782565Z");
        assert_eq!(now.text("start_at"), made.text("start_at"));
    })
    .await;
}

#[tokio::test]
async fn dates_take_the_start_and_leave_the_end() {
    TestApp::run(async |app| {
        let made = make(&app.alpha).await;
        let start = made.text("start_at");
        for list in [
            "conversations".to_owned(),
            format!("agents/{}/conversations", app.alpha.agent_id),
        ] {
            let id = made.text("conversation_id");
            app.alpha
                .patch(
                    &format!("conversations/{id}"),
                    &json!({"agent_id": app.alpha.agent_id}),
                )
                .await
                .expect(200);
            for (query, found) in [
                (format!("start_date={start}"), 1),
                (format!("end_date={start}"), 0),
                ("start_date=2026-03-12&end_date=2026-03-13".to_owned(), 1),
                ("start_date=2026-03-13".to_owned(), 0),
                ("start_date=2026-03-12T01:32:13.782565%2B01:00".to_owned(), 1),
                ("start_date=2026-03-12&end_date=2026-03-12".to_owned(), 0),
            ] {
                let listed = app.alpha.get(&format!("{list}?{query}")).await.expect(200);
                assert_eq!(listed.json["data"].as_array().unwrap().len(), found, "{query}");
            }
            let turned = app
                .alpha
                .get(&format!("{list}?start_date=2026-03-13&end_date=2026-03-12"))
                .await
                .expect(400);
            assert_eq!(
                turned.detail(),
                "start_date must be less than or equal to end_date"
            );
            let wrong = app
                .alpha
                .get(&format!("{list}?start_date=yesterday"))
                .await
                .expect(422);
            assert!(wrong.detail().starts_with("start_date"), "{}", wrong.detail());
        }
    })
    .await;
}
