//! Messages.

use crate::support::records::{Records, unknown_id};
use crate::support::shape::{MESSAGE, assert_page, assert_shape};
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

async fn messages_path(tenant: &Tenant) -> String {
    let contact = tenant
        .post("contacts", &json!({"name": "Diana"}))
        .await
        .expect(201);
    let body = json!({"contact_id": contact.text("contact_id")});
    let made = tenant.post("conversations", &body).await.expect(201);
    format!("conversations/{}/messages", made.text("conversation_id"))
}

/// One of each modality.
fn bodies() -> [Value; 5] {
    [
        json!({"modality": "email", "message_direction": "sent", "subject": "Your quote", "body_html": "<p>Hi <b>Diana</b><script>x()</script></p>",
            "email_metadata": {"email_message_id": "<1@example.com>", "cc_emails": ["cc@example.com"], "bcc_emails": []}}),
        json!({"modality": "text", "message_direction": "received", "content": "Hello?"}),
        json!({"modality": "call", "message_direction": "received", "call_transcript": "Hi there", "call_metadata": {"duration": 65}}),
        json!({"modality": "live_chat", "message_direction": "sent", "content": "How can I help?"}),
        json!({"modality": "form_request", "message_direction": "received", "form_request_body": {"roof": "leaks"}}),
    ]
}

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let path = messages_path(&app.alpha).await;
        let mut made = Vec::new();
        for body in bodies() {
            let answer = app.alpha.writer.post(&path, &body).await.expect(201);
            assert_shape(&answer.json, MESSAGE);
            for name in ["modality", "message_direction"] {
                assert_eq!(answer.json[name], body[name]);
            }
            assert_eq!(answer.json["is_form_request"], body["modality"] == "form_request");
            let one = app
                .alpha
                .reader
                .get(&format!("{path}/{}", answer.text("message_id")))
                .await;
            assert_eq!(one.expect(200).json, answer.json);
            made.insert(0, answer.json);
        }
        let listed = app.alpha.reader.get(&path).await.expect(200);
        assert_page(&listed.json, 50, MESSAGE);
        assert_eq!(listed.json["data"], json!(made), "newest first");
        let [form, _, call, _, email] = made.as_slice() else {
            panic!("five")
        };
        assert_eq!(form["form_request_body"], json!({"roof": "leaks"}));
        assert_eq!(call["call_metadata"]["duration"], 65);
        assert_eq!(email["content"], "Hi Diana");
        assert_eq!(email["email_metadata"]["cc_emails"], json!(["cc@example.com"]));
        assert_eq!(email["agent_id"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn html_is_sanitised() {
    TestApp::run(async |app| {
        let path = messages_path(&app.alpha).await;
        let made = app.alpha.post(&path, &bodies()[0]).await.expect(201);
        let html = app
            .alpha
            .get(&format!("{path}/{}/html", made.text("message_id")))
            .await
            .expect(200);
        assert_eq!(html.text("body_html"), "<p>Hi <b>Diana</b></p>");
    })
    .await;
}

#[tokio::test]
async fn the_keys_agent_wrote_what_is_sent() {
    TestApp::run(async |app| {
        let path = messages_path(&app.alpha).await;
        let [_, received, _, sent, _] = bodies();
        let sent = app.alpha.admin.post(&path, &sent).await.expect(201);
        assert_eq!(sent.text("agent_id"), app.alpha.agent_id);
        let received = app.alpha.admin.post(&path, &received).await.expect(201);
        assert_eq!(received.json["agent_id"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let path = messages_path(&app.alpha).await;
        for (body, field) in [
            (json!({"modality": "fax", "message_direction": "sent", "content": "Hi"}), "modality"),
            (json!({"modality": "text", "message_direction": "out", "content": "Hi"}), "message_direction"),
            (json!({"modality": "text", "message_direction": "sent"}), "content"),
            (json!({"modality": "call", "message_direction": "sent", "call_transcript": "Hi", "call_metadata": {"duration": -1}}), "duration"),
            (json!({"modality": "email", "message_direction": "sent", "content": "Hi", "email_metadata": {"cc_emails": ["nobody"]}}), "cc_emails"),
            (json!({"modality": "email", "message_direction": "sent", "content": "Hi", "email_metadata": {"to": []}}), "to"),
            (json!({"modality": "email", "message_direction": "sent", "subject": "Hi\r\nBcc: all@example.com"}), "subject: must be one line"),
            (json!({"modality": "email", "message_direction": "sent", "content": "Hi", "sent_at": "+10000-01-01T00:00:00Z"}), "sent_at: must be a date and time"),
        ] {
            let refused = app.alpha.post(&path, &body).await.expect(422);
            assert!(refused.detail().contains(field), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_belongs_to_its_conversation() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let message = records.get("message_id").unwrap();
        let other = messages_path(&app.alpha).await;
        let refused = app.alpha.get(&format!("{other}/{message}")).await.expect(404);
        assert_eq!(refused.detail(), "Message not found");
        let nowhere = app
            .alpha
            .get(&format!("conversations/{}/messages", unknown_id()))
            .await
            .expect(404);
        assert_eq!(nowhere.detail(), "Conversation not found");
    })
    .await;
}

#[tokio::test]
async fn dates_take_the_start_and_leave_the_end() {
    TestApp::run(async |app| {
        let path = messages_path(&app.alpha).await;
        let sent = "2026-03-01T12:00:00.000000Z";
        let body = json!({"modality": "text", "message_direction": "sent", "content": "Hi", "sent_at": sent});
        assert_eq!(
            app.alpha.post(&path, &body).await.expect(201).text("sent_at"),
            sent
        );
        for (query, found) in [
            (format!("start_date={sent}"), 1),
            (format!("end_date={sent}"), 0),
            ("end_date=2026-03-02".to_owned(), 1),
        ] {
            let listed = app.alpha.get(&format!("{path}?{query}")).await.expect(200);
            assert_eq!(listed.json["data"].as_array().unwrap().len(), found, "{query}");
        }
        let turned = app
            .alpha
            .get(&format!("{path}?start_date=2026-03-13&end_date=2026-03-12"))
            .await
            .expect(400);
        assert_eq!(
            turned.detail(),
            "start_date must be less than or equal to end_date"
        );
    })
    .await;
}

#[tokio::test]
async fn attachments_are_listed_and_downloaded() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let id = |name| records.get(name).unwrap();
        let path = format!("conversations/{}/messages/{}/attachments", id("conversation_id"), id("message_id"));
        let listed = app.alpha.get(&path).await.expect(200);
        let expected = json!([{"file_id": id("file_id"), "name": "roof.txt", "content_type": "text/plain", "size": 4, "content_id": null}]);
        assert_eq!(listed.json["data"], expected);
        let file = app.alpha.get(&format!("files/{}", id("file_id"))).await.expect(200);
        assert_eq!(file.body, b"roof");
        assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    })
    .await;
}
