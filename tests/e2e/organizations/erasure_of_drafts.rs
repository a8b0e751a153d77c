//! Erasing a contact: drafts to the person.

use chrono::TimeDelta;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

pub(super) const IN_AN_HOUR: &str = "2026-03-12T01:32:13.782565Z";

/// A first message, by e-mail unless these fields say otherwise; answers its path.
pub(super) async fn draft(app: &TestApp, fields: Value) -> String {
    let mut body = json!({"modality": "email"});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = app.alpha.post("message-drafts", &body).await.expect(201);
    format!("message-drafts/{}", made.text("draft_id"))
}

/// A response in a conversation; answers its path.
pub(super) async fn respond(app: &TestApp, conversation: &str, body: &Value) -> String {
    let path = format!("{conversation}/response-drafts");
    let made = app.alpha.post(&path, body).await;
    assert!([200, 201].contains(&made.status), "{}", made.detail());
    format!("{path}/{}", made.text("response_id"))
}

/// A contact, and the path to it.
async fn contact(app: &TestApp, body: &Value) -> String {
    let made = app.alpha.post("contacts", body).await.expect(201);
    format!("contacts/{}", made.text("contact_id"))
}

async fn carol(app: &TestApp) -> String {
    let carol = json!({"name": "Carol", "email": "carol@ferris.example", "phone_number": "513-867-5309"});
    contact(app, &carol).await
}

async fn erase(app: &TestApp, contact: &str) {
    let confirmed = json!({"confirm": true});
    app.alpha
        .post(&format!("{contact}/erase"), &confirmed)
        .await
        .expect(204);
}

async fn an_hour_later(app: &TestApp) {
    app.database.clock.advance(TimeDelta::hours(1));
    app.run_pending_jobs().await;
}

async fn messages(app: &TestApp) -> i64 {
    let count = "SELECT count(*) FROM messages";
    app.database
        .sql()
        .await
        .query_one(count, &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn what_was_not_sent_to_the_person_is_deleted_and_never_sent() {
    TestApp::run(async |app| {
        // One without any conversation.
        let path = carol(app).await;
        let to = [
            json!({"to_email": "Carol@Ferris.example", "subject": "Hi", "scheduled_send_at": IN_AN_HOUR}),
            json!({"modality": "text", "to_phone_number": "+1 (513) 867 5309", "body_html": "Hi",
                "scheduled_send_at": IN_AN_HOUR}),
            json!({"to_email": "carol@ferris.example", "subject": "Hi"}),
        ];
        let mut drafts = Vec::new();
        for fields in to {
            drafts.push(draft(app, fields).await);
        }
        erase(app, &path).await;
        an_hour_later(app).await;
        for draft in &drafts {
            app.alpha.get(draft).await.expect(404);
        }
        assert_eq!(messages(app).await, 0);
        let deleted = app
            .alpha
            .get("audit-logs?record_type=message_draft&action_type=delete");
        let deleted = deleted.await.expect(200);
        let deleted = deleted.json["data"].as_array().unwrap().clone();
        assert_eq!(deleted.len(), 3);
        for entry in deleted {
            let changes = entry["changes"].as_array().unwrap();
            let from = |field: &str| {
                let change = changes.iter().find(|change| change["field"] == field);
                change.map_or(Value::Null, |change| change["from"].clone())
            };
            assert_eq!(from("status"), "pending", "{changes:?}");
            for told in ["to_email", "to_phone_number", "subject"] {
                assert!(from(told).is_null() || from(told) == "[erased]", "{changes:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_stays_empty() {
    TestApp::run(async |app| {
        let path = carol(app).await;
        let fields = json!({"to_email": "carol@ferris.example", "to_user_name": "Carol", "subject": "Hi",
            "body_html": "Hi Carol", "cc_emails": ["hal@example.com"], "autosend_draft": true});
        let sent = draft(app, fields).await;
        app.run_pending_jobs().await;
        let delivery = app.alpha.get(&format!("{sent}/delivery")).await.expect(200);
        assert_eq!(delivery.text("status"), "sent");
        erase(app, &path).await;
        let left = app.alpha.get(&sent).await.expect(200);
        for emptied in ["subject", "body_html", "recipient_name", "recipient_email"] {
            assert_eq!(left.json[emptied], Value::Null, "{emptied}");
        }
        assert_eq!(left.json["cc_emails"], json!([]));
        let after = app.alpha.get(&format!("{sent}/delivery")).await.expect(200);
        assert_eq!(after.json, delivery.json);
    })
    .await;
}

#[tokio::test]
async fn what_goes_to_others_goes_without_a_copy_to_the_person() {
    TestApp::run(async |app| {
        let path = carol(app).await;
        let fields = json!({"to_email": "hal@example.com", "subject": "Hi", "scheduled_send_at": IN_AN_HOUR,
            "cc_emails": ["kara@example.com", "CAROL@ferris.example"], "bcc_emails": ["carol@ferris.example"]});
        let kept = draft(app, fields).await;
        erase(app, &path).await;
        an_hour_later(app).await;
        let delivery = app.alpha.get(&format!("{kept}/delivery")).await.expect(200);
        let message = format!(
            "conversations/{}/messages/{}",
            delivery.text("conversation_id"),
            delivery.text("message_id")
        );
        let message = app.alpha.get(&message).await.expect(200);
        let copies = &message.json["email_metadata"];
        assert_eq!(copies["cc_emails"], json!(["kara@example.com"]));
        assert_eq!(copies["bcc_emails"], json!([]));
        // The log goes on to tell to whom it went.
        let log = app.alpha.get("audit-logs?record_type=message_draft&action_type=insert");
        let log = log.await.expect(200);
        let changes = log.json["data"][0]["changes"].as_array().unwrap();
        let to = |field: &str| &changes.iter().find(|change| change["field"] == field).unwrap()["to"];
        assert_eq!(to("to_email"), "hal@example.com");
        assert_eq!(to("cc_emails"), "[erased]");
    })
    .await;
}

#[tokio::test]
async fn responses_to_the_person_go_and_no_new_ones_come() {
    TestApp::run(async |app| {
        let path = carol(app).await;
        let new = json!({"contact_id": path.strip_prefix("contacts/").unwrap()});
        let made = app.alpha.post("conversations", &new).await.expect(201);
        let conversation = format!("conversations/{}", made.text("conversation_id"));
        let body = json!({"body_html": "Hi Carol", "scheduled_send_at": IN_AN_HOUR});
        let response = respond(app, &conversation, &body).await;
        erase(app, &path).await;
        an_hour_later(app).await;
        app.alpha.get(&response).await.expect(404);
        assert_eq!(messages(app).await, 0);
        let again = json!({"body_html": "Hi Carol"});
        let refused = app
            .alpha
            .post(&format!("{conversation}/response-drafts"), &again)
            .await;
        let refused = refused.expect(409);
        assert_eq!(refused.detail(), "The contact of this conversation was erased");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_anothers_by_now_is_left_alone() {
    TestApp::run(async |app| {
        let path = carol(app).await;
        app.alpha.delete(&path).await.expect(204);
        let heir = contact(app, &json!({"name": "Heir", "email": "carol@ferris.example"})).await;
        let fields =
            json!({"to_email": "carol@ferris.example", "subject": "Hi", "scheduled_send_at": IN_AN_HOUR});
        let kept = draft(app, fields).await;
        erase(app, &path).await;
        an_hour_later(app).await;
        let delivery = app.alpha.get(&format!("{kept}/delivery")).await.expect(200);
        assert_eq!(delivery.text("status"), "sent");
        let conversations = app.alpha.get(&format!("{heir}/conversations")).await.expect(200);
        assert_eq!(
            conversations.json["data"][0]["conversation_id"],
            delivery.text("conversation_id")
        );
    })
    .await;
}

#[tokio::test]
async fn an_erasure_while_drafts_are_sent_leaves_none_behind() {
    TestApp::run(async |app| {
        let mut people = Vec::new();
        for number in 0..6 {
            let address = format!("carol{number}@example.com");
            people.push(contact(app, &json!({"name": "Carol", "email": address})).await);
            let fields = json!({"to_email": address, "subject": "Hi Carol", "scheduled_send_at": IN_AN_HOUR});
            draft(app, fields).await;
        }
        app.database.clock.advance(TimeDelta::hours(1));
        let work = people.iter().map(|path| erase(app, path));
        tokio::join!(futures_util::future::join_all(work), app.run_pending_jobs());
        app.run_pending_jobs().await;
        let sql = app.database.sql().await;
        let left = "SELECT count(*) FROM drafts WHERE to_email IS NOT NULL OR subject IS NOT NULL";
        let left: i64 = sql.query_one(left, &[]).await.unwrap().get(0);
        let told = "SELECT count(*) FROM messages WHERE subject IS NOT NULL OR to_addresses <> '{}'";
        let told: i64 = sql.query_one(told, &[]).await.unwrap().get(0);
        assert_eq!((left, told), (0, 0));
    })
    .await;
}
