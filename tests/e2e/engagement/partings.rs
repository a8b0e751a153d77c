//! What becomes of tasks and teams when an agent or a contact goes.

use super::stage::{Stage, assert_blames, path};
use crate::support::records::number;
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

async fn kara(app: &TestApp) -> (String, i64) {
    let kara = json!({"name": "Kara Danvers", "email": "kara@alpha.example"});
    let made = app.alpha.post("agents", &kara).await.expect(201);
    let id = made.text("agent_id").to_owned();
    let number = number(app, "agents", &id).await;
    (id, number)
}

fn user(number: i64) -> Value {
    json!({"id": number.to_string(), "type": "user"})
}

async fn delete(tenant: &Tenant, agent: &str) -> u16 {
    tenant.delete(&format!("agents/{agent}")).await.status
}

#[tokio::test]
async fn an_agent_with_open_tasks_stays_until_they_are_somebody_elses() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let (agent, number) = kara(app).await;
        let done = stage
            .task(&json!({"assignedTo": user(number), "status": "completed"}))
            .await;
        let open = stage.task(&json!({"assignedTo": user(number)})).await;
        let refused = app.alpha.delete(&format!("agents/{agent}")).await.expect(409);
        let message = "Open tasks of the agent, to be assigned to somebody else first: 1";
        assert_eq!(refused.detail(), message);
        stage
            .put(&open, &json!({"assignedTo": user(stage.user)}))
            .await
            .expect(200);
        assert_eq!(delete(&app.alpha, &agent).await, 204);
        let kept = app.alpha.get(&path(&done)).await.expect(200);
        assert_eq!(kept.json["assignedTo"], user(number));
        let gone = stage.put(&open, &json!({"assignedTo": user(number)})).await;
        assert_blames(&gone, "assignedTo.id");
    })
    .await;
}

#[tokio::test]
async fn a_task_is_not_taken_up_again_for_an_agent_who_is_gone() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let (agent, number) = kara(app).await;
        let task = json!({"assignedTo": user(number), "status": "completed"});
        let done = stage.task(&task).await;
        assert_eq!(delete(&app.alpha, &agent).await, 204);
        let again = json!({"status": "scheduled"});
        assert_blames(&stage.put(&done, &again).await, "assignedTo.id");
        let renamed = json!({"objective": "Call back", "status": "cancelled"});
        stage.put(&done, &renamed).await.expect(200);
        let mine = json!({"status": "scheduled", "assignedTo": user(stage.user)});
        stage.put(&done, &mine).await.expect(200);
    })
    .await;
}

/// A task is always somebody's: either it is refused, or the agent stays.
#[tokio::test]
async fn an_agent_who_is_deleted_is_given_no_task_meanwhile() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let sql = app.database.sql().await;
        for round in 0..8 {
            let body = json!({"name": "Kara", "email": format!("kara{round}@alpha.example")});
            let made = app.alpha.post("agents", &body).await.expect(201);
            let agent = made.text("agent_id").to_owned();
            let number = number(app, "agents", &agent).await;
            let mine = stage.task(&json!({})).await;
            let done = json!({"assignedTo": user(number), "status": "completed"});
            let done = stage.task(&done).await;
            let (assigned, again) = (
                json!({"assignedTo": user(number)}),
                json!({"status": "scheduled"}),
            );
            let (gone, one, two) = tokio::join!(
                delete(&app.alpha, &agent),
                stage.put(&mine, &assigned),
                stage.put(&done, &again)
            );
            assert!([204, 409].contains(&gone), "{gone}");
            for written in [one, two] {
                assert!([200, 400].contains(&written.status), "{}", written.json);
            }
            let query = "SELECT count(*) FROM tasks t JOIN agents a ON a.id = t.assigned_agent_id \
                         WHERE t.status = 'scheduled' AND a.deleted_at IS NOT NULL";
            let lost: i64 = sql.query_one(query, &[]).await.unwrap().get(0);
            assert_eq!(lost, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn an_agent_who_is_deleted_is_in_no_team() {
    TestApp::run(async |app| {
        let (agent, _) = kara(app).await;
        let body = json!({"name": "Night shift", "agent_ids": [agent, app.alpha.agent_id]});
        let team = app.alpha.post("teams", &body).await.expect(201);
        assert_eq!(delete(&app.alpha, &agent).await, 204);
        let team = format!("teams/{}", team.text("team_id"));
        let read = app.alpha.get(&team).await.expect(200);
        assert_eq!(read.json["agent_ids"], json!([app.alpha.agent_id]));
        let refused = app
            .alpha
            .patch(&team, &json!({"agent_ids": [agent]}))
            .await
            .expect(422);
        assert!(refused.detail().starts_with("agent_ids"), "{}", refused.detail());
        let logged = app
            .alpha
            .get("audit-logs?record_type=team&limit=1")
            .await
            .expect(200);
        let change = json!([{"field": "agent_ids", "from": agent, "to": null}]);
        assert_eq!(logged.json["data"][0]["changes"], change);
    })
    .await;
}

#[tokio::test]
async fn tasks_say_nothing_of_a_contact_that_was_erased() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let task = stage
            .task(&json!({"objective": "Ask Zebulon for his doctor's letter"}))
            .await;
        let reason = json!({"status": "cancelled", "cancellationReason": "Zebulon is ill"});
        stage.put(&task, &reason).await.expect(200);
        let deleted = stage.task(&json!({"objective": "Tell Zebulon"})).await;
        app.alpha.delete(&path(&deleted)).await.expect(200);
        let contacts = app.alpha.get("contacts").await.expect(200);
        let contact = contacts.json["data"][0]["contact_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let erase = format!("contacts/{contact}/erase");
        app.alpha
            .post(&erase, &json!({"confirm": true}))
            .await
            .expect(204);
        let read = app.alpha.get(&path(&task)).await.expect(200);
        assert_eq!(
            (read.text("objective"), &read.json["cancellationReason"]),
            ("", &json!(null))
        );
        assert_eq!(read.text("status"), "cancelled");
        let logged = app.alpha.get("audit-logs?record_type=task").await.expect(200);
        assert!(logged.json["data"].as_array().unwrap().len() == 4);
        assert!(!logged.json.to_string().contains("Zebulon"));
    })
    .await;
}

#[tokio::test]
async fn a_conversation_says_nothing_of_a_contact_that_was_erased() {
    TestApp::run(async |app| {
        let field = json!({"entityType": "FUNNEL_CONVERSATION", "fieldKey": "note", "fieldType": "STRING"});
        app.alpha
            .post("/api/v1/custom-fields/definitions", &field)
            .await
            .expect(200);
        let funnel = json!({"name": "Roof repairs", "statuses": ["New"]});
        let funnel = app.alpha.post("funnels", &funnel).await.expect(201);
        let body = json!({
            "funnelId": funnel.json["number"], "contact": {"firstName": "Zebulon"},
            "customFields": {"note": "Zebulon is ill"},
        });
        app.alpha.post("/api/v1/conversations", &body).await.expect(200);
        let contacts = app.alpha.get("contacts").await.expect(200);
        let contact = contacts.json["data"][0]["contact_id"].as_str().unwrap();
        let sql = app.database.sql().await;
        let told = async |table: &str| {
            let told = format!("SELECT count(*) FROM {table} AS row WHERE row::text LIKE '%Zebulon%'");
            sql.query_one(&told, &[]).await.unwrap().get::<_, i64>(0)
        };
        let tables = ["contacts", "conversations", "custom_field_values", "audit_logs"];
        for table in tables {
            assert!(told(table).await > 0, "{table}");
        }
        let erase = format!("contacts/{contact}/erase");
        app.alpha
            .post(&erase, &json!({"confirm": true}))
            .await
            .expect(204);
        for table in tables {
            assert_eq!(told(table).await, 0, "{table}");
        }
    })
    .await;
}
