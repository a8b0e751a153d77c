//! What is noted of drafts: who wrote them, and what was done to them.

use super::{an_hour_later, count, delivery, drafts_path, first, message, respond, texts};
use rapport_test_support::TestApp;
use serde_json::json;

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
            let again = json!({"body_html": body, "autosend_draft": true,
                "authorship": (authorship == "ai").then_some("ai")});
            respond(&app.alpha, &path, &again).await;
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
