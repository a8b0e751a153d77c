//! Sales that change.

use super::{company, contact, make, path, roof, send};
use crate::support::records::unknown_id;
use crate::support::shape::{SALE, assert_shape};
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let (hal, carol) = (contact(tenant, "Hal").await, contact(tenant, "Carol").await);
        let made = make(
            tenant,
            &json!({
                "owner_id": tenant.agent_id, "associated_contacts": [{"contact_id": hal}],
                "quote_details": {"arguments": {"products": [roof()]}},
            }),
        )
        .await;
        let contacts =
            json!([{"contact_id": hal, "is_primary": false}, {"contact_id": carol, "is_primary": true}]);
        let patch = json!({"associated_contacts": contacts, "owner_id": null});
        let changed = tenant.writer.patch(&path(&made), &patch).await.expect(200);
        assert_shape(&changed.json, SALE);
        assert_eq!(changed.json["associated_contacts"], contacts);
        assert_eq!(changed.json["owner_id"], json!(null));
        assert_eq!(changed.json["quote_details"], made.json["quote_details"]);
        for (patch, field) in [
            (json!({"quote_details": null}), "quote_details"),
            (
                json!({"associated_contacts": [{"contact_id": hal}, {"contact_id": carol}]}),
                "associated_contacts",
            ),
            (json!({"sale_id": "x"}), "sale_id"),
        ] {
            let refused = tenant.writer.patch(&path(&made), &patch).await.expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
        tenant.writer.delete(&path(&made)).await.expect(204);
        tenant.get(&path(&made)).await.expect(404);
        tenant.writer.delete(&path(&made)).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_made_only_in_the_version_it_expects() {
    TestApp::run(async |app| {
        let writer = &app.alpha.writer;
        let made = make(&app.alpha, &json!({})).await;
        let sale = path(&made);
        let status = format!("{sale}/status");
        assert_eq!(made.header("etag"), "\"1\"");
        assert_eq!(app.alpha.get(&sale).await.expect(200).header("etag"), "\"1\"");
        let notes = |n: i64| json!({"custom_fields": {"n": n}}).to_string();
        let first = send(writer, Method::PATCH, &sale, &notes(1), Some("\"1\""))
            .await
            .expect(200);
        assert_eq!(first.header("etag"), "\"2\"");
        for (tag, expected) in [
            ("\"1\"", 412),
            ("W/\"2\"", 412),
            ("\"x\"", 412),
            ("\"02\"", 412),
            ("2", 400),
            ("", 400),
        ] {
            for (method, path, body) in [
                (Method::PATCH, &sale, notes(2)),
                (Method::POST, &status, json!({"status": "lost"}).to_string()),
                (Method::DELETE, &sale, String::new()),
            ] {
                let refused = send(writer, method, path, &body, Some(tag))
                    .await
                    .expect(expected);
                let detail = if expected == 412 {
                    "Sale has changed meanwhile"
                } else {
                    "Invalid If-Match"
                };
                assert_eq!(refused.detail(), detail, "{tag}");
            }
        }
        let either = send(writer, Method::PATCH, &sale, &notes(3), Some("\"1\", \"2\""))
            .await
            .expect(200);
        assert_eq!(either.header("etag"), "\"3\"");
        let lost = json!({"status": "lost"}).to_string();
        let changed = send(writer, Method::POST, &status, &lost, Some("\"3\""))
            .await
            .expect(200);
        assert_eq!(changed.header("etag"), "\"4\"");
        send(writer, Method::PATCH, &sale, &notes(4), Some("*"))
            .await
            .expect(200);
        send(writer, Method::DELETE, &sale, "", Some("\"5\""))
            .await
            .expect(204);
    })
    .await;
}

#[tokio::test]
async fn a_status_is_one_of_the_pipeline_and_another_one() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let made = make(tenant, &json!({})).await;
        let status = format!("{}/status", path(&made));
        let stages = tenant.get("pipeline/stages").await.expect(200).json;
        let lost = &stages["stages"][3]["stage_id"];
        for (body, field) in [
            (json!({}), "status"),
            (json!({"status": "won"}), "status"),
            (json!({"status": "lost", "stage_id": lost}), "status"),
            (json!({"stage_id": "x"}), "stage_id"),
            (json!({"stage_id": unknown_id()}), "stage_id"),
        ] {
            let refused = tenant.writer.post(&status, &body).await.expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
        let same = tenant
            .writer
            .post(&status, &json!({"status": null}))
            .await
            .expect(409);
        assert_eq!(same.detail(), "The sale already has the status Qualified");
        let changed = tenant
            .writer
            .post(&status, &json!({"stage_id": lost}))
            .await
            .expect(200);
        assert_eq!(changed.json["current_status"]["label"], "Lost");
        let back = tenant
            .writer
            .post(&status, &json!({"status": null}))
            .await
            .expect(200);
        assert_eq!(back.json["current_status"]["label"], "Qualified");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_change_of_status_is_made_once() {
    TestApp::run(async |app| {
        let writer = &app.alpha.writer;
        let made = make(&app.alpha, &json!({})).await;
        let status = format!("{}/status", path(&made));
        let change = async || {
            let request = writer
                .request(Method::POST, &status)
                .header("Idempotency-Key", "accept");
            writer
                .send(request.json(&json!({"status": "accepted"})))
                .await
                .expect(200)
        };
        let (first, second) = (change().await, change().await);
        assert_eq!(first.json, second.json);
        assert_eq!(
            (second.header("idempotent-replayed"), second.header("etag")),
            ("true", first.header("etag"))
        );
        assert_eq!(second.json["status_history"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_sale_whose_company_is_deleted_has_another_version() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let company = company(tenant).await;
        let made = make(tenant, &json!({"company_id": company})).await;
        let untouched = make(tenant, &json!({})).await;
        tenant.delete(&format!("companies/{company}")).await.expect(204);
        let left = tenant.get(&path(&made)).await.expect(200);
        assert_eq!(left.json["company_id"], json!(null));
        assert_eq!((made.header("etag"), left.header("etag")), ("\"1\"", "\"2\""));
        let other = tenant.get(&path(&untouched)).await.expect(200);
        assert_eq!(other.header("etag"), "\"1\"");
        let log = format!("audit-logs?record_id={}", made.text("sale_id"));
        let log = tenant.get(&log).await.expect(200);
        let expected = json!([{"field": "company_id", "from": company, "to": null}]);
        assert_eq!(log.json["data"].as_array().unwrap().len(), 2);
        assert_eq!(
            (
                &log.json["data"][0]["action_type"],
                &log.json["data"][0]["changes"]
            ),
            (&json!("update"), &expected)
        );
        let (sale, change) = (path(&made), "{\"draft\": false}");
        let refused = send(&tenant.writer, Method::PATCH, &sale, change, Some("\"1\"")).await;
        refused.expect(412);
    })
    .await;
}
