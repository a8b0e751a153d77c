//! Drafts become messages.

use super::{IN_AN_HOUR, an_hour_later, count, delivery, drafts_path, first, message, respond, texts};
use crate::support::shape::{MESSAGE, assert_shape};
use chrono::TimeDelta;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_first_message_is_sent_at_its_time() {
    TestApp::run(async |app| {
        let fields = json!({"folder": "Sales Follow-up", "cc_emails": ["cc@example.com"],
            "bcc_emails": ["bcc@example.com"]});
        let draft = first(&app.alpha, fields).await;
        app.database
            .clock
            .advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
        app.run_pending_jobs().await;
        assert_eq!(delivery(&app.alpha, &draft).await["status"], "pending");
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 0);
        app.database.clock.advance(TimeDelta::microseconds(1));
        app.run_pending_jobs().await;
        let message = message(&app.alpha, &draft).await;
        assert_shape(&message, MESSAGE);
        assert_eq!(message["message_direction"], "sent");
        assert_eq!(message["modality"], "email");
        assert_eq!(message["subject"], "Your quote");
        assert_eq!(message["content"], "Hi Diana");
        assert_eq!(message["agent_id"], app.alpha.agent_id);
        assert_eq!(message["sent_at"], IN_AN_HOUR);
        assert_eq!(message["drafted_at"], "2026-03-12T00:32:13.782565Z");
        assert_eq!(message["email_metadata"]["cc_emails"], json!(["cc@example.com"]));
        assert_eq!(
            message["email_metadata"]["bcc_emails"],
            json!(["bcc@example.com"])
        );
        let to = "SELECT to_addresses[1] || ' ' || channel || ' ' || authorship FROM messages";
        assert_eq!(texts(app, to).await, ["Diana@Example.com sandbox human"]);
        let path = format!("conversations/{}", message["conversation_id"].as_str().unwrap());
        let conversation = app.alpha.get(&path).await.expect(200);
        assert_eq!(conversation.text("folder"), "sales-follow-up");
        assert_eq!(conversation.json["is_read"], true);
        let contact = app
            .alpha
            .get(&format!("contacts/{}", conversation.text("contact_id")))
            .await
            .expect(200);
        assert_eq!(
            (contact.text("name"), contact.text("email")),
            ("Diana Prince", "Diana@Example.com")
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_sent_is_no_draft_any_more() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let response = json!({"body_html": "Hi", "scheduled_send_at": IN_AN_HOUR});
        let drafts = [
            (first(&app.alpha, json!({})).await, "message-drafts"),
            (respond(&app.alpha, &path, &response).await, path.as_str()),
        ];
        let listed = async |list: &str| app.alpha.get(list).await.expect(200).json["data"].clone();
        for (_, list) in &drafts {
            assert_eq!(listed(list).await.as_array().unwrap().len(), 1);
        }
        an_hour_later(app).await;
        for (draft, list) in &drafts {
            assert_eq!(listed(list).await, json!([]));
            app.alpha.get(draft).await.expect(200);
            let refused = app.alpha.delete(draft).await.expect(409);
            assert_eq!(refused.detail(), "The draft has been sent");
            assert_eq!(delivery(&app.alpha, draft).await["status"], "sent");
        }
        let next = app
            .alpha
            .post(&path, &json!({"body_html": "And then"}))
            .await
            .expect(201);
        assert_eq!(next.json["scheduled_to_send"], false);
    })
    .await;
}

#[tokio::test]
async fn a_known_contact_is_written_to() {
    TestApp::run(async |app| {
        let body = json!({"name": "Diana", "email": "diana@example.com", "phone_number": "+15138675309"});
        let diana = app.alpha.post("contacts", &body).await.expect(201);
        let text = json!({"modality": "text", "to_phone_number": "(513) 867-5309", "to_email": null});
        let drafts = [first(&app.alpha, json!({})).await, first(&app.alpha, text).await];
        an_hour_later(app).await;
        for draft in &drafts {
            let message = message(&app.alpha, draft).await;
            let path = format!("conversations/{}", message["conversation_id"].as_str().unwrap());
            let conversation = app.alpha.get(&path).await.expect(200);
            assert_eq!(conversation.text("contact_id"), diana.text("contact_id"));
            assert_eq!(conversation.text("folder"), "inbox");
        }
        let text = message(&app.alpha, &drafts[1]).await;
        assert_eq!(
            (&text["modality"], &text["content"]),
            (&json!("text"), &json!("Hi Diana"))
        );
        assert_eq!(
            count(app, "SELECT count(*) FROM messages WHERE html IS NULL").await,
            1
        );
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_response_goes_the_way_of_the_last_message() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let messages = path.replace("response-drafts", "messages");
        for (last, modality, subject) in [
            (
                json!({"modality": "email", "subject": "A leak"}),
                "email",
                json!("Re: A leak"),
            ),
            (
                json!({"modality": "email", "subject": "RE: A leak"}),
                "email",
                json!("RE: A leak"),
            ),
            (json!({"modality": "text"}), "text", Value::Null),
            (json!({"modality": "live_chat"}), "live_chat", Value::Null),
            (
                json!({"modality": "call", "call_transcript": "Hi"}),
                "email",
                json!("RE: A leak"),
            ),
        ] {
            app.database.clock.advance(TimeDelta::minutes(1));
            let mut received = last;
            received["message_direction"] = "received".into();
            received["content"] = "Hello?".into();
            app.alpha.post(&messages, &received).await.expect(201);
            app.database.clock.advance(TimeDelta::minutes(1));
            let body = json!({"body_html": "<p>Hi</p>", "autosend_draft": true});
            let draft = respond(&app.alpha, &path, &body).await;
            app.run_pending_jobs().await;
            let sent = message(&app.alpha, &draft).await;
            assert_eq!(sent["modality"], modality);
            assert_eq!(sent["subject"], subject);
            assert_eq!(sent["content"], "Hi");
        }
    })
    .await;
}

#[tokio::test]
async fn autosend_queues_at_once() {
    TestApp::run(async |app| {
        let now = "2026-03-12T00:32:13.782565Z";
        let body = json!({"modality": "email", "to_email": "d@example.com", "subject": "Hi", "autosend_draft": true});
        let made = app.alpha.post("message-drafts", &body).await.expect(201);
        assert_eq!((made.text("scheduled_send_at"), &made.json["scheduled_to_send"]), (now, &json!(true)));
        let path = drafts_path(&app.alpha).await;
        let body = json!({"body_html": "Hi", "autosend_draft": true});
        let answer = app.alpha.post(&path, &body).await.expect(201);
        assert_eq!((answer.text("scheduled_send_at"), &answer.json["scheduled_to_send"]), (now, &json!(true)));
        app.run_pending_jobs().await;
        message(&app.alpha, &format!("message-drafts/{}", made.text("draft_id"))).await;
        message(&app.alpha, &format!("{path}/{}", answer.text("response_id"))).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_draft_is_not_sent() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let response = json!({"body_html": "Hi", "scheduled_send_at": IN_AN_HOUR});
        for draft in [
            first(&app.alpha, json!({})).await,
            respond(&app.alpha, &path, &response).await,
        ] {
            app.alpha.delete(&draft).await.expect(204);
        }
        an_hour_later(app).await;
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_overwritten_draft_is_sent_as_it_is_and_when_it_says() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let put = async |body: &str, time: Value| {
            let body = json!({"body_html": body, "scheduled_send_at": time});
            respond(&app.alpha, &path, &body).await
        };
        let draft = put("One", IN_AN_HOUR.into()).await;
        put("Two", "2026-03-12T02:32:13.782565Z".into()).await;
        an_hour_later(app).await;
        assert_eq!(delivery(&app.alpha, &draft).await["status"], "pending");
        an_hour_later(app).await;
        assert_eq!(message(&app.alpha, &draft).await["content"], "Two");
        // One whose time is taken off waits.
        let draft = put("Three", "2026-03-12T03:32:13.782565Z".into()).await;
        put("Four", Value::Null).await;
        an_hour_later(app).await;
        assert_eq!(delivery(&app.alpha, &draft).await["status"], "pending");
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, 1);
    })
    .await;
}
