//! Teams and AI employees.

use crate::engagement::stage::Stage;
use crate::support::records::{number, unknown_id};
use crate::support::shape::{AI_EMPLOYEE, TEAM, assert_page, assert_shape};
use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_team_has_agents() {
    TestApp::run(async |app| {
        let kara = json!({"name": "Kara Danvers", "email": "kara@alpha.example"});
        let kara = app
            .alpha
            .post("agents", &kara)
            .await
            .expect(201)
            .text("agent_id")
            .to_owned();
        let admin = app.alpha.agent_id.clone();
        let body = json!({"name": "Night shift", "agent_ids": [kara, admin, kara]});
        let made = app.alpha.writer.post("teams", &body).await.expect(201);
        assert_shape(&made.json, TEAM);
        assert_eq!(
            made.json["agent_ids"],
            json!([admin, kara]),
            "each once, the oldest first"
        );
        assert_eq!(
            made.json["number"],
            number(app, "teams", made.text("team_id")).await
        );
        let path = format!("teams/{}", made.text("team_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let listed = app.alpha.reader.get("teams").await.expect(200);
        assert_page(&listed.json, 25, TEAM);
        assert_eq!(listed.json["data"], json!([made.json]));
        let changed = app
            .alpha
            .patch(&path, &json!({"name": "Day shift"}))
            .await
            .expect(200);
        assert_eq!(
            (changed.text("name"), &changed.json["agent_ids"]),
            ("Day shift", &made.json["agent_ids"])
        );
        let changed = app
            .alpha
            .patch(&path, &json!({"agent_ids": [kara]}))
            .await
            .expect(200);
        assert_eq!(changed.json["agent_ids"], json!([kara]));
        let changed = app
            .alpha
            .patch(&path, &json!({"agent_ids": null}))
            .await
            .expect(200);
        assert_eq!(changed.json["agent_ids"], json!([]));
        app.alpha
            .patch(&path, &json!({"agent_ids": [admin]}))
            .await
            .expect(200);
        app.alpha.delete(&path).await.expect(204);
        assert_eq!(app.alpha.get(&path).await.expect(404).detail(), "Team not found");
        app.alpha.get(&format!("agents/{admin}")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_team_that_cannot_be_is_refused() {
    TestApp::run(async |app| {
        app.alpha
            .post("teams", &json!({"name": "Night shift"}))
            .await
            .expect(201);
        for (body, field) in [
            (json!({}), "name"),
            (json!({"name": ""}), "name"),
            (json!({"name": "x", "agent_ids": ["me"]}), "agent_ids"),
            (json!({"name": "x", "agent_ids": [unknown_id()]}), "agent_ids"),
            (
                json!({"name": "x", "agent_ids": [app.beta.agent_id]}),
                "agent_ids",
            ),
            (json!({"name": "x", "members": []}), "members"),
        ] {
            let refused = app.alpha.post("teams", &body).await.expect(422);
            assert!(refused.detail().contains(field), "{}", refused.detail());
        }
        let refused = app
            .alpha
            .post("teams", &json!({"name": "Night shift"}))
            .await
            .expect(409);
        assert_eq!(refused.detail(), "name: another team has this name");
        assert_eq!(
            app.alpha.get("teams").await.json["data"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn an_ai_employee_with_tasks_stays() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let made = app
            .alpha
            .post("ai-employees", &json!({"name": "Ada"}))
            .await
            .expect(201);
        assert_shape(&made.json, AI_EMPLOYEE);
        let path = format!("ai-employees/{}", made.text("ai_employee_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        assert_page(
            &app.alpha.reader.get("ai-employees").await.expect(200).json,
            25,
            AI_EMPLOYEE,
        );
        let renamed = app
            .alpha
            .patch(&path, &json!({"name": "Grace"}))
            .await
            .expect(200);
        assert_eq!(
            (renamed.text("name"), &renamed.json["number"]),
            ("Grace", &made.json["number"])
        );
        app.alpha.patch(&path, &json!({"name": " "})).await.expect(422);
        let worker = json!({"id": made.json["number"].to_string(), "type": "ai_employee"});
        let user = json!({"id": stage.user.to_string(), "type": "user"});
        let task = stage.task(&json!({"assignedTo": worker})).await;
        let refused = app.alpha.delete(&path).await.expect(409);
        assert_eq!(refused.detail(), "Tasks name this AI employee");
        stage.put(&task, &json!({"assignedTo": user})).await.expect(200);
        app.alpha.delete(&path).await.expect(204);
        app.alpha.get(&path).await.expect(404);
    })
    .await;
}
