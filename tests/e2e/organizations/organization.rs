//! Organizations.

use crate::support::shape::{ORGANIZATION, assert_shape};
use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn the_list_has_the_documented_shape() {
    TestApp::run(async |app| {
        let listed = app.alpha.reader.get("/api/v2/organizations").await.expect(200);
        // This list is short, and documented without pages.
        let keys: Vec<_> = listed.json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["data"]);
        assert_shape(&listed.json["data"][0], ORGANIZATION);
    })
    .await;
}

#[tokio::test]
async fn a_key_opens_the_organizations_below_its_own() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("/api/v2/organizations", &json!({"name": "North"}))
            .await;
        let made = made.expect(201);
        assert_shape(&made.json, ORGANIZATION);
        let below = format!("/api/v2/organizations/{}/contacts", made.text("organization_id"));
        app.alpha.post(&below, &json!({"name": "Hal"})).await.expect(201);
        let names = |listed: &serde_json::Value| {
            let data = listed["data"].as_array().unwrap();
            data.iter()
                .map(|one| one["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let listed = app.alpha.get("/api/v2/organizations").await.expect(200);
        assert_eq!(names(&listed.json), ["Alpha", "North"]);
        // What is below does not show above, and other tenants see neither.
        let above = app.alpha.get("contacts").await.expect(200);
        assert_eq!(above.json["data"], json!([]));
        let refused = app.beta.get(&below).await.expect(404);
        assert_eq!(refused.detail(), "Organization not found");
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    TestApp::run(async |app| {
        let path = format!("/api/v2/organizations/{}", app.alpha.organization_id);
        let changed = app
            .alpha
            .patch(&path, &json!({"name": "Alpha & Sons"}))
            .await
            .expect(200);
        assert_shape(&changed.json, ORGANIZATION);
        assert_eq!(changed.text("name"), "Alpha & Sons");
        let refused = app.alpha.patch(&path, &json!({"name": null})).await.expect(422);
        assert!(refused.detail().starts_with("name:"), "{}", refused.detail());
    })
    .await;
}
