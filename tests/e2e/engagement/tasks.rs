//! Tasks: what they are made of, and what becomes of them.

use super::stage::{Stage, TASK, assert_blames, path};
use crate::support::shape::assert_shape;
use chrono::{SecondsFormat, TimeDelta};
use rapport_platform::ids;
use rapport_test_support::{TestApp, epoch};
use serde_json::{Value, json};

const TASKS: &str = "/api/v1/tasks";

/// The moment so many hours after the beginning of the test, as it is answered.
fn hour(hours: i64) -> String {
    let time = epoch() + TimeDelta::hours(hours);
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let body = stage.body(&json!({"dueDate": "2026-04-01T12:00:00+02:00", "status": "scheduled"}));
        let made = app.alpha.writer.post(TASKS, &body).await.expect(200);
        assert_shape(&made.json, TASK);
        for name in ["context", "objective", "createdBy", "assignedTo", "status"] {
            assert_eq!(made.json[name], body[name], "{name}");
        }
        let tenant = ids::parse_opaque(&app.alpha.organization_id).unwrap();
        assert_eq!(made.text("tenantId"), tenant.to_string());
        assert_eq!(made.text("dueDate"), "2026-04-01T10:00:00.000000Z");
        for name in ["createdAt", "updatedAt", "publishedAt"] {
            assert_eq!(made.text(name), hour(0), "{name}");
        }
        for name in ["completedAt", "cancelledAt", "cancellationReason"] {
            assert_eq!(made.json[name], json!(null), "{name}");
        }
        let read = app.alpha.reader.get(&path(&made.json)).await.expect(200);
        assert_eq!(read.json, made.json);
        let listed = app.alpha.reader.get(TASKS).await.expect(200);
        let page = json!({"items": [made.json], "nextPageToken": null, "totalCount": 1});
        assert_eq!(listed.json, page);
    })
    .await;
}

#[tokio::test]
async fn what_the_server_keeps_may_be_sent_and_is_ignored() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let kept = json!({
            "title": "Follow up with client", "id": "mine", "tenantId": "mine", "createdAt": "mine", "updatedAt": 1,
        });
        let made = stage.task(&kept).await;
        assert_ne!(made["id"], "mine");
        // What was read can be sent back.
        let mut sent = made.clone();
        sent["objective"] = "Send contract".into();
        sent["title"] = "Follow up".into();
        let changed = stage.put(&made, &sent).await.expect(200);
        assert_eq!(changed.text("objective"), "Send contract");
        assert_eq!(changed.json["createdBy"], made["createdBy"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let foreign = Stage::of(app, &app.beta).await;
        for (more, field) in [
            (json!({"objetive": "x"}), "objetive"),
            (json!({"completedAt": "2026-04-01T10:00:00Z"}), "completedAt"),
            (json!({"objective": "  "}), "objective"),
            (json!({"objective": 1}), "objective"),
            (json!({"objective": "x".repeat(10_001)}), "objective"),
            (json!({"context": {}}), "context.conversationId"),
            (
                json!({"context": {"conversationId": "1"}}),
                "context.conversationId",
            ),
            (
                json!({"context": {"conversationId": 0.5}}),
                "context.conversationId",
            ),
            (
                json!({"context": {"conversationId": 999_999}}),
                "context.conversationId",
            ),
            (
                json!({"context": {"conversationId": foreign.conversation}}),
                "context.conversationId",
            ),
            (json!({"context": {"conversationId": 1, "id": 2}}), "context.id"),
            (json!({"dueDate": "tomorrow"}), "dueDate"),
            (json!({"status": "pending"}), "status"),
        ] {
            let refused = app.alpha.post(TASKS, &stage.body(&more)).await;
            assert_blames(&refused, field);
        }
        for missing in ["context", "objective", "createdBy", "assignedTo"] {
            let mut body = stage.body(&json!({}));
            body.as_object_mut().unwrap().remove(missing);
            let refused = app.alpha.post(TASKS, &body).await;
            assert_blames(&refused, missing);
        }
        assert_eq!(app.alpha.get(TASKS).await.json["totalCount"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_worker_who_is_nobody_is_named() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let (own, foreign) = (stage.user, Stage::of(app, &app.beta).await);
        let worker = |id: &str, kind: &str| json!({"id": id, "type": kind});
        for (more, field) in [
            (json!({"assignedTo": worker("999999", "user")}), "assignedTo.id"),
            (
                json!({"assignedTo": worker(&foreign.user.to_string(), "user")}),
                "assignedTo.id",
            ),
            (
                json!({"assignedTo": worker(&own.to_string(), "ai_employee")}),
                "assignedTo.id",
            ),
            (json!({"assignedTo": worker("me", "user")}), "assignedTo.id"),
            (
                json!({"assignedTo": worker(&own.to_string(), "robot")}),
                "assignedTo.type",
            ),
            (json!({"createdBy": worker("999999", "user")}), "createdBy.id"),
            (
                json!({"createdBy": worker("999999", "ai_employee")}),
                "createdBy.id",
            ),
        ] {
            let refused = app.alpha.post(TASKS, &stage.body(&more)).await;
            assert_blames(&refused, field);
        }
    })
    .await;
}

#[tokio::test]
async fn ai_employees_make_and_do_tasks() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let ada = json!({"id": stage.ai_employee().await.to_string(), "type": "ai_employee"});
        let task = stage.task(&json!({"createdBy": ada, "assignedTo": ada})).await;
        assert_eq!((&task["createdBy"], &task["assignedTo"]), (&ada, &ada));
        let user = json!({"id": stage.user.to_string(), "type": "user"});
        let changed = stage.put(&task, &json!({"assignedTo": user})).await.expect(200);
        assert_eq!(
            (&changed.json["createdBy"], &changed.json["assignedTo"]),
            (&ada, &user)
        );
    })
    .await;
}

#[tokio::test]
async fn put_changes_what_it_names_and_null_clears() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let task = stage.task(&json!({"dueDate": hour(5)})).await;
        app.database.clock.advance(TimeDelta::hours(1));
        let other = stage.conversation("Hal Jordan").await;
        let body = json!({"context": {"conversationId": other}, "objective": "Call", "publishedAt": hour(2)});
        let changed = stage.put(&task, &body).await.expect(200);
        assert_shape(&changed.json, TASK);
        let mut wanted = task.clone();
        for (name, value) in body.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        wanted["updatedAt"] = hour(1).into();
        assert_eq!(changed.json, wanted);
        let cleared = stage
            .put(&task, &json!({"dueDate": null, "publishedAt": null}))
            .await
            .expect(200);
        assert_eq!(
            (&cleared.json["dueDate"], &cleared.json["publishedAt"]),
            (&json!(null), &json!(null))
        );
        for field in ["status", "context", "objective", "assignedTo"] {
            assert_blames(&stage.put(&task, &json!({field: null})).await, field);
        }
        assert_blames(
            &stage
                .put(&task, &json!({"context": {"conversationId": 999_999}}))
                .await,
            "context.conversationId",
        );
        let nobody = json!({"assignedTo": {"id": "999999", "type": "user"}});
        assert_blames(&stage.put(&task, &nobody).await, "assignedTo.id");
        assert_blames(&stage.put(&task, &json!({"dueAt": null})).await, "dueAt");
        assert_eq!(app.alpha.get(&path(&task)).await.expect(200).json, cleared.json);
    })
    .await;
}

#[tokio::test]
async fn completing_and_cancelling_note_the_time() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let task = stage.task(&json!({})).await;
        app.database.clock.advance(TimeDelta::hours(1));
        let times = |task: &Value| ["completedAt", "cancelledAt", "cancellationReason"].map(|name| task[name].clone());
        // Each step: what is sent, and what completedAt, cancelledAt and cancellationReason are then.
        for (body, wanted) in [
            (json!({"status": "completed"}), json!([hour(1), null, null])),
            (json!({"status": "completed", "objective": "Done"}), json!([hour(1), null, null])),
            (json!({"completedAt": hour(-3)}), json!([hour(-3), null, null])),
            (json!({"status": "cancelled", "cancellationReason": "Too late"}), json!([null, hour(1), "Too late"])),
            (json!({"cancellationReason": null}), json!([null, hour(1), null])),
            (json!({"cancellationReason": "No money"}), json!([null, hour(1), "No money"])),
            (json!({"status": "scheduled"}), json!([null, null, null])),
            (json!({"status": "completed", "completedAt": hour(-2)}), json!([hour(-2), null, null])),
            (json!({"status": "scheduled", "completedAt": hour(-2)}), json!([hour(-2), null, null])),
            // A task that was read as scheduled and is sent back as completed.
            (json!({"status": "completed", "completedAt": null, "cancelledAt": null}), json!([hour(1), null, null])),
            (json!({"completedAt": null}), json!([null, null, null])),
        ] {
            let changed = stage.put(&task, &body).await.expect(200);
            assert_eq!(json!(times(&changed.json)), wanted, "{body}");
        }
        let made = stage.task(&json!({"status": "completed"})).await;
        assert_eq!(json!(times(&made)), json!([hour(1), null, null]));
        let made = stage.task(&json!({"status": "cancelled"})).await;
        assert_eq!(json!(times(&made)), json!([null, hour(1), null]));
        // All that the reference shows may be sent at once.
        let body = json!({
            "status": "completed", "context": {"conversationId": stage.conversation}, "objective": "string",
            "assignedTo": {"id": stage.user.to_string(), "type": "user"}, "publishedAt": "2019-08-24T14:15:22Z",
            "dueDate": "2019-08-24T14:15:22Z", "completedAt": "2019-08-24T14:15:22Z",
            "cancelledAt": "2019-08-24T14:15:22Z", "cancellationReason": "string",
        });
        let changed = stage.put(&task, &body).await.expect(200);
        assert_eq!(json!(times(&changed.json)), json!(["2019-08-24T14:15:22.000000Z", "2019-08-24T14:15:22.000000Z", "string"]));
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_task_past_its_due_date_is_overdue() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let task = stage
            .task(&json!({"dueDate": hour(1), "status": "overdue"}))
            .await;
        assert_eq!(task["status"], "scheduled");
        let status = async || {
            app.alpha
                .get(&path(&task))
                .await
                .expect(200)
                .text("status")
                .to_owned()
        };
        app.database.clock.advance(TimeDelta::hours(1));
        assert_eq!(status().await, "scheduled", "due now");
        app.database.clock.advance(TimeDelta::microseconds(1));
        assert_eq!(status().await, "overdue");
        // What was read as overdue can be sent back.
        let sent = stage.put(&task, &json!({"status": "overdue"})).await.expect(200);
        assert_eq!(sent.text("status"), "overdue");
        let sent = stage
            .put(&task, &json!({"status": "scheduled", "dueDate": hour(2)}))
            .await
            .expect(200);
        assert_eq!(sent.text("status"), "scheduled");
        stage
            .put(&task, &json!({"dueDate": hour(0), "status": "completed"}))
            .await
            .expect(200);
        assert_eq!(status().await, "completed");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_task_is_answered_and_gone() {
    TestApp::run(async |app| {
        let stage = Stage::of(app, &app.alpha).await;
        let task = stage.task(&json!({})).await;
        let changed = stage.put(&task, &json!({"objective": "Call"})).await.expect(200);
        stage.put(&task, &json!({"objective": "Call"})).await.expect(200);
        let deleted = app.alpha.writer.delete(&path(&task)).await.expect(200);
        assert_eq!(deleted.text("objective"), changed.text("objective"));
        assert_shape(&deleted.json, TASK);
        app.alpha.get(&path(&task)).await.expect(404);
        app.alpha.delete(&path(&task)).await.expect(404);
        stage.put(&task, &json!({"objective": "Call"})).await.expect(404);
        let sql = app.database.sql().await;
        let column = async |query: &str| -> Vec<String> {
            let rows = sql.query(query, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        };
        let audit = "SELECT action_type FROM audit_logs WHERE record_type = 'task' ORDER BY id";
        assert_eq!(column(audit).await, ["insert", "update", "delete"]);
        let events = "SELECT kind FROM events WHERE subject_type = 'task' ORDER BY id";
        assert_eq!(
            column(events).await,
            ["task.created", "task.updated", "task.deleted"]
        );
    })
    .await;
}
