//! The stages of the pipeline.

use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn put(caller: &Caller, stages: &Value) -> Response {
    let request = caller.request(Method::PUT, "pipeline/stages");
    caller.send(request.json(&json!({"stages": stages}))).await
}

#[tokio::test]
async fn the_default_pipeline_can_be_changed_and_put_back() {
    TestApp::run(async |app| {
        let defaults = app.alpha.reader.get("pipeline/stages").await.expect(200).json;
        let mut shown = defaults.clone();
        for stage in shown["stages"].as_array_mut().unwrap() {
            let id = stage.as_object_mut().unwrap().remove("stage_id").unwrap();
            assert!(id.as_str().unwrap().starts_with("HR_id_"));
        }
        let expected = json!({"stages": [
            {"name": "Qualified", "status": null},
            {"name": "Quoted", "status": "quote_sent"},
            {"name": "Accepted", "status": "accepted"},
            {"name": "Lost", "status": "lost"},
        ]});
        assert_eq!(shown, expected);
        // What is read can be written, with the ids and without.
        for stages in [&defaults["stages"], &shown["stages"]] {
            assert_eq!(put(&app.alpha, stages).await.expect(200).json, defaults);
        }
        let wanted = json!([defaults["stages"][1], {"name": "Visit"}, defaults["stages"][0]]);
        let changed = put(&app.alpha, &wanted).await.expect(200);
        let names: Vec<_> = changed.json["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|stage| &stage["name"])
            .collect();
        assert_eq!(names, ["Quoted", "Visit", "Qualified"]);
        assert_eq!(
            app.alpha.reader.get("pipeline/stages").await.expect(200).json,
            changed.json
        );
        let sale = app.alpha.post("sales", &json!({})).await.expect(201);
        assert_eq!(sale.json["current_status"]["label"], "Quoted");
        // Two stages have no status, so that none is told by it.
        let path = format!("sales/{}/status", sale.text("sale_id"));
        let refused = app.alpha.post(&path, &json!({"status": null})).await.expect(422);
        assert!(refused.detail().starts_with("status"), "{}", refused.detail());
        let removed = put(&app.alpha, &json!([{"name": "Visit"}])).await.expect(409);
        assert_eq!(
            removed.detail(),
            "The stage Quoted cannot be removed: a sale stands in it"
        );
        let other = app.beta.reader.get("pipeline/stages").await.expect(200).json;
        assert_eq!(other["stages"][0]["name"], "Qualified");
        assert_ne!(other["stages"][0]["stage_id"], defaults["stages"][0]["stage_id"]);
    })
    .await;
}

#[tokio::test]
async fn a_stage_that_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let theirs = app.beta.get("pipeline/stages").await.expect(200).json;
        for (stages, field) in [
            (json!([]), "stages"),
            (json!([{"name": ""}]), "stages[0].name"),
            (json!([{"name": "A"}, {"name": "A"}]), "stages[1].name"),
            (json!([{"name": "A", "status": "Sent!"}]), "stages[0].status"),
            (json!([{"name": "A", "stage_id": "x"}]), "stages[0].stage_id"),
            (json!([theirs["stages"][0]]), "stages[0].stage_id"),
            (json!([{"name": "A", "colour": "red"}]), "stages[0].colour"),
        ] {
            let refused = put(&app.alpha, &stages).await.expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
    })
    .await;
}
