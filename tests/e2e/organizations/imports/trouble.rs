//! Crashes, and what is forgotten.

use super::{contacts, count, counts, errors, find, import, stored, upload};
use chrono::TimeDelta;
use rapport_test_support::TestApp;
use serde_json::json;

/// 2,500 people, each with an e-mail address.
fn people() -> String {
    let rows = (0..2_500).map(|row| format!("Row {row},row{row}@example.com\n"));
    format!("name,email\n{}", rows.collect::<String>())
}

/// A worker dies while it writes the second batch; the next one goes on with that batch.
#[tokio::test]
async fn what_a_killed_worker_began_is_gone_on_with() {
    TestApp::run(async |app| {
        let held = json!({"name": "Held", "email": "row1500@example.com"});
        app.alpha.post("contacts", &held).await.expect(201);
        let made = upload(&app.alpha, "match=email", people()).await.expect(202);
        let sql = app.database.sql().await;
        let lock = "BEGIN; SELECT 1 FROM contacts WHERE name = 'Held' FOR UPDATE";
        sql.batch_execute(lock).await.unwrap();
        let worker = app.app.worker();
        let first = tokio::spawn(async move { worker.run_pending().await });
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                     AND datname = current_database()";
        while count(app, waits).await == 0 {
            tokio::task::yield_now().await;
        }
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        sql.batch_execute("ROLLBACK").await.unwrap();
        let left = find(&app.alpha, made.text("import_id")).await;
        assert_eq!(left["state"], "running");
        assert_eq!(counts(&left), [1_000, 0, 0, 0]);
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 1_001);
        app.database.clock.advance(TimeDelta::minutes(2));
        app.run_pending_jobs().await;
        let done = find(&app.alpha, made.text("import_id")).await;
        assert_eq!((&done["state"], &done["total"]), (&json!("done"), &json!(2_500)));
        assert_eq!(counts(&done), [2_499, 1, 0, 0]);
        assert_eq!(count(app, "SELECT count(*) FROM contacts").await, 2_500);
        assert_eq!(count(app, "SELECT count(*) FROM contact_addresses").await, 2_500);
        let logged =
            "SELECT count(*) FROM audit_logs WHERE record_type = 'contact' AND request_id LIKE 'job-%'";
        assert_eq!(count(app, logged).await, 2_500);
        let events = "SELECT count(*) FROM events WHERE kind = 'contact.created'";
        assert_eq!(count(app, events).await, 2_500);
        assert_eq!(stored(app), 0);
    })
    .await;
}

/// What a dry run has found before it was interrupted is nowhere but in its memory, so it begins anew.
#[tokio::test]
async fn an_interrupted_dry_run_begins_anew() {
    TestApp::run(async |app| {
        let made = upload(&app.alpha, "match=email&dry_run=true", people() + "X,no\n").await.expect(202);
        let interrupted = "UPDATE contact_imports SET state = 'running', total = 2501, processed = 2000, created = 1999, \
                           failed = 1; INSERT INTO contact_import_errors (organization_id, import_id, row_number, \
                           message, cells) SELECT organization_id, id, 7, 'stale', '{}' FROM contact_imports";
        app.database.sql().await.batch_execute(interrupted).await.unwrap();
        app.run_pending_jobs().await;
        let done = find(&app.alpha, made.text("import_id")).await;
        assert_eq!(counts(&done), [2_500, 0, 0, 1]);
        let failed = errors(&app.alpha, &done).await;
        assert_eq!(failed[1], ["2502", "email", "is not an e-mail address", "X", "no"]);
        assert_eq!(failed.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_import_whose_file_is_gone_is_given_up() {
    TestApp::run(async |app| {
        let made = upload(&app.alpha, "", "name\nHal\n").await.expect(202);
        let id = rapport_platform::ids::parse_opaque(made.text("import_id")).unwrap();
        app.files
            .delete(app.alpha.organization, id.as_bytes())
            .await
            .unwrap();
        app.run_pending_jobs().await;
        let failed = find(&app.alpha, made.text("import_id")).await;
        assert_eq!(failed["state"], "failed");
        assert_eq!(
            failed["error"],
            "it could not be carried out; the server's log tells why"
        );
        // The job was given up as well, which operators look for.
        let dead = "DELETE FROM jobs WHERE state = 'dead' AND kind = 'contact_import.run'";
        assert_eq!(app.database.sql().await.execute(dead, &[]).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn rows_that_failed_are_kept_for_30_days() {
    TestApp::run(async |app| {
        let done = import(app, "", "name,email\nX,no\n").await;
        app.database.clock.advance(TimeDelta::days(29));
        app.run_pending_jobs().await;
        assert_eq!(errors(&app.alpha, &done).await.len(), 2);
        app.database.clock.advance(TimeDelta::days(1));
        app.run_pending_jobs().await;
        assert_eq!(errors(&app.alpha, &done).await.len(), 1, "the header alone");
        assert_eq!(find(&app.alpha, done["import_id"].as_str().unwrap()).await, done);
    })
    .await;
}

#[tokio::test]
async fn rows_that_failed_are_erased_with_their_contact() {
    TestApp::run(async |app| {
        let carol = json!({"name": "Carol", "email": "Carol@example.com", "phone_number": "415-555-0199"});
        let carol = app.alpha.post("contacts", &carol).await.expect(201);
        app.beta.post("contacts", &json!({"email": "carol@example.com"})).await.expect(201);
        let file = "name,email,phone_number\nCarol Ferris,CAROL@example.com,\nCarol by phone,,+1 415 555 0199\n\
                    Carol again,x; carol@example.com,\nHal,no,\n";
        let done = import(app, "", file).await;
        assert_eq!(counts(&done), [0, 0, 0, 4]);
        let theirs = upload(&app.beta, "", file).await.expect(202);
        app.run_pending_jobs().await;
        let path = format!("contacts/{}/erase", carol.text("contact_id"));
        app.alpha.post(&path, &json!({"confirm": true})).await.expect(204);
        let left: Vec<String> = errors(&app.alpha, &done).await.iter().map(|row| row[3].clone()).collect();
        assert_eq!(left, ["name", "Hal"]);
        let theirs = find(&app.beta, theirs.text("import_id")).await;
        assert_eq!(errors(&app.beta, &theirs).await.len(), 4, "another organization's rows stay");
        assert_eq!(contacts(&app.alpha).await.len(), 0);
    })
    .await;
}
