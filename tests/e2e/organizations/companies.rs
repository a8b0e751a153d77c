//! Companies.

use crate::support::shape::{COMPANY, assert_page, assert_shape};
use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let body = json!({
            "name": "Ferris Aircraft", "domain": "https://FerrisAircraft.com/about",
            "address": "100 Coastline Ave, Coast City, CA", "agent_id": app.alpha.agent_id,
            "custom_fields": {"notes": "Enterprise account"},
        });
        let made = app.alpha.writer.post("companies", &body).await.expect(201);
        assert_shape(&made.json, COMPANY);
        assert_eq!(made.text("domain"), "ferrisaircraft.com");
        for name in ["name", "address", "agent_id", "custom_fields"] {
            assert_eq!(made.json[name], body[name], "{name}");
        }
        let path = format!("companies/{}", made.text("company_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let listed = app.alpha.reader.get("companies").await.expect(200);
        assert_page(&listed.json, 25, COMPANY);
        assert_eq!(listed.json["data"], json!([made.json]));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        for (body, field) in [
            (json!({}), "name"),
            (json!({"name": "  "}), "name"),
            (json!({"name": "x".repeat(256)}), "name"),
            (json!({"name": "Ferris", "domain": "localhost"}), "domain"),
            (json!({"name": "Ferris", "agent_id": "me"}), "agent_id"),
            (json!({"name": "Ferris", "nmae": "Ferris"}), "nmae"),
        ] {
            let refused = app.alpha.post("companies", &body).await.expect(422);
            assert!(refused.detail().contains(field), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn a_company_is_changed_and_deleted() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post(
                "companies",
                &json!({"name": "Ferris", "domain": "ferris.example"}),
            )
            .await
            .expect(201);
        let id = made.text("company_id");
        let path = format!("companies/{id}");
        let contact = app
            .alpha
            .post("contacts", &json!({"name": "Hal", "company_id": id}))
            .await
            .expect(201);
        let changed = app.alpha.patch(&path, &json!({"domain": null})).await.expect(200);
        assert_shape(&changed.json, COMPANY);
        assert_eq!(
            (changed.text("name"), &changed.json["domain"]),
            ("Ferris", &json!(null))
        );
        app.alpha.delete(&path).await.expect(204);
        assert_eq!(
            app.alpha.get(&path).await.expect(404).detail(),
            "Company not found"
        );
        let contact = app
            .alpha
            .get(&format!("contacts/{}", contact.text("contact_id")))
            .await
            .expect(200);
        assert_eq!(contact.json["company_id"], json!(null));
    })
    .await;
}
