//! Changes of one sale at once.

use super::{contact, make, path, send};
use futures_util::future::join_all;
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn of_100_equal_changes_at_once_one_is_made() {
    TestApp::run(async |app| {
        let writer = &app.alpha.writer;
        let made = make(&app.alpha, &json!({})).await;
        let status = format!("{}/status", path(&made));
        for (body, tag, refusal) in [
            (json!({"status": "accepted"}), None, 409),
            // Both changes are new to the sale, yet only the first comes in the version it expects.
            (json!({"status": "lost"}), Some("\"2\""), 412),
        ] {
            let text = body.to_string();
            let changes = (0..100).map(|_| send(writer, Method::POST, &status, &text, tag));
            let answers = join_all(changes).await;
            let count = |status| answers.iter().filter(|answer| answer.status == status).count();
            assert_eq!((count(200), count(refusal)), (1, 99), "{body}");
        }
        let sale = app.alpha.get(&path(&made)).await.expect(200);
        let history = sale.json["status_history"].as_array().unwrap();
        let labels: Vec<_> = history.iter().map(|change| &change["label"]).collect();
        assert_eq!(labels, ["Qualified", "Accepted", "Lost"]);
        let sql = "SELECT changes::text FROM audit_logs WHERE record_type = 'sale' AND action_type = 'update' ORDER BY id";
        let rows = app.database.sql().await.query(sql, &[]).await.unwrap();
        let entries: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect();
        let change = |from: &str, to: &str| json!([{"field": "status", "from": from, "to": to}]);
        assert_eq!(entries, [change("Qualified", "Accepted"), change("Accepted", "Lost")]);
    })
    .await;
}

/// Different changes of all kinds at once: each is made upon the one before.
#[tokio::test]
async fn changes_of_all_kinds_at_once_follow_one_another() {
    TestApp::run(async |app| {
        let writer = &app.alpha.writer;
        let hal = contact(&app.alpha, "Hal").await;
        let made = make(&app.alpha, &json!({})).await;
        let sale = path(&made);
        let status = format!("{sale}/status");
        let change = async |n: usize| match n % 4 {
            0 => writer.post(&status, &json!({"status": "accepted"})).await,
            1 => writer.post(&status, &json!({"status": "lost"})).await,
            2 => writer.patch(&sale, &json!({"custom_fields": {"n": n}})).await,
            _ => {
                writer
                    .patch(
                        &sale,
                        &json!({"associated_contacts": [{"contact_id": hal}], "owner_id": null}),
                    )
                    .await
            }
        };
        let answers = join_all((0..60).map(change)).await;
        for answer in &answers {
            assert!(
                [200, 409].contains(&answer.status),
                "{} {}",
                answer.status,
                answer.json
            );
        }
        let now = app.alpha.get(&sale).await.expect(200);
        let sql = "SELECT count(*) FROM audit_logs WHERE record_type = 'sale'";
        let entries: i64 = app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(now.header("etag"), format!("\"{entries}\""));
    })
    .await;
}
