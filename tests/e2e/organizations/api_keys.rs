//! API keys.

use rapport_crm_core::AgentPatch;
use rapport_platform::{Patch, ids};
use rapport_test_support::{Caller, TestApp};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    TestApp::run(async |app| {
        let body = json!({"name": "Website form", "scopes": ["write"]});
        let made = app.alpha.post("api-keys", &body).await.expect(201);
        let key = made.text("api_key").to_owned();
        assert!(
            key.starts_with("sk_live_") && key.len() == "sk_live_".len() + 43,
            "{key}"
        );
        assert_eq!(made.json["scopes"], json!(["read", "write"]));
        let caller = app.alpha.with_key(&key);
        caller.post("contacts", &json!({"name": "Hal"})).await.expect(201);
        let listed = app.alpha.get("api-keys").await.expect(200);
        assert!(!String::from_utf8_lossy(&listed.body).contains(&key));
        let row = &listed.json["data"][0];
        assert_eq!(
            (&row["api_key_id"], &row["prefix"]),
            (&made.json["api_key_id"], &json!(&key[..12]))
        );
        assert!(row.get("api_key").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_key_is_refused() {
    TestApp::run(async |app| {
        let (id, caller) = short_lived(app).await;
        app.alpha.delete(&format!("api-keys/{id}")).await.expect(204);
        assert_eq!(
            caller.get("contacts").await.expect(403).detail(),
            "Invalid API Key"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_deleted_by_another_process_is_refused() {
    TestApp::run(async |app| {
        let (id, caller) = short_lived(app).await;
        let (services, id) = (&app.app, ids::parse_opaque(&id).unwrap());
        let ctx = app.alpha.ctx();
        let deleted = services
            .db
            .write(&ctx, async |tx| services.api_keys.delete(tx, id).await);
        deleted.await.unwrap();
        // The notice comes in a moment; without it the key would be kept for ten seconds.
        let deadline = Instant::now() + Duration::from_secs(5);
        while caller.get("contacts").await.status != 403 {
            assert!(Instant::now() < deadline, "the key is still accepted");
        }
    })
    .await;
}

/// A key that was used just now.
async fn short_lived(app: &TestApp) -> (String, Caller) {
    let body = json!({"name": "Short-lived", "scopes": ["read"]});
    let made = app.alpha.post("api-keys", &body).await.expect(201);
    let caller = app.alpha.with_key(made.text("api_key"));
    caller.get("contacts").await.expect(200);
    (made.text("api_key_id").to_owned(), caller)
}

#[tokio::test]
async fn a_test_key_opens_the_sandbox() {
    TestApp::run(async |app| {
        let body = json!({"name": "Trying", "scopes": ["write"], "test": true});
        let made = app.alpha.post("api-keys", &body).await.expect(201);
        let key = made.text("api_key");
        assert!(key.starts_with("sk_test_"), "{key}");
        let sandbox = made.text("organization_id");
        assert_ne!(sandbox, app.alpha.organization_id);
        let caller = app.alpha.with_key(key);
        let contacts = format!("/api/v2/organizations/{sandbox}/contacts");
        caller
            .post(&contacts, &json!({"name": "Nobody"}))
            .await
            .expect(201);
        assert_eq!(
            app.alpha.get("contacts").await.expect(200).json["data"],
            json!([])
        );
        assert_eq!(
            caller.get("contacts").await.expect(404).detail(),
            "Organization not found"
        );
    })
    .await;
}

#[tokio::test]
async fn a_test_key_is_seen_and_ended_where_it_was_made() {
    TestApp::run(async |app| {
        let body =
            json!({"name": "Trying", "scopes": ["read"], "test": true, "agent_id": app.alpha.agent_id});
        let made = app.alpha.post("api-keys", &body).await.expect(201);
        let sandbox = made.text("organization_id");
        let theirs = app.alpha.get("api-keys").await.expect(200).json["data"][0].clone();
        assert_eq!(theirs["api_key_id"], made.json["api_key_id"]);
        assert_eq!(theirs["organization_id"], sandbox);
        let path = format!("api-keys/{}", made.text("api_key_id"));
        app.beta.delete(&path).await.expect(404);
        let caller = app.alpha.with_key(made.text("api_key"));
        let contacts = format!("/api/v2/organizations/{sandbox}/contacts");
        caller.get(&contacts).await.expect(200);

        app.alpha.delete(&path).await.expect(204);
        assert_eq!(
            caller.get(&contacts).await.expect(403).detail(),
            "Invalid API Key"
        );
        app.alpha.delete(&path).await.expect(404);
        let logged = app.alpha.get("audit-logs?record_type=api_key").await.expect(200);
        let actions: Vec<_> = logged.json["data"].as_array().unwrap().iter().collect();
        let [deleted, inserted, ..] = actions.as_slice() else {
            panic!("two entries: {actions:?}")
        };
        assert_eq!(deleted["action_type"], "delete");
        let agent = json!({"field": "agent_id", "from": null, "to": app.alpha.agent_id});
        let told = inserted["changes"].as_array().unwrap();
        assert!(told.contains(&agent), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        for (body, field) in [
            (json!({"name": "x", "scopes": []}), "scopes"),
            (json!({"name": "x", "scopes": ["root"]}), "scopes"),
            (json!({"scopes": ["read"]}), "name"),
            (
                json!({"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}),
                "expires_at",
            ),
            (
                json!({"name": "x", "scopes": ["read"], "expires_at": "+262142-12-31T23:59:59Z"}),
                "expires_at: must be a date and time as in RFC 3339",
            ),
        ] {
            let refused = app.alpha.post("api-keys", &body).await.expect(422);
            assert!(refused.detail().contains(field), "{}", refused.detail());
        }
    })
    .await;
}

/// A key that acts for an agent, and the path to the agent.
async fn acting(app: &TestApp, test: bool) -> (String, Caller, String) {
    let kara = json!({"name": "Kara", "email": "kara@example.com"});
    let kara = app.alpha.post("agents", &kara).await.expect(201);
    let agent = kara.text("agent_id");
    let body = json!({"name": "Kara's", "scopes": ["read"], "agent_id": agent, "test": test});
    let made = app.alpha.post("api-keys", &body).await.expect(201);
    let contacts = format!("/api/v2/organizations/{}/contacts", made.text("organization_id"));
    let caller = app.alpha.with_key(made.text("api_key"));
    (format!("agents/{agent}"), caller, contacts)
}

#[tokio::test]
async fn the_keys_of_an_inactive_agent_are_refused_until_the_agent_is_active_again() {
    TestApp::run(async |app| {
        let (agent, caller, contacts) = acting(app, false).await;
        for _ in 0..2 {
            caller.get(&contacts).await.expect(200);
            app.alpha
                .patch(&agent, &json!({"active": false}))
                .await
                .expect(200);
            let refused = caller.get(&contacts).await.expect(403);
            assert_eq!(refused.detail(), "API Key is inactive");
            app.alpha
                .patch(&agent, &json!({"active": true}))
                .await
                .expect(200);
        }
        caller.get(&contacts).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn so_are_their_test_keys() {
    TestApp::run(async |app| {
        let (agent, caller, contacts) = acting(app, true).await;
        caller.get(&contacts).await.expect(200);
        app.alpha
            .patch(&agent, &json!({"active": false}))
            .await
            .expect(200);
        caller.get(&contacts).await.expect(403);
        app.alpha
            .patch(&agent, &json!({"active": true}))
            .await
            .expect(200);
        caller.get(&contacts).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn an_agent_made_inactive_by_another_process_is_refused() {
    TestApp::run(async |app| {
        let (agent, caller, contacts) = acting(app, false).await;
        caller.get(&contacts).await.expect(200);
        let id = ids::parse_opaque(agent.strip_prefix("agents/").unwrap()).unwrap();
        let patch = AgentPatch {
            active: Patch::Set(false),
            ..AgentPatch::default()
        };
        let (services, ctx) = (&app.app, app.alpha.ctx());
        let changed = services
            .db
            .write(&ctx, async |tx| services.agents.update(tx, id, patch).await);
        changed.await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        while caller.get(&contacts).await.status != 403 {
            assert!(Instant::now() < deadline, "the key is still accepted");
        }
    })
    .await;
}
