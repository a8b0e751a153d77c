//! Funnels and their statuses.

use crate::support::records::number;
use crate::support::shape::{FUNNEL, FUNNEL_STATUS, assert_page, assert_shape};
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

async fn make(tenant: &Tenant, name: &str, statuses: &[&str]) -> Value {
    let body = json!({"name": name, "statuses": statuses});
    let made = tenant.post("funnels", &body).await.expect(201);
    assert_shape(&made.json, FUNNEL);
    made.json
}

/// Where a funnel is.
fn path(funnel: &Value) -> String {
    format!("funnels/{}", funnel["funnel_id"].as_str().unwrap())
}

/// Where a status of it is.
fn path_of(funnel: &Value, status: &Value) -> String {
    let id = status["funnel_status_id"].as_str().unwrap();
    format!("{}/statuses/{id}", path(funnel))
}

/// The names of a funnel's statuses, whose positions must be 0, 1, 2 …
async fn statuses(tenant: &Tenant, funnel: &Value) -> Vec<String> {
    let funnel = tenant.get(&path(funnel)).await.expect(200).json;
    let statuses = funnel["statuses"].as_array().unwrap();
    for (position, status) in statuses.iter().enumerate() {
        assert_eq!(status["position"], position, "{funnel}");
    }
    statuses
        .iter()
        .map(|status| status["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn answers_have_one_shape() {
    TestApp::run(async |app| {
        let none = app.alpha.get("funnels").await.expect(200);
        assert_eq!(none.json["data"], json!([]), "there is none at first");
        let made = make(&app.alpha, "Roof repairs", &["New", "Quoted", "Won"]).await;
        assert_eq!(statuses(&app.alpha, &made).await, ["New", "Quoted", "Won"]);
        assert_eq!(
            made["number"],
            number(app, "funnels", made["funnel_id"].as_str().unwrap()).await
        );
        let listed = app.alpha.reader.get("funnels").await.expect(200);
        assert_page(&listed.json, 25, FUNNEL);
        assert_eq!(listed.json["data"], json!([made]));
        let renamed = app
            .alpha
            .patch(&path(&made), &json!({"name": "Roofs"}))
            .await
            .expect(200);
        assert_shape(&renamed.json, FUNNEL);
        assert_eq!(
            (renamed.text("name"), &renamed.json["statuses"]),
            ("Roofs", &made["statuses"])
        );
        app.alpha.delete(&path(&made)).await.expect(204);
        assert_eq!(
            app.alpha.get(&path(&made)).await.expect(404).detail(),
            "Funnel not found"
        );
    })
    .await;
}

#[tokio::test]
async fn statuses_keep_their_order() {
    TestApp::run(async |app| {
        let funnel = make(&app.alpha, "Roofs", &["b", "d"]).await;
        let add = async |body: Value| {
            let made = app
                .alpha
                .post(&format!("{}/statuses", path(&funnel)), &body)
                .await
                .expect(201);
            assert_shape(&made.json, FUNNEL_STATUS);
            made.json
        };
        let a = add(json!({"name": "a", "position": 0})).await;
        assert_eq!(a["position"], 0);
        add(json!({"name": "c", "position": 2})).await;
        let e = add(json!({"name": "e"})).await;
        let f = add(json!({"name": "f", "position": 99})).await;
        assert_eq!((&e["position"], &f["position"]), (&json!(4), &json!(5)));
        assert_eq!(
            statuses(&app.alpha, &funnel).await,
            ["a", "b", "c", "d", "e", "f"]
        );
        let moved = app
            .alpha
            .patch(&path_of(&funnel, &e), &json!({"position": 1, "name": "E"}))
            .await
            .expect(200);
        assert_shape(&moved.json, FUNNEL_STATUS);
        assert_eq!(
            statuses(&app.alpha, &funnel).await,
            ["a", "E", "b", "c", "d", "f"]
        );
        let moved = app
            .alpha
            .patch(&path_of(&funnel, &a), &json!({"position": 99}))
            .await
            .expect(200);
        assert_eq!(moved.json["position"], 5);
        assert_eq!(
            statuses(&app.alpha, &funnel).await,
            ["E", "b", "c", "d", "f", "a"]
        );
        app.alpha.delete(&path_of(&funnel, &e)).await.expect(204);
        assert_eq!(statuses(&app.alpha, &funnel).await, ["b", "c", "d", "f", "a"]);
        app.alpha.delete(&path_of(&funnel, &e)).await.expect(404);
        // A status of another funnel is none of this one.
        let other = make(&app.alpha, "Windows", &["a"]).await;
        app.alpha
            .patch(&path_of(&other, &a), &json!({"name": "z"}))
            .await
            .expect(404);
        assert_eq!(statuses(&app.alpha, &other).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let funnel = make(&app.alpha, "Roofs", &["New"]).await;
        let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
        for (body, field) in [
            (json!({}), "name"),
            (json!({"name": " "}), "name"),
            (json!({"name": "x".repeat(256)}), "name"),
            (
                json!({"name": "x", "statuses": ["a", " "]}),
                "statuses[1]: must not be empty",
            ),
            (
                json!({"name": "x", "statuses": ["x".repeat(256)]}),
                "statuses[0]: must have at most",
            ),
            (
                json!({"name": "x", "statuses": ["a", "b", " a"]}),
                "statuses[2]: is given twice",
            ),
            (json!({"name": "x", "statuses": many}), "statuses"),
            (json!({"name": "x", "state": []}), "state"),
        ] {
            let refused = app.alpha.post("funnels", &body).await.expect(422);
            assert!(refused.detail().contains(field), "{}", refused.detail());
        }
        for (path, body) in [
            ("funnels".to_owned(), json!({"name": "Roofs"})),
            (format!("{}/statuses", path(&funnel)), json!({"name": "New"})),
        ] {
            let refused = app.alpha.post(&path, &body).await.expect(409);
            assert!(
                refused.detail().starts_with("name: another"),
                "{}",
                refused.detail()
            );
        }
        let other = make(&app.alpha, "Windows", &[]).await;
        app.alpha
            .patch(&path(&other), &json!({"name": "Roofs"}))
            .await
            .expect(409);
        make(&app.beta, "Roofs", &["New"]).await;
    })
    .await;
}

#[tokio::test]
async fn what_conversations_use_stays() {
    TestApp::run(async |app| {
        let funnel = make(&app.alpha, "Roofs", &["New", "Won"]).await;
        let contact = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let body = json!({"contact_id": contact.text("contact_id")});
        app.alpha.post("conversations", &body).await.expect(201);
        let sql = app.database.sql().await;
        let enter = format!(
            "UPDATE conversations SET funnel_id = {}, funnel_status_id = {}",
            funnel["number"], funnel["statuses"][0]["number"]
        );
        sql.batch_execute(&enter).await.unwrap();
        let refused = app.alpha.delete(&path(&funnel)).await.expect(409);
        assert_eq!(refused.detail(), "Conversations are in this funnel");
        let refused = app
            .alpha
            .delete(&path_of(&funnel, &funnel["statuses"][0]))
            .await
            .expect(409);
        assert_eq!(refused.detail(), "Conversations have this status");
        assert_eq!(statuses(&app.alpha, &funnel).await, ["New", "Won"]);
        app.alpha
            .delete(&path_of(&funnel, &funnel["statuses"][1]))
            .await
            .expect(204);
        sql.batch_execute("UPDATE conversations SET funnel_id = NULL, funnel_status_id = NULL")
            .await
            .unwrap();
        app.alpha.delete(&path(&funnel)).await.expect(204);
    })
    .await;
}

/// Those who add statuses at once wait for one another, so that no position is given twice.
#[tokio::test]
async fn statuses_added_at_once_stand_one_after_the_other() {
    TestApp::run(async |app| {
        let funnel = make(&app.alpha, "Roofs", &["last"]).await;
        let path = format!("{}/statuses", path(&funnel));
        let add = async |number: usize| {
            let body = json!({"name": number.to_string(), "position": 0});
            app.alpha.post(&path, &body).await.expect(201);
        };
        futures_util::future::join_all((0..8).map(add)).await;
        let names = statuses(&app.alpha, &funnel).await;
        assert_eq!((names.len(), names.last().map(String::as_str)), (9, Some("last")));
    })
    .await;
}
