//! Drafts of first messages and of responses.

mod messages;
mod record;
mod responses;
mod sending;
mod trouble;
mod workers;

use chrono::TimeDelta;
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

const IN_AN_HOUR: &str = "2026-03-12T01:32:13.782565Z";

/// A first message to Diana, sent in an hour, with these fields besides or instead.
async fn first(tenant: &Tenant, fields: Value) -> String {
    let mut body = json!({"modality": "email", "to_email": "Diana@Example.com", "to_user_name": "Diana Prince",
        "subject": "Your quote", "body_html": "<p>Hi <b>Diana</b></p>", "scheduled_send_at": IN_AN_HOUR});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = tenant.post("message-drafts", &body).await.expect(201);
    format!("message-drafts/{}", made.text("draft_id"))
}

async fn respond(tenant: &Tenant, path: &str, body: &Value) -> String {
    let made = tenant.post(path, body).await;
    assert!([200, 201].contains(&made.status), "{:?}", made.json);
    format!("{path}/{}", made.text("response_id"))
}

async fn delivery(tenant: &Tenant, draft: &str) -> Value {
    tenant.get(&format!("{draft}/delivery")).await.expect(200).json
}

/// The message that a draft became.
async fn message(tenant: &Tenant, draft: &str) -> Value {
    let delivery = delivery(tenant, draft).await;
    assert_eq!(delivery["status"], "sent", "{delivery}");
    let id = |name: &str| delivery[name].as_str().unwrap().to_owned();
    let path = format!(
        "conversations/{}/messages/{}",
        id("conversation_id"),
        id("message_id")
    );
    tenant.get(&path).await.expect(200).json
}

async fn an_hour_later(app: &TestApp) {
    app.database.clock.advance(TimeDelta::hours(1));
    app.run_pending_jobs().await;
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

async fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    let rows = app.database.sql().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Takes the jobs that were given up away, and answers why they were.
async fn given_up(app: &TestApp) -> Vec<String> {
    texts(
        app,
        "DELETE FROM jobs WHERE state = 'dead' AND kind = 'draft.send' RETURNING last_error",
    )
    .await
}

/// A conversation with Diana: the path of its response drafts.
async fn drafts_path(tenant: &Tenant) -> String {
    let diana = json!({"name": "Diana Prince", "email": "diana@example.com", "phone_number": "513-867-5309"});
    let contact = tenant.post("contacts", &diana).await.expect(201);
    let body = json!({"contact_id": contact.text("contact_id")});
    let made = tenant.post("conversations", &body).await.expect(201);
    format!("conversations/{}/response-drafts", made.text("conversation_id"))
}
