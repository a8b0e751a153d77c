//! What cannot be sent.

use super::{
    IN_AN_HOUR, an_hour_later, count, delivery, drafts_path, first, given_up, message, respond, texts,
};
use crate::organizations::channels::channel;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn what_no_channel_carries_fails_and_stays() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let body = json!({"body_html": "Hi", "scheduled_send_at": IN_AN_HOUR});
        let drafts = [
            first(&app.alpha, json!({})).await,
            respond(&app.alpha, &path, &body).await,
        ];
        let channel = channel(&app.alpha, "email").await;
        app.alpha
            .patch(&channel, &json!({"active": false}))
            .await
            .expect(200);
        an_hour_later(app).await;
        let reason = "modality: there is no active channel for email";
        assert_eq!(given_up(app).await, [reason, reason]);
        for draft in &drafts {
            let told = delivery(&app.alpha, draft).await;
            assert_eq!(
                (&told["status"], &told["error"]),
                (&json!("failed"), &json!(reason))
            );
        }
        for list in ["message-drafts", &path] {
            let listed = app.alpha.get(list).await.expect(200).json;
            assert_eq!(
                listed["data"].as_array().unwrap().len(),
                1,
                "a failed draft is a draft"
            );
        }
        let events = "SELECT payload->>'error' FROM events WHERE kind = 'draft.failed'";
        assert_eq!(texts(app, events).await, [reason, reason]);
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, 0);
        assert_eq!(
            count(app, "SELECT count(*) FROM contacts").await,
            1,
            "nothing is left of the attempt"
        );

        // Written anew, the response is tried anew; the first message can be deleted.
        app.alpha
            .patch(&channel, &json!({"active": true}))
            .await
            .expect(200);
        let again = app
            .alpha
            .post(&path, &json!({"body_html": "Hi", "autosend_draft": true}))
            .await
            .expect(200);
        assert!(drafts[1].ends_with(again.text("response_id")));
        app.run_pending_jobs().await;
        assert_eq!(message(&app.alpha, &drafts[1]).await["content"], "Hi");
        assert_eq!(delivery(&app.alpha, &drafts[1]).await["error"], Value::Null);
        app.alpha.delete(&drafts[0]).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn a_failure_that_may_pass_is_tried_again_until_it_is_given_up() {
    TestApp::run(async |app| {
        let drafts = [
            first(&app.alpha, json!({})).await,
            first(&app.alpha, json!({})).await,
        ];
        let sql = app.database.sql().await;
        sql.batch_execute("ALTER TABLE messages ADD CONSTRAINT broken CHECK (false) NOT VALID")
            .await
            .unwrap();
        an_hour_later(app).await;
        for draft in &drafts {
            assert_eq!(delivery(&app.alpha, draft).await["status"], "pending");
        }
        let one = "UPDATE jobs SET max_attempts = 2 \
                   WHERE id = (SELECT min(id) FROM jobs WHERE kind = 'draft.send')";
        assert_eq!(sql.execute(one, &[]).await.unwrap(), 1);
        an_hour_later(app).await;
        assert_eq!(given_up(app).await.len(), 1);
        let told = delivery(&app.alpha, &drafts[0]).await;
        assert_eq!(told["status"], "failed");
        assert_eq!(told["error"], "it could not be sent; the log says why");
        assert_eq!(delivery(&app.alpha, &drafts[1]).await["status"], "pending");
        sql.batch_execute("ALTER TABLE messages DROP CONSTRAINT broken")
            .await
            .unwrap();
        an_hour_later(app).await;
        message(&app.alpha, &drafts[1]).await;
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn drafts_outlive_their_agent_and_their_contact() {
    TestApp::run(async |app| {
        let agent = json!({"name": "Kara", "email": "kara@alpha.example", "role": "agent"});
        let agent = app.alpha.post("agents", &agent).await.expect(201);
        let kara = agent.text("agent_id");
        let draft = first(&app.alpha, json!({"agent_id": kara})).await;
        app.alpha
            .patch(&format!("agents/{kara}"), &json!({"active": false}))
            .await
            .expect(200);
        let body = json!({"name": "Hal", "email": "hal@example.com"});
        let hal = app.alpha.post("contacts", &body).await.expect(201);
        let hal = hal.text("contact_id");
        let body = json!({"contact_id": hal});
        let made = app.alpha.post("conversations", &body).await.expect(201);
        let path = format!("conversations/{}/response-drafts", made.text("conversation_id"));
        let body = json!({"body_html": "Hi", "scheduled_send_at": IN_AN_HOUR});
        let response = respond(&app.alpha, &path, &body).await;
        app.alpha.delete(&format!("contacts/{hal}")).await.expect(204);
        let shown = app.alpha.get(&response).await.expect(200).json;
        assert_eq!(
            (&shown["recipient_name"], &shown["recipient_email"]),
            (&json!("Hal"), &Value::Null)
        );
        an_hour_later(app).await;
        assert_eq!(message(&app.alpha, &draft).await["agent_id"], kara);
        let reason = "recipient_email: the contact has no e-mail address";
        assert_eq!(given_up(app).await, [reason]);
        assert_eq!(delivery(&app.alpha, &response).await["error"], reason);
    })
    .await;
}
