//! Drafts of first messages.

use crate::organizations::channels::channel;
use crate::support::shape::{MESSAGE_DRAFT, NEW_MESSAGE_DRAFT, assert_page, assert_shape};
use rapport_test_support::TestApp;
use serde_json::{Value, json};

/// A draft to Diana, with these fields besides or instead.
fn draft(fields: &Value) -> Value {
    let mut body = json!({"modality": "email", "to_email": "diana@example.com", "subject": "Your quote"});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let body = draft(&json!({
            "to_user_name": "Diana Prince", "to_phone_number": "513-867-5309",
            "body_html": "<p>Hi<script>x()</script> Diana</p>", "folder": "Sales Follow-up",
            "cc_emails": ["cc@example.com"], "bcc_emails": ["bcc@example.com"],
            "scheduled_send_at": "2026-03-12T01:00:00Z", "agent_id": app.alpha.agent_id,
            "authorship": "ai", "autosend_draft": false, "add_notification": false,
        }));
        let made = app.alpha.writer.post("message-drafts", &body).await.expect(201);
        assert_shape(&made.json, NEW_MESSAGE_DRAFT);
        let time = "2026-03-12T01:00:00.000000Z";
        assert_eq!(made.json["scheduled_to_send"], true);
        assert_eq!((made.text("scheduled_send_at"), made.text("folder")), (time, "sales-follow-up"));
        let path = format!("message-drafts/{}", made.text("draft_id"));
        let one = app.alpha.reader.get(&path).await.expect(200).json;
        assert_shape(&one, MESSAGE_DRAFT);
        let shown = json!({
            "draft_id": made.text("draft_id"), "subject": "Your quote", "body_html": "<p>Hi Diana</p>",
            "modality": "email", "agent_id": app.alpha.agent_id, "recipient_name": "Diana Prince",
            "recipient_email": "diana@example.com", "recipient_phone_number": "513-867-5309",
            "cc_emails": ["cc@example.com"], "bcc_emails": ["bcc@example.com"],
            "scheduled_send_at": time, "folder": "sales-follow-up", "created_at": "2026-03-12T00:32:13.782565Z",
        });
        assert_eq!(one, shown);
        let listed = app.alpha.reader.get("message-drafts").await.expect(200).json;
        assert_page(&listed, 25, MESSAGE_DRAFT);
        assert_eq!(listed["data"], json!([shown]));
    })
    .await;
}

#[tokio::test]
async fn a_draft_waits_in_the_folder_for_drafts() {
    TestApp::run(async |app| {
        let nulls =
            json!({"autosend_draft": null, "scheduled_send_at": null, "cc_emails": null, "body_html": null});
        let made = app.alpha.post("message-drafts", &draft(&nulls)).await.expect(201);
        assert_eq!(made.text("folder"), "drafts");
        assert_eq!(made.json["scheduled_to_send"], false);
        assert_eq!(made.json["scheduled_send_at"], Value::Null);
        let path = format!("message-drafts/{}", made.text("draft_id"));
        let one = app.alpha.get(&path).await.expect(200);
        assert_eq!(
            one.text("agent_id"),
            app.alpha.agent_id,
            "the key's agent wrote it"
        );
        app.database.clock.advance(chrono::TimeDelta::days(30));
        app.run_pending_jobs().await;
        let delivery = app.alpha.get(&format!("{path}/delivery")).await.expect(200);
        assert_eq!(delivery.text("status"), "pending");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let past = "2026-03-12T00:32:13.782565Z";
        for (fields, field) in [
            (json!({"modality": "fax"}), "modality"),
            (json!({"modality": "live_chat"}), "modality"),
            (json!({"to_email": null}), "to_email"),
            (json!({"to_email": "  "}), "to_email"),
            (json!({"to_email": "diana"}), "to_email"),
            (json!({"modality": "text"}), "to_phone_number"),
            (
                json!({"modality": "text", "to_phone_number": "call me"}),
                "to_phone_number",
            ),
            (json!({"to_phone_number": "call me"}), "to_phone_number"),
            (json!({"to_user_name": "x".repeat(256)}), "to_user_name"),
            (json!({"subject": null}), "subject"),
            (
                json!({"subject": " ", "body_html": "<script>x()</script>"}),
                "body_html",
            ),
            (json!({"body_html": "a\u{0}b"}), "body_html"),
            (json!({"subject": "x".repeat(999)}), "subject"),
            (json!({"cc_emails": ["nobody"]}), "cc_emails"),
            (json!({"bcc_emails": ["nobody"]}), "bcc_emails"),
            (json!({"folder": "!?"}), "folder"),
            (json!({"scheduled_send_at": past}), "scheduled_send_at"),
            (json!({"agent_id": "me"}), "agent_id"),
            (json!({"agent_id": app.beta.agent_id}), "agent_id"),
            (json!({"authorship": "ai_edited"}), "authorship"),
            (json!({"draft_id": "mine"}), "draft_id"),
        ] {
            let refused = app
                .alpha
                .post("message-drafts", &draft(&fields))
                .await
                .expect(422);
            assert!(refused.detail().contains(field), "{fields}: {}", refused.detail());
        }
        let listed = app.alpha.get("message-drafts").await.expect(200);
        assert_eq!(listed.json["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_named() {
    TestApp::run(async |app| {
        for (fields, said) in [
            (
                json!({"subject": "Hi\r\nBcc: all@example.com"}),
                "subject: must be one line",
            ),
            (json!({"subject": "Hi\nthere"}), "subject: must be one line"),
            (json!({"subject": "Hi\rthere"}), "subject: must be one line"),
            (
                json!({"modality": "text", "to_phone_number": "513-867-5309"}),
                "body_html: must hold some text",
            ),
            (
                json!({"modality": "text", "to_phone_number": "513-867-5309",
                    "body_html": "<img src=\"https://example.com/roof.png\">"}),
                "body_html: must hold some text",
            ),
            (
                json!({"scheduled_send_at": "tomorrow"}),
                "scheduled_send_at: must be a date and time as in RFC 3339, such as 2030-01-31T09:00:00Z",
            ),
            (
                json!({"scheduled_send_at": "+262142-12-31T23:59:59Z"}),
                "scheduled_send_at: must be a date and time as in RFC 3339",
            ),
            (
                json!({"scheduled_send_at": "9999-12-31T23:59:59-01:00"}),
                "scheduled_send_at",
            ),
        ] {
            let refused = app
                .alpha
                .post("message-drafts", &draft(&fields))
                .await
                .expect(422);
            assert!(
                refused.detail().starts_with(said),
                "{fields}: {}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn sending_at_once_and_asking_somebody_exclude_each_other() {
    TestApp::run(async |app| {
        let both = draft(&json!({"autosend_draft": true, "add_notification": true}));
        let refused = app.alpha.post("message-drafts", &both).await.expect(422);
        for flag in ["autosend_draft", "add_notification"] {
            assert!(refused.detail().contains(flag), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn there_must_be_an_active_channel() {
    TestApp::run(async |app| {
        let text = draft(&json!({"modality": "text", "to_phone_number": "513-867-5309", "body_html": "Hi"}));
        let channel = channel(&app.alpha, "text").await;
        app.alpha
            .patch(&channel, &json!({"active": false}))
            .await
            .expect(200);
        let refused = app.alpha.post("message-drafts", &text).await.expect(422);
        assert!(
            refused.detail().contains("no active channel for text"),
            "{}",
            refused.detail()
        );
        app.alpha
            .post("message-drafts", &draft(&json!({})))
            .await
            .expect(201);
        app.beta.post("message-drafts", &text).await.expect(201);
        app.alpha
            .patch(&channel, &json!({"active": true}))
            .await
            .expect(200);
        app.alpha.post("message-drafts", &text).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_walk_meets_each_draft_once_newest_first() {
    TestApp::run(async |app| {
        let mut made = Vec::new();
        for n in 0..5 {
            let body = draft(&json!({"subject": format!("Draft {n}")}));
            let one = app.alpha.post("message-drafts", &body).await.expect(201);
            made.insert(0, one.text("draft_id").to_owned());
            app.database.clock.advance(chrono::TimeDelta::seconds(n % 2));
        }
        let (mut met, mut path) = (Vec::new(), "message-drafts?limit=2".to_owned());
        loop {
            let page = app.alpha.get(&path).await.expect(200).json;
            let data = page["data"].as_array().unwrap().iter();
            met.extend(data.map(|one| one["draft_id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["pagination"]["next_cursor"].as_str() else {
                break;
            };
            path = format!("message-drafts?limit=2&cursor={cursor}");
        }
        assert_eq!(met, made);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_draft_is_gone() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("message-drafts", &draft(&json!({})))
            .await
            .expect(201);
        let path = format!("message-drafts/{}", made.text("draft_id"));
        app.alpha.writer.delete(&path).await.expect(204);
        for gone in [app.alpha.get(&path).await, app.alpha.delete(&path).await] {
            assert_eq!(gone.expect(404).detail(), "Message draft not found");
        }
        let listed = app.alpha.get("message-drafts").await.expect(200);
        assert_eq!(listed.json["data"], json!([]));
    })
    .await;
}
