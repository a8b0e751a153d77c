//! Each draft is sent once, whoever works.

use super::{IN_AN_HOUR, count, drafts_path, first, message, respond};
use chrono::TimeDelta;
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use serde_json::json;

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
        let log = async |action: &str| {
            let sql =
                "SELECT count(*) FROM audit_logs WHERE record_type = 'response_draft' AND action_type = ";
            count(app, &format!("{sql}'{action}'")).await
        };
        assert_eq!(log("insert").await - log("delete").await, sent);
    })
    .await;
}
