//! Erasing a contact: whatever tells of the person, wherever it stands.

use super::erasure_of_drafts::{IN_AN_HOUR, draft, respond};
use chrono::TimeDelta;
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

/// In all that is told of the person, and in nothing else.
const MARK: &str = "quagga";
const PHONE: &str = "5138675309";

/// Where the person stands before: columns that a test of theirs must fill.
const FILLED: [&str; 26] = [
    "audit_logs.changes",
    "contact_addresses.address",
    "contact_addresses.normalized",
    "contacts.company_role",
    "contacts.custom_fields",
    "contacts.email",
    "contacts.name",
    "contacts.search_text",
    "drafts.bcc_emails",
    "drafts.body_html",
    "drafts.cc_emails",
    "drafts.subject",
    "drafts.to_email",
    "drafts.to_user_name",
    "idempotency_keys.body",
    "messages.bcc_emails",
    "messages.call_transcript",
    "messages.cc_emails",
    "messages.content",
    "messages.email_message_id",
    "messages.form_request_body",
    "messages.html",
    "messages.subject",
    "messages.to_addresses",
    "conversations.subject_key",
    "search_words.word",
];

/// The columns of all tables, whatever their type, that hold this text in whatever case.
async fn holding(app: &TestApp, text: &str) -> Vec<String> {
    let sql = app.database.sql().await;
    let columns = "SELECT c.table_name::text, c.column_name::text, c.data_type = 'bytea' \
                   FROM information_schema.columns AS c JOIN information_schema.tables AS t \
                       USING (table_schema, table_name) \
                   WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2";
    let mut found = Vec::new();
    for row in sql.query(columns, &[]).await.unwrap() {
        let (table, column, is_bytes): (String, String, bool) = (row.get(0), row.get(1), row.get(2));
        let shown = if is_bytes {
            format!("encode(\"{column}\", 'escape')")
        } else {
            format!("\"{column}\"::text")
        };
        let look = format!("SELECT count(*) FROM \"{table}\" WHERE position($1 in lower({shown})) > 0");
        let count: i64 = sql.query_one(&look, &[&text]).await.unwrap().get(0);
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

fn email(name: &str) -> String {
    format!("{name}@Quagga.example")
}

/// Makes the contact, of two, with a key under which the answer is kept.
async fn person(app: &TestApp) -> String {
    let body = json!({"name": "Quagga One", "email": email("One"), "phone_number": "(513) 867-5309",
        "company_role": "Quagga keeper", "custom_fields": {"notes": "quagga"}});
    let request = app
        .alpha
        .request(Method::POST, "contacts")
        .header("Idempotency-Key", "first");
    let one = app.alpha.send(request.json(&body)).await.expect(201);
    let other = json!({"name": "Quagga Two", "email": email("Two"), "custom_fields": {"quagga": true}});
    let other = app.alpha.post("contacts", &other).await.expect(201);
    let path = format!("contacts/{}", one.text("contact_id"));
    let from = json!({"from": [other.text("contact_id")]});
    app.alpha.post(&format!("{path}/merge"), &from).await.expect(200);
    path
}

/// Says something of each kind in a conversation with the contact; answers the conversation's path.
async fn talk(app: &TestApp, path: &str) -> String {
    let contact = path.strip_prefix("contacts/").unwrap();
    let new = json!({"contact_id": contact, "subject": "The quagga"});
    let made = app.alpha.post("conversations", &new).await.expect(201);
    let path = format!("conversations/{}", made.text("conversation_id"));
    let said = |modality: &str, more: Value| {
        let mut message = json!({"modality": modality, "message_direction": "received"});
        for (key, value) in more.as_object().unwrap() {
            message[key] = value.clone();
        }
        message
    };
    for message in [
        said(
            "email",
            json!({"subject": "Quagga", "body_html": "<p>quagga</p>", "content": "quagga", "email_metadata": {
            "email_message_id": "<1@quagga.example>", "cc_emails": [email("One")], "bcc_emails": [email("Two")]}}),
        ),
        said("call", json!({"call_transcript": "quagga"})),
        said("form_request", json!({"form_request_body": {"name": "quagga"}})),
    ] {
        app.alpha
            .post(&format!("{path}/messages"), &message)
            .await
            .expect(201);
    }
    path
}

/// Drafts of all kinds and states.
async fn drafts(app: &TestApp, conversation: &str) {
    let to = json!({"to_email": email("one"), "to_user_name": "Quagga", "subject": "Quagga",
        "body_html": "<p>quagga</p>", "cc_emails": [email("two")], "bcc_emails": [email("one")]});
    let mut sent = to.clone();
    sent["autosend_draft"] = true.into();
    draft(app, sent).await;
    app.run_pending_jobs().await;
    let mut planned = to.clone();
    planned["scheduled_send_at"] = IN_AN_HOUR.into();
    draft(app, planned).await;
    let deleted = draft(app, to).await;
    app.alpha.delete(&deleted).await.expect(204);
    let text = json!({"modality": "text", "to_phone_number": "+1 513 867-5309", "body_html": "quagga"});
    draft(app, text).await;
    let others = json!({"to_email": "hal@example.com", "subject": "Hi", "cc_emails": [email("TWO")]});
    draft(app, others).await;
    let response =
        json!({"body_html": "Dear quagga", "cc_emails": [email("one")], "scheduled_send_at": IN_AN_HOUR});
    respond(app, conversation, &response).await;
}

#[tokio::test]
async fn no_column_of_any_table_holds_anything_of_the_person() {
    TestApp::run(async |app| {
        let path = person(app).await;
        let conversation = talk(app, &path).await;
        drafts(app, &conversation).await;
        let before = holding(app, MARK).await;
        for column in FILLED {
            assert!(
                before.iter().any(|found| found == column),
                "{column} among {before:?}"
            );
        }
        let messages = "SELECT count(*) FROM messages";
        let count = async || -> i64 {
            app.database
                .sql()
                .await
                .query_one(messages, &[])
                .await
                .unwrap()
                .get(0)
        };
        let said = count().await;

        let confirmed = json!({"confirm": true});
        app.alpha
            .post(&format!("{path}/erase"), &confirmed)
            .await
            .expect(204);
        assert_eq!(holding(app, MARK).await, ["idempotency_keys.body"]);
        // Kept answers go within a day. Meanwhile the time of drafts comes that were planned.
        for _ in 0..25 {
            app.database.clock.advance(TimeDelta::hours(1));
            app.run_pending_jobs().await;
        }
        app.app.worker().schedule_periodic().await.unwrap();
        app.run_pending_jobs().await;
        for text in [MARK, PHONE, "867-5309"] {
            assert_eq!(holding(app, text).await, [""; 0], "{text}");
        }
        assert_eq!(count().await, said, "nothing was sent");
    })
    .await;
}
