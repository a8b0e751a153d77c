//! Operations, by which reports are looked up later.

use super::{BULK, Funnel};
use crate::support::shape::Type::{Free, Id, Integer, List, Maybe, Object, Text, Time};
use crate::support::shape::{Shape, assert_shape};
use chrono::TimeDelta;
use rapport::retention::Retention;
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::json;

const ISSUE: Shape = &[
    ("field", Text),
    ("message", Text),
    ("code", Text),
    ("context", Free),
];

const OPERATION: Shape = &[
    ("operation_id", Id),
    ("kind", Text),
    ("created_at", Time),
    (
        "counts",
        Object(&[
            ("successful", Integer),
            ("warnings", Integer),
            ("duplicates", Integer),
            ("errors", Integer),
            ("total", Integer),
        ]),
    ),
    (
        "items",
        List(&[
            ("index", Integer),
            ("number", Maybe(&Integer)),
            ("outcome", Text),
            ("errors", List(ISSUE)),
            ("warnings", List(ISSUE)),
            ("existing_entities", Free),
        ]),
    ),
];

#[tokio::test]
async fn a_report_can_be_looked_up_by_its_organization() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let jane = funnel.item(&json!({"firstName": "Jane", "phones": ["+56911111111"]}));
        let answer = funnel.bulk(&[jane.clone(), jane, json!({})]).await;
        let id = answer["operationId"].as_str().unwrap();
        let path = format!("operations/{id}");
        let found = app.alpha.reader.get(&path).await.expect(200).json;
        assert_shape(&found, OPERATION);
        assert_eq!(found["operation_id"], id);
        assert_eq!(found["kind"], "conversations.create");
        assert_eq!(found["counts"], answer["report"]["counts"]);
        let outcomes: Vec<_> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["outcome"].as_str().unwrap())
            .collect();
        assert_eq!(outcomes, ["stored", "duplicate", "refused"]);
        assert!(found["items"][0]["number"].is_i64());
        assert_eq!(found["items"][2]["errors"][0]["code"], "REQUIRED_FIELD");
        let refused = app.beta.get(&path).await.expect(404);
        assert_eq!(refused.detail(), "Operation not found");
        app.alpha.get("operations/7").await.expect(400);
        let logged = app
            .alpha
            .get("audit-logs?record_type=operation")
            .await
            .expect(200)
            .json;
        assert_eq!(logged["data"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_report_is_kept_for_its_days_in_every_organization() {
    TestApp::run(async |app| {
        let (alpha, beta) = (
            Funnel::of(app, &app.alpha).await,
            Funnel::of(app, &app.beta).await,
        );
        let report = async |funnel: &Funnel<'_>| {
            let answer = funnel.bulk(&[json!({})]).await;
            format!("operations/{}", answer["operationId"].as_str().unwrap())
        };
        let retention = Retention {
            operations_days: 3,
            ..Retention::default()
        };
        let worker = app.app.worker_keeping(retention);
        worker.schedule_periodic().await.unwrap();
        let (first, theirs) = (report(&alpha).await, report(&beta).await);
        app.database.clock.advance(TimeDelta::days(1));
        let second = report(&alpha).await;
        for (day, expected) in [(3, [200, 200, 200]), (4, [404, 404, 200]), (5, [404, 404, 404])] {
            app.database
                .clock
                .advance(TimeDelta::days(if day == 3 { 2 } else { 1 }));
            worker.run_pending().await.unwrap();
            let found = [
                app.alpha.get(&first).await.status,
                app.beta.get(&theirs).await.status,
                app.alpha.get(&second).await.status,
            ];
            assert_eq!(found, expected, "day {day}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_gives_the_same_operation() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let send = async |method: Method, key: &str, body: &serde_json::Value| {
            let request = app.alpha.request(method, BULK).header("Idempotency-Key", key);
            app.alpha.send(request.json(body)).await.expect(200)
        };
        let body = json!({"conversations": [funnel.item(&json!({"firstName": "Jane"}))]});
        let (first, again) = (
            send(Method::POST, "c", &body).await,
            send(Method::POST, "c", &body).await,
        );
        assert_eq!(
            (again.header("idempotent-replayed"), &again.body),
            ("true", &first.body)
        );
        assert_eq!(
            (
                funnel.count("conversations").await,
                funnel.count("operations").await
            ),
            (1, 1)
        );
        let sql = "SELECT max(id) FROM conversations";
        let id: i64 = app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0);
        let body = json!({"conversations": [{"id": id, "funnelStatusId": funnel.second}]});
        let (first, again) = (
            send(Method::PUT, "u", &body).await,
            send(Method::PUT, "u", &body).await,
        );
        assert_eq!(
            (again.header("idempotent-replayed"), &again.body),
            ("true", &first.body)
        );
        assert_eq!(funnel.count("operations").await, 2);
    })
    .await;
}
