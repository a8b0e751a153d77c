//! What an organization has set.

use rapport_test_support::TestApp;
use serde_json::{Value, json};

fn organization(app: &TestApp) -> String {
    format!("/api/v2/organizations/{}", app.alpha.organization_id)
}

async fn settings(app: &TestApp) -> Value {
    app.alpha.reader.get("settings").await.expect(200).json
}

fn nine_to_five() -> Value {
    json!([{"start": "09:00", "end": "17:00"}])
}

#[tokio::test]
async fn what_was_never_set_has_its_default() {
    TestApp::run(async |app| {
        let day = nine_to_five();
        let hours = json!({
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
            "saturday": [], "sunday": []
        });
        let expected = json!({
            "organization_id": app.alpha.organization_id,
            "name": "Alpha",
            "parent_organization_id": null,
            "default_region": "US",
            "email_addresses": [],
            "time_zone": "UTC",
            "business_hours": hours,
            "currency": "USD"
        });
        assert_eq!(settings(app).await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_is_set_is_shown_and_what_is_cleared_has_its_default_again() {
    TestApp::run(async |app| {
        let path = organization(app);
        let open = json!([{"start": "13:00", "end": "24:00"}, {"start": "08:30", "end": "12:00"}]);
        let body =
            json!({"time_zone": "Europe/Berlin", "currency": "eur", "business_hours": {"sunday": open}});
        app.alpha.patch(&path, &body).await.expect(200);
        let set = settings(app).await;
        assert_eq!(
            (&set["time_zone"], &set["currency"]),
            (&json!("Europe/Berlin"), &json!("EUR"))
        );
        assert_eq!(set["business_hours"]["monday"], json!([]));
        let sorted = json!([{"start": "08:30", "end": "12:00"}, {"start": "13:00", "end": "24:00"}]);
        assert_eq!(set["business_hours"]["sunday"], sorted);
        let cleared = json!({"time_zone": null, "currency": null, "business_hours": null});
        app.alpha.patch(&path, &cleared).await.expect(200);
        let set = settings(app).await;
        assert_eq!(
            (&set["time_zone"], &set["currency"]),
            (&json!("UTC"), &json!("USD"))
        );
        assert_eq!(set["business_hours"]["monday"], nine_to_five());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_set_is_named() {
    TestApp::run(async |app| {
        let path = organization(app);
        let overlapping =
            json!({"friday": [{"start": "09:00", "end": "12:00"}, {"start": "11:59", "end": "13:00"}]});
        for (body, named) in [
            (json!({"time_zone": "Mars/Olympus"}), "time_zone:"),
            (json!({"currency": "gold"}), "currency:"),
            (json!({"business_hours": overlapping}), "business_hours.friday:"),
            (
                json!({"business_hours": {"monday": [{"start": "9", "end": "17:00"}]}}),
                "business_hours.monday[0]:",
            ),
            (json!({"business_hours": {"funday": []}}), "business_hours"),
            (
                json!({"business_hours": {"monday": [{"start": "09:00"}]}}),
                "business_hours",
            ),
        ] {
            let refused = app.alpha.patch(&path, &body).await.expect(422);
            assert!(
                refused.detail().starts_with(named),
                "{body}: {}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_organization_below_and_a_sandbox_have_settings_too() {
    TestApp::run(async |app| {
        let body = json!({"name": "North", "time_zone": "America/Denver", "currency": "CAD"});
        let made = app.alpha.post("/api/v2/organizations", &body).await.expect(201);
        let below = format!("/api/v2/organizations/{}/settings", made.text("organization_id"));
        let set = app.alpha.get(&below).await.expect(200);
        assert_eq!(
            (set.text("time_zone"), set.text("currency")),
            ("America/Denver", "CAD")
        );
        assert_eq!(set.text("parent_organization_id"), app.alpha.organization_id);
        app.alpha
            .patch(&organization(app), &json!({"time_zone": "Asia/Tokyo"}))
            .await
            .expect(200);
        let key = json!({"name": "Trying", "scopes": ["read"], "test": true});
        let key = app.alpha.post("api-keys", &key).await.expect(201);
        let sandbox = format!("/api/v2/organizations/{}/settings", key.text("organization_id"));
        let set = app
            .alpha
            .with_key(key.text("api_key"))
            .get(&sandbox)
            .await
            .expect(200);
        assert_eq!(set.text("time_zone"), "Asia/Tokyo");
    })
    .await;
}
