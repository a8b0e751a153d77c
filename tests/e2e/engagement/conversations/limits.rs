//! What a thousand items cost.

use super::{BULK, Funnel, counts};
use rapport_test_support::{Response, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// The most statements a batch may take, transaction and repeatability included.
const MOST: i64 = 25;

/// How many statements the application has sent so far, and all of their texts.
async fn statements(app: &TestApp) -> i64 {
    let sql = "SELECT coalesce(sum(s.calls), 0)::bigint FROM pg_stat_statements s \
               JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid \
               WHERE d.datname = current_database() AND r.rolname <> current_user AND s.toplevel";
    app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

/// Sends a batch and answers how many statements that took.
async fn sent(app: &TestApp, method: Method, key: &str, items: &[Value]) -> (Response, i64) {
    let before = statements(app).await;
    let request = app.alpha.request(method, BULK).header("Idempotency-Key", key);
    let request = request.json(&json!({"conversations": items}));
    let answer = app.alpha.send(request).await.expect(200);
    (answer, statements(app).await - before)
}

/// Definitions of all that costs a statement.
async fn define(app: &TestApp) {
    for (entity, kind) in [
        ("FUNNEL_CONVERSATION", "LIST"),
        ("FUNNEL_CONVERSATION", "FILE"),
        ("CONTACT", "NUMBER"),
    ] {
        let body = json!({"entityType": entity, "fieldKey": kind.to_lowercase(), "fieldType": kind});
        let made = app
            .alpha
            .post("/api/v1/custom-fields/definitions", &body)
            .await
            .expect(200);
        if kind == "LIST" {
            let id = &made.json["id"];
            let path = format!("/api/v1/custom-fields/definitions/{id}/options");
            app.alpha
                .post(&path, &json!({"definitionId": id, "value": "gold"}))
                .await
                .expect(200);
        }
    }
}

/// An item with a bit of everything; one in ten is no good.
fn item(funnel: &Funnel<'_>, number: usize, generation: usize) -> Value {
    let file = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f";
    let custom = match number % 10 {
        0 => json!({"file": file}),
        1..=4 => json!({"list": "gold", "free": number}),
        _ => json!({}),
    };
    json!({
        "funnelId": funnel.id, "customFields": custom,
        "contact": {
            "firstName": format!("Contact {number}"), "lastName": format!("of {generation}"),
            "phones": [format!("+5691111{number:04}"), format!("+569{generation}222{number:04}")],
            "emails": [format!("c{number}@x.example")], "nationalId": format!("N-{number}"),
            "companyPosition": "Buyer", "customFields": {"number": number, "note": "n".repeat(500)},
        },
    })
}

#[tokio::test]
async fn a_thousand_items_take_few_statements_whatever_they_say() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        define(app).await;
        app.alpha.get("conversations").await.expect(200);
        // Half of them exist already, so that some are made and some are changed.
        let half: Vec<_> = (0..500).map(|number| item(&funnel, number, 1)).collect();
        let (answer, took) = sent(app, Method::POST, "half", &half).await;
        assert_eq!(counts(&answer.json), [450, 0, 0, 50, 500]);
        assert!(took <= MOST, "{took} statements");
        let all: Vec<_> = (0..1_000).map(|number| item(&funnel, number, 2)).collect();
        let size = serde_json::to_vec(&json!({"conversations": all})).unwrap().len();
        assert!(size > 512 * 1024, "{size} bytes");
        let (answer, took) = sent(app, Method::POST, "all", &all).await;
        assert_eq!(counts(&answer.json), [900, 450, 0, 100, 1_000]);
        assert!((15..=MOST).contains(&took), "{took} statements");
        assert_eq!(
            (
                funnel.count("contacts").await,
                funnel.count("conversations").await
            ),
            (900, 1_350)
        );
        let sql = "SELECT array_agg(id ORDER BY id DESC) FROM conversations";
        let ids: Vec<i64> = app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0);
        let changes = ids.iter().take(1_000).enumerate().map(|(number, id)| {
            let mut change = json!({
                "id": id, "funnelStatusId": funnel.second, "customFields": {"list": "gold", "free": null},
                "createdAt": "2026-03-01T00:00:00Z", "archivedAt": "2026-03-02T00:00:00Z",
            });
            // Older conversations are with the same contacts.
            if number < 900 {
                change["contact"] =
                    json!({"phones": [format!("+5693333{number:04}")], "customFields": {"number": 7}});
            }
            change
        });
        let changes: Vec<_> = changes.collect();
        let (answer, took) = sent(app, Method::PUT, "changes", &changes).await;
        assert_eq!(counts(&answer.json), [1_000, 0, 0, 0, 1_000], "{}", answer.json);
        assert!((15..=MOST).contains(&took), "{took} statements");
    })
    .await;
}

#[tokio::test]
async fn a_batch_may_be_larger_than_other_bodies_but_not_by_much() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let item = |length: usize| {
            json!({"funnelId": funnel.id, "contact": {"firstName": "Jane"}, "customFields": {"note": "n".repeat(length)}})
        };
        funnel.bulk(&[item(2 * 1024 * 1024)]).await;
        let large = json!({"conversations": [item(4 * 1024 * 1024)]});
        let refused = app.alpha.post(BULK, &large).await.expect(413);
        assert_eq!(refused.json["details"]["limit"], 4 * 1024 * 1024);
    })
    .await;
}
