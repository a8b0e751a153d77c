//! Deleting agents.

use crate::support::records::{Records, unknown_id};
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_deleted_agent_is_gone_and_what_was_assigned_is_nobodys() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let id = |name: &str| records.get(name).unwrap().to_owned();
        let agent = id("agent_id");
        let said = json!({"modality": "text", "message_direction": "sent", "content": "On my way.", "agent_id": agent});
        let messages = format!("conversations/{}/messages", id("conversation_id"));
        let message = app.alpha.post(&messages, &said).await.expect(201);
        let path = format!("agents/{agent}");
        app.alpha.delete(&path).await.expect(204);

        assert_eq!(app.alpha.get(&path).await.expect(404).detail(), "Agent not found");
        app.alpha.patch(&path, &json!({"name": "Kara"})).await.expect(404);
        app.alpha.delete(&path).await.expect(404);
        let dates = "start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z";
        for part in [
            "conversations".to_owned(),
            "sales".to_owned(),
            format!("analytics?{dates}"),
            format!("analytics/conversations?{dates}"),
            format!("analytics/sales?{dates}"),
        ] {
            let gone = app.alpha.get(&format!("{path}/{part}")).await.expect(404);
            assert_eq!(gone.detail(), "Agent not found", "{part}");
        }
        let listed = app.alpha.get("agents").await.expect(200);
        let listed = listed.json["data"].as_array().unwrap().clone();
        assert!(listed.iter().all(|one| one["agent_id"] != agent.as_str()), "{listed:?}");

        let company = app.alpha.get(&format!("companies/{}", id("company_id"))).await.expect(200);
        assert_eq!(company.json["agent_id"], Value::Null);
        let refused = json!({"agent_id": agent});
        let company = format!("companies/{}", id("company_id"));
        app.alpha.patch(&company, &refused).await.expect(422);
        let conversation = format!("conversations/{}", id("conversation_id"));
        app.alpha.patch(&conversation, &refused).await.expect(422);
        // What was written stays the agent's own.
        let written = app.alpha.get(&format!("{messages}/{}", message.text("message_id"))).await.expect(200);
        assert_eq!(written.json["agent_id"], agent.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_agent_keeps_its_sales_and_gets_no_others() {
    TestApp::run(async |app| {
        let kara = json!({"name": "Kara", "email": "kara@example.com"});
        let kara = app.alpha.post("agents", &kara).await.expect(201);
        let agent = kara.text("agent_id");
        let owned = json!({"owner_id": agent});
        let hers = app.alpha.post("sales", &owned).await.expect(201);
        let nobodys = app.alpha.post("sales", &json!({})).await.expect(201);
        app.alpha.delete(&format!("agents/{agent}")).await.expect(204);

        let listed = app
            .alpha
            .get(&format!("sales?owner_id={agent}"))
            .await
            .expect(200);
        assert_eq!(listed.json["data"], json!([hers.json]));
        let nobodys = format!("sales/{}", nobodys.text("sale_id"));
        for refused in [
            app.alpha.post("sales", &owned).await.expect(422),
            app.alpha.patch(&nobodys, &owned).await.expect(422),
        ] {
            let expected = "owner_id: is not an agent of this organization";
            assert_eq!(refused.detail(), expected);
        }
        // What is sent as it was received changes nothing.
        let hers = format!("sales/{}", hers.text("sale_id"));
        app.alpha.patch(&hers, &owned).await.expect(200);
        let given = app
            .alpha
            .patch(&hers, &json!({"owner_id": null}))
            .await
            .expect(200);
        assert_eq!(given.json["owner_id"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn it_is_in_the_audit_log_with_all_that_it_changed() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let agent = records.get("agent_id").unwrap();
        app.database.clock.advance(chrono::TimeDelta::minutes(1));
        app.alpha.delete(&format!("agents/{agent}")).await.expect(204);
        let listed = app
            .alpha
            .get("audit-logs?start_date=2026-03-12T00:33:00Z")
            .await
            .expect(200);
        let unassigned = json!([{"field": "agent_id", "from": agent, "to": null}]);
        let mut told: Vec<_> = listed.json["data"].as_array().unwrap().clone();
        told.sort_by_key(|entry| entry["record"]["type"].as_str().unwrap().to_owned());
        let told: Vec<_> = told
            .iter()
            .map(|entry| {
                (
                    entry["action_type"].as_str().unwrap(),
                    &entry["record"]["id"],
                    &entry["changes"],
                )
            })
            .collect();
        let changes = json!([
            {"field": "name", "from": "Kara Danvers", "to": null},
            {"field": "email", "from": "kara@ferris.example", "to": null},
            {"field": "role", "from": "agent", "to": null},
            {"field": "active", "from": true, "to": null},
        ]);
        let expected = [
            ("delete", &json!(agent), &changes),
            ("update", &json!(records.get("company_id").unwrap()), &unassigned),
            (
                "update",
                &json!(records.get("conversation_id").unwrap()),
                &unassigned,
            ),
        ];
        assert_eq!(told, expected);
    })
    .await;
}

#[tokio::test]
async fn its_keys_end_here_and_in_the_sandbox() {
    TestApp::run(async |app| {
        let kara = json!({"name": "Kara", "email": "kara@example.com", "role": "admin"});
        let kara = app
            .alpha
            .post("agents", &kara)
            .await
            .expect(201)
            .text("agent_id")
            .to_owned();
        let mut keys = Vec::new();
        for test in [false, true] {
            let key = json!({"name": "Hers", "scopes": ["read"], "agent_id": kara, "test": test});
            let key = app.alpha.post("api-keys", &key).await.expect(201);
            let path = format!("/api/v2/organizations/{}/contacts", key.text("organization_id"));
            keys.push((app.alpha.with_key(key.text("api_key")), path));
        }
        for (caller, path) in &keys {
            caller.get(path).await.expect(200);
        }
        app.alpha.delete(&format!("agents/{kara}")).await.expect(204);
        for (caller, path) in &keys {
            assert_eq!(caller.get(path).await.expect(403).detail(), "API Key is inactive");
        }
        let listed = app.alpha.get("api-keys").await.expect(200);
        let hers = listed.json["data"].as_array().unwrap();
        let hers = hers.iter().find(|key| key["name"] == "Hers").unwrap();
        assert_eq!(
            (&hers["active"], &hers["agent_id"]),
            (&json!(false), &json!(kara))
        );
        app.alpha.get("contacts").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_cannot_be_deleted_and_nobody_elses() {
    TestApp::run(async |app| {
        let own = format!("agents/{}", app.alpha.agent_id);
        let refused = app.alpha.delete(&own).await.expect(409);
        assert_eq!(refused.detail(), "The last active admin must remain one");
        for other in [unknown_id(), app.beta.agent_id.clone()] {
            app.alpha.delete(&format!("agents/{other}")).await.expect(404);
        }
        // Of two, each may go, but not both.
        let kara = json!({"name": "Kara", "email": "kara@example.com", "role": "admin"});
        let kara = app.alpha.post("agents", &kara).await.expect(201);
        let hers = format!("agents/{}", kara.text("agent_id"));
        let key = json!({"name": "Independent", "scopes": ["admin"]});
        let key = app.alpha.post("api-keys", &key).await.expect(201);
        let caller = app.alpha.with_key(key.text("api_key"));
        let (one, two) = tokio::join!(caller.delete(&own), caller.delete(&hers));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
    })
    .await;
}

#[tokio::test]
async fn who_was_deleted_can_be_hired_again() {
    TestApp::run(async |app| {
        let kara = json!({"name": "Kara", "email": "kara@example.com"});
        let first = app
            .alpha
            .post("agents", &kara)
            .await
            .expect(201)
            .text("agent_id")
            .to_owned();
        app.alpha.delete(&format!("agents/{first}")).await.expect(204);
        let again = app
            .alpha
            .post("agents", &kara)
            .await
            .expect(201)
            .text("agent_id")
            .to_owned();
        assert_ne!(first, again);
        app.alpha.get(&format!("agents/{again}")).await.expect(200);
        app.alpha.get(&format!("agents/{first}")).await.expect(404);
        app.alpha.post("agents", &kara).await.expect(409);
    })
    .await;
}

/// Nothing may be given to an agent in the moment in which it is deleted, and nobody waits in a circle.
#[tokio::test]
async fn an_agent_who_is_deleted_is_given_nothing_meanwhile() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let records = Records::make(app, tenant).await;
        let id = |name: &str| records.get(name).unwrap().to_owned();
        for round in 0..8 {
            let agent = json!({"name": "Kara", "email": format!("kara{round}@example.com")});
            let agent = tenant
                .post("agents", &agent)
                .await
                .expect(201)
                .text("agent_id")
                .to_owned();
            let assigned = json!({"agent_id": agent});
            let conversation = json!({"contact_id": id("contact_id"), "agent_id": agent});
            let company = json!({"name": "Ferris", "agent_id": agent});
            let team = json!({"name": format!("Team {round}"), "agent_ids": [agent]});
            let (path, changed) = (
                format!("agents/{agent}"),
                format!("conversations/{}", id("conversation_id")),
            );
            let kept = format!("companies/{}", id("company_id"));
            let (gone, writes) = tokio::join!(tenant.delete(&path), async {
                tokio::join!(
                    tenant.post("conversations", &conversation),
                    tenant.post("companies", &company),
                    tenant.post("teams", &team),
                    tenant.patch(&changed, &assigned),
                    tenant.patch(&kept, &assigned),
                )
            });
            gone.expect(204);
            for written in [&writes.0, &writes.1, &writes.2, &writes.3, &writes.4] {
                assert!([200, 201, 422].contains(&written.status), "{}", written.json);
            }
            for list in ["conversations", "companies", "teams"] {
                let all = tenant.get(&format!("{list}?limit=100")).await.expect(200);
                assert!(!all.json.to_string().contains(&agent), "{list}: {}", all.json);
            }
        }
    })
    .await;
}

/// As databases may have it where both happened at once before agents were held.
#[tokio::test]
async fn a_company_whose_agent_is_gone_can_be_changed() {
    TestApp::run(async |app| {
        let kara = json!({"name": "Kara", "email": "kara@example.com"});
        let kara = app.alpha.post("agents", &kara).await.expect(201);
        let company = json!({"name": "Ferris", "agent_id": kara.text("agent_id")});
        let company = app.alpha.post("companies", &company).await.expect(201);
        let gone = "UPDATE agents SET deleted_at = now() WHERE name = 'Kara'";
        app.database.sql().await.batch_execute(gone).await.unwrap();
        let path = format!("companies/{}", company.text("company_id"));
        let renamed = app
            .alpha
            .patch(&path, &json!({"name": "Ferris Air"}))
            .await
            .expect(200);
        assert_eq!(renamed.json["name"], "Ferris Air");
        let again = json!({"agent_id": kara.text("agent_id")});
        app.alpha.patch(&path, &again).await.expect(422);
        app.alpha
            .patch(&path, &json!({"agent_id": null}))
            .await
            .expect(200);
    })
    .await;
}
