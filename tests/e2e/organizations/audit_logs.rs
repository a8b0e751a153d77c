//! The audit log.

use crate::support::records::{Records, unknown_id};
use crate::support::shape::{AUDIT_LOG, assert_page, assert_shape};
use rapport_test_support::{Response, TestApp};
use serde_json::{Value, json};

async fn list(app: &TestApp, query: &str) -> Response {
    app.alpha.reader.get(&format!("audit-logs{query}")).await
}

/// What was done to what, newest first.
fn told(listed: &Response) -> Vec<String> {
    let entries = listed.json["data"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|entry| {
            format!(
                "{} {}",
                text(&entry["action_type"]),
                text(&entry["record"]["type"])
            )
        })
        .collect()
}

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = format!("contacts/{}", records.get("contact_id").unwrap());
        let change =
            json!({"company_role": "Pilot", "custom_fields": {"notes": "Call", "portal_password": "x"}});
        app.alpha.patch(&path, &change).await.expect(200);
        let listed = list(app, "").await.expect(200);
        assert_page(&listed.json, 50, AUDIT_LOG);
        let newest = &listed.json["data"][0];
        let id = newest["audit_log_id"].as_str().unwrap();
        let expected = json!({
            "audit_log_id": id,
            "occurred_at": "2026-03-12T00:32:13.782565Z",
            "agent_id": app.alpha.agent_id,
            "action_type": "update",
            "record": {"type": "contact", "id": records.get("contact_id").unwrap()},
            "changes": [
                {"field": "company_role", "from": null, "to": "Pilot"},
                {"field": "custom_fields", "from": {}, "to": {"notes": "Call", "portal_password": "***"}},
            ],
        });
        assert_eq!(*newest, expected);
        let one = app
            .alpha
            .reader
            .get(&format!("audit-logs/{id}"))
            .await
            .expect(200);
        assert_shape(&one.json, AUDIT_LOG);
        assert_eq!(one.json, *newest);
        assert_eq!(
            list(app, "?limit=1").await.expect(200).json["pagination"]["limit"],
            1
        );
    })
    .await;
}

#[tokio::test]
async fn each_filter_and_all_of_them_hold() {
    TestApp::run(async |app| {
        let made = app.alpha.post("contacts", &json!({"name": "Hal"})).await.expect(201);
        let contact = made.text("contact_id").to_owned();
        let path = format!("contacts/{contact}");
        app.database.clock.advance(chrono::TimeDelta::hours(1));
        // The writer's key acts for nobody.
        app.alpha.writer.patch(&path, &json!({"name": "Kyle"})).await.expect(200);
        app.alpha.patch(&path, &json!({"name": "John"})).await.expect(200);
        app.alpha.post("companies", &json!({"name": "Ferris"})).await.expect(201);
        app.database.clock.advance(chrono::TimeDelta::hours(1));
        app.alpha.delete(&path).await.expect(204);

        let contacts = list(app, "?record_type=contact").await.expect(200);
        assert_eq!(told(&contacts), ["delete contact", "update contact", "update contact", "insert contact"]);
        let record = list(app, &format!("?record_id={contact}")).await.expect(200);
        assert_eq!(record.json["data"], contacts.json["data"]);
        let updates = list(app, "?action_type=update").await.expect(200);
        assert_eq!(told(&updates), ["update contact", "update contact"]);
        let agents = list(app, &format!("?agent_id={}", app.alpha.agent_id)).await.expect(200);
        let expected = ["delete contact", "insert company", "update contact", "insert contact"];
        assert_eq!(told(&agents), expected);
        let (start, end) = ("2026-03-12T01:32:13.782565Z", "2026-03-12T02:32:13.782565Z");
        let dates = list(app, &format!("?start_date={start}&end_date={end}")).await.expect(200);
        assert_eq!(told(&dates), ["insert company", "update contact", "update contact"]);
        let all = format!(
            "?agent_id={}&record_type=contact&action_type=update&record_id={contact}&start_date={start}&end_date={end}",
            app.alpha.agent_id
        );
        let all = list(app, &all).await.expect(200);
        assert_eq!(all.json["data"][0]["changes"][0]["to"], "John");
        assert_eq!(told(&all).len(), 1);
        assert!(told(&list(app, &format!("?record_id={}", unknown_id())).await.expect(200)).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_refused() {
    TestApp::run(async |app| {
        for (query, status, detail) in [
            ("?record_type=cat", 422, "record_type: must be one of sale, "),
            (
                "?action_type=upsert",
                422,
                "action_type: unknown variant `upsert`",
            ),
            ("?agent_id=kara", 400, "Invalid agent_id"),
            ("?record_id=1", 400, "Invalid record_id"),
            ("?limit=501", 422, "limit:"),
            (
                "?start_date=2026-03-02&end_date=2026-03-01",
                400,
                "start_date must be less than",
            ),
            ("?start_date=soon", 422, "start_date:"),
            ("?cursor=HR_tok_x", 400, "Invalid cursor"),
        ] {
            let refused = list(app, query).await.expect(status);
            assert!(
                refused.detail().starts_with(detail),
                "{query}: {}",
                refused.detail()
            );
        }
        for agent in [unknown_id(), app.beta.agent_id.clone()] {
            let refused = list(app, &format!("?agent_id={agent}")).await.expect(404);
            assert_eq!(refused.detail(), "Agent not found");
        }
        let unknown = app
            .alpha
            .get(&format!("audit-logs/{}", unknown_id()))
            .await
            .expect(404);
        assert_eq!(unknown.detail(), "Audit log not found");
        assert_eq!(
            app.alpha.get("audit-logs/1").await.expect(400).detail(),
            "Invalid audit_log_id"
        );
    })
    .await;
}

#[tokio::test]
async fn a_walk_meets_each_entry_once_while_others_are_written() {
    TestApp::run(async |app| {
        for number in 0..9 {
            let made = app
                .alpha
                .post("contacts", &json!({"name": format!("Hal {number}")}))
                .await;
            let path = format!("contacts/{}", made.expect(201).text("contact_id"));
            if number % 3 == 0 {
                app.alpha.patch(&path, &json!({"name": "Kyle"})).await.expect(200);
                app.alpha.delete(&path).await.expect(204);
            }
        }
        let whole = list(app, "?record_type=contact").await.expect(200);
        let whole = whole.json["data"].as_array().unwrap().clone();
        assert_eq!(whole.len(), 15);
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = list(app, &format!("?record_type=contact&limit=4{cursor}"))
                .await
                .expect(200);
            walked.extend(page.json["data"].as_array().unwrap().clone());
            app.alpha
                .post("contacts", &json!({"name": "Later"}))
                .await
                .expect(201);
            let Some(next) = page.json["pagination"]["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
            let other = list(app, &format!("?record_type=company&limit=4{cursor}")).await;
            assert_eq!(
                other.expect(400).detail(),
                "Invalid cursor",
                "it is bound to the filters"
            );
        }
        assert_eq!(walked, whole);
    })
    .await;
}
