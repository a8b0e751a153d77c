//! Agents.

use crate::support::records::{Records, unknown_id};
use crate::support::shape::{AGENT, CONVERSATION, assert_page, assert_shape};
use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let body = json!({"name": "Kara Danvers", "email": "kara@example.com", "role": "agent", "password": "correct horse"});
        let made = app.alpha.post("agents", &body).await.expect(201);
        assert_shape(&made.json, AGENT);
        assert_eq!((made.text("name"), made.text("email")), ("Kara Danvers", "kara@example.com"));
        let path = format!("agents/{}", made.text("agent_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let listed = app.alpha.reader.get("agents").await.expect(200);
        assert_page(&listed.json, 25, AGENT);
        assert_eq!(listed.json["data"][0], made.json);
        assert_eq!(listed.json["data"][1]["agent_id"], app.alpha.agent_id.as_str());
    })
    .await;
}

#[tokio::test]
async fn an_admin_must_remain() {
    TestApp::run(async |app| {
        let path = format!("agents/{}", app.alpha.agent_id);
        for change in [json!({"active": false}), json!({"role": "agent"})] {
            app.alpha.patch(&path, &change).await.expect(409);
        }
        let other = json!({"name": "Kara", "email": "kara@example.com", "role": "admin"});
        app.alpha.post("agents", &other).await.expect(201);
        let changed = app
            .alpha
            .patch(&path, &json!({"role": "agent"}))
            .await
            .expect(200);
        assert_shape(&changed.json, AGENT);
        let taken = app.alpha.post("agents", &other).await.expect(409);
        assert!(taken.detail().starts_with("email"), "{}", taken.detail());
    })
    .await;
}

#[tokio::test]
async fn conversations_of_an_agent_are_those_alone() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let path = format!("agents/{}/conversations", records.get("agent_id").unwrap());
        let listed = app.alpha.reader.get(&path).await.expect(200);
        assert_page(&listed.json, 25, CONVERSATION);
        let id = records.get("conversation_id").unwrap();
        assert_eq!(listed.json["data"][0]["conversation_id"], id);
        let nobodys = app
            .alpha
            .patch(&format!("conversations/{id}"), &json!({"agent_id": null}))
            .await;
        assert_shape(&nobodys.expect(200).json, CONVERSATION);
        assert_eq!(app.alpha.get(&path).await.expect(200).json["data"], json!([]));
        let unknown = app
            .alpha
            .get(&format!("agents/{}/conversations", unknown_id()))
            .await
            .expect(404);
        assert_eq!(unknown.detail(), "Agent not found");
    })
    .await;
}
