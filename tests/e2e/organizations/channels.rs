//! Channels.

use crate::support::shape::{Shape, Type, assert_page, assert_shape};
use rapport_test_support::{Tenant, TestApp};
use serde_json::json;

const CHANNEL: Shape = &[
    ("channel_id", Type::Id),
    ("kind", Type::Text),
    ("modality", Type::Text),
    ("name", Type::Text),
    ("active", Type::Bool),
    ("created_at", Type::Time),
];

/// The path of the tenant's channel for a modality.
pub async fn channel(tenant: &Tenant, modality: &str) -> String {
    let listed = tenant.get("channels").await.expect(200).json;
    let mut all = listed["data"].as_array().unwrap().iter();
    let found = all.find(|one| one["modality"] == modality).unwrap();
    format!("channels/{}", found["channel_id"].as_str().unwrap())
}

#[tokio::test]
async fn every_organization_has_a_sandbox_for_what_it_writes() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("/api/v2/organizations", &json!({"name": "Below"}))
            .await
            .expect(201);
        let below = format!("/api/v2/organizations/{}/channels", made.text("organization_id"));
        for path in ["channels", &below] {
            let listed = app.alpha.get(path).await.expect(200).json;
            assert_page(&listed, 25, CHANNEL);
            let data = listed["data"].as_array().unwrap();
            let mut modalities: Vec<_> = data.iter().map(|one| one["modality"].as_str().unwrap()).collect();
            modalities.sort_unstable();
            assert_eq!(modalities, ["email", "live_chat", "text"]);
            assert!(
                data.iter()
                    .all(|one| one["kind"] == "sandbox" && one["active"] == true)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_channel_is_renamed_and_switched_off() {
    TestApp::run(async |app| {
        let path = channel(&app.alpha, "text").await;
        let changed = app
            .alpha
            .patch(&path, &json!({"active": false, "name": "Texts"}))
            .await
            .expect(200);
        assert_shape(&changed.json, CHANNEL);
        assert_eq!(changed.json["active"], false);
        assert_eq!(changed.text("name"), "Texts");
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, changed.json);
        for (body, field) in [
            (json!({"name": " "}), "name"),
            (json!({"name": null}), "name: must not be null"),
            (json!({"active": null}), "active: must not be null"),
        ] {
            let refused = app.alpha.patch(&path, &body).await.expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
        let sql =
            "SELECT changes::text FROM audit_logs WHERE record_type = 'channel' AND action_type = 'update'";
        let log = app.database.sql().await.query(sql, &[]).await.unwrap();
        let entries: Vec<String> = log.iter().map(|row| row.get(0)).collect();
        assert_eq!(entries.len(), 1);
        assert!(entries[0].contains("active") && entries[0].contains("name"));
    })
    .await;
}
