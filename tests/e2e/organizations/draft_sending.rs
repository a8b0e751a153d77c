//! Drafts become messages, once.

use super::channels::channel;
use super::response_drafts::drafts_path;
use crate::support::shape::{MESSAGE, assert_shape};
use chrono::TimeDelta;
use futures_util::future::join_all;
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

#[tokio::test]
async fn workers_at_once_send_each_once() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let response = json!({"body_html": "Hi", "scheduled_send_at": IN_AN_HOUR});
        respond(&app.alpha, &path, &response).await;
        for _ in 0..4 {
            first(&app.alpha, json!({})).await;
        }
        // Every job twice, as when a worker could not settle what it had done.
        let copy = "INSERT INTO jobs (organization_id, kind, payload, state, run_at, attempts, max_attempts, created_at) \
                    SELECT organization_id, kind, payload, state, run_at, attempts, max_attempts, created_at \
                    FROM jobs, generate_series(1, 3) WHERE kind = 'draft.send'";
        assert_eq!(app.database.sql().await.execute(copy, &[]).await.unwrap(), 15);
        app.database.clock.advance(TimeDelta::hours(1));
        let (one, two) = (app.app.worker(), app.app.worker());
        let (one, two) = tokio::join!(one.run_pending(), two.run_pending());
        assert_eq!(one.unwrap() + two.unwrap(), 20);
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, 5);
        assert_eq!(count(app, "SELECT count(*) FROM drafts WHERE status = 'sent'").await, 5);
        assert_eq!(count(app, "SELECT count(*) FROM contacts WHERE name = 'Diana Prince'").await, 1);
        assert_eq!(count(app, "SELECT count(*) FROM events WHERE kind = 'draft.sent'").await, 5);
    })
    .await;
}

#[tokio::test]
async fn what_a_killed_worker_held_is_sent_by_the_next() {
    TestApp::run(async |app| {
        let draft = first(&app.alpha, json!({})).await;
        // A worker that is told to stop before the time.
        app.app.worker().run(std::future::ready(())).await.unwrap();
        app.database.clock.advance(TimeDelta::hours(1));
        // One that took the job and died; its lease has ended.
        let killed = "UPDATE jobs SET state = 'running', attempts = 1, lease_token = gen_random_uuid() \
                      WHERE kind = 'draft.send'";
        assert_eq!(app.database.sql().await.execute(killed, &[]).await.unwrap(), 1);
        app.app.worker().run_pending().await.unwrap();
        assert_eq!(message(&app.alpha, &draft).await["subject"], "Your quote");
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, 1);
    })
    .await;
}

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

#[tokio::test]
async fn what_the_ai_wrote_and_a_person_changed_is_both() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        for (steps, authorship) in [
            (&[("A", None)][..], "human"),
            (&[("A", Some("human"))], "human"),
            (&[("A", Some("ai"))], "ai"),
            (&[("A", Some("ai")), ("A", None)], "ai"),
            (&[("A", Some("ai")), ("B", None)], "ai_edited"),
            (&[("A", Some("ai")), ("B", Some("human"))], "ai_edited"),
            (&[("A", Some("ai")), ("B", Some("ai"))], "ai"),
            (&[("A", Some("ai")), ("B", None), ("C", None)], "ai_edited"),
            (&[("A", Some("ai")), ("B", None), ("B", None)], "ai_edited"),
            (&[("A", None), ("B", None)], "human"),
            (&[("A", None), ("B", Some("ai"))], "ai"),
        ] {
            let mut draft = String::new();
            for (body, said) in steps {
                draft = respond(&app.alpha, &path, &json!({"body_html": body, "authorship": said})).await;
            }
            let before = delivery(&app.alpha, &draft).await["authorship"].clone();
            assert_eq!(before, authorship, "{steps:?}");
            let (body, _) = steps.last().unwrap();
            // Sending it as it is does not change who wrote it.
            let send = json!({"body_html": body, "autosend_draft": true,
                "authorship": (authorship == "ai").then_some("ai")});
            respond(&app.alpha, &path, &send).await;
            app.run_pending_jobs().await;
            let sent = delivery(&app.alpha, &draft).await;
            let id = rapport_platform::ids::parse_opaque(sent["message_id"].as_str().unwrap()).unwrap();
            let sql = format!("SELECT authorship FROM messages WHERE uuid = '{id}'");
            assert_eq!(texts(app, &sql).await, [authorship], "{steps:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_notification_is_asked_for_by_an_event() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let sql = "SELECT subject_type FROM events WHERE kind = 'draft.notification_requested' ORDER BY id";
        let quiet = json!({"body_html": "Hi"});
        respond(&app.alpha, &path, &quiet).await;
        assert_eq!(texts(app, sql).await, Vec::<String>::new());
        let loud = json!({"body_html": "Hi", "add_notification": true});
        respond(&app.alpha, &path, &loud).await;
        first(
            &app.alpha,
            json!({"add_notification": true, "scheduled_send_at": null}),
        )
        .await;
        assert_eq!(texts(app, sql).await, ["response_draft", "message_draft"]);
    })
    .await;
}

#[tokio::test]
async fn the_log_says_all_but_the_body() {
    TestApp::run(async |app| {
        let secret = json!({"body_html": "<p>Mellon</p>"});
        let draft = first(&app.alpha, json!({"body_html": "<p>Mellon</p>"})).await;
        let path = drafts_path(&app.alpha).await;
        let response = respond(&app.alpha, &path, &secret).await;
        respond(&app.alpha, &path, &json!({"body_html": "<p>Mellon!</p>"})).await;
        app.alpha.delete(&response).await.expect(204);
        an_hour_later(app).await;
        message(&app.alpha, &draft).await;
        let log = "SELECT record_type || ' ' || action_type || ' ' || actor_type FROM audit_logs \
                   WHERE record_type IN ('message_draft', 'response_draft', 'message') ORDER BY id";
        assert_eq!(
            texts(app, log).await,
            [
                "message_draft insert key",
                "response_draft insert key",
                "response_draft update key",
                "response_draft delete key",
                "message insert system",
                "message_draft update system",
            ]
        );
        let bodies = "SELECT count(*) FROM (SELECT changes FROM audit_logs UNION ALL SELECT payload FROM events \
                      UNION ALL SELECT payload FROM jobs) AS all_of_it (text) WHERE text::text LIKE '%Mellon%'";
        assert_eq!(count(app, bodies).await, 0);
        let events = "SELECT kind FROM events WHERE kind LIKE 'draft.%' ORDER BY id";
        let kinds = texts(app, events).await;
        assert_eq!(
            kinds,
            ["draft.created", "draft.created", "draft.updated", "draft.deleted", "draft.sent"]
        );
    })
    .await;
}

/// Writing, deleting and sending the responses of one conversation at once: nothing fails, nothing is sent
/// twice, and nothing that was answered as overwritten is sent.
#[tokio::test]
async fn writers_and_workers_do_not_get_in_each_others_way() {
    TestApp::run(async |app| {
        let path = drafts_path(&app.alpha).await;
        let writes = join_all((0..40).map(|n| {
            let path = &path;
            async move {
                let body = json!({"body_html": format!("Body {n}"), "autosend_draft": true});
                let made = app.alpha.post(path, &body).await;
                assert!([200, 201].contains(&made.status), "{:?}", made.json);
                if n % 8 == 0 {
                    let one = format!("{path}/{}", made.text("response_id"));
                    let deleted = app.alpha.delete(&one).await;
                    assert!([204, 404, 409].contains(&deleted.status), "{:?}", deleted.json);
                }
            }
        }));
        let work = async {
            for _ in 0..10 {
                app.run_pending_jobs().await;
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(writes, work);
        app.run_pending_jobs().await;
        let sent = count(app, "SELECT count(*) FROM drafts WHERE status = 'sent'").await;
        assert_eq!(count(app, "SELECT count(*) FROM messages").await, sent);
        assert_eq!(
            count(app, "SELECT count(DISTINCT content) FROM messages").await,
            sent
        );
        assert_eq!(
            count(app, "SELECT count(*) FROM drafts WHERE status = 'failed'").await,
            0
        );
        assert_eq!(
            count(app, "SELECT count(*) FROM drafts WHERE status = 'pending'").await,
            0
        );
        let inserts =
            "SELECT count(*) FROM audit_logs WHERE record_type = 'response_draft' AND action_type = 'insert'";
        let deletes =
            "SELECT count(*) FROM audit_logs WHERE record_type = 'response_draft' AND action_type = 'delete'";
        assert_eq!(count(app, inserts).await - count(app, deletes).await, sent);
    })
    .await;
}
