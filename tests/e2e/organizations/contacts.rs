//! Contacts.

use crate::support::records::{Records, unknown_id};
use crate::support::shape::{CONTACT, CONVERSATION, assert_page, assert_shape};
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn answers_have_the_documented_shape() {
    TestApp::run(async |app| {
        let company = app
            .alpha
            .post("companies", &json!({"name": "Ferris"}))
            .await
            .expect(201);
        let body = json!({
            "name": "Hal Jordan", "email": "hal@example.com", "phone_number": "+14155550199",
            "company_id": company.text("company_id"), "company_role": "Controller",
            "custom_fields": {"notes": "Primary billing contact"},
        });
        let made = app.alpha.writer.post("contacts", &body).await.expect(201);
        assert_shape(&made.json, CONTACT);
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(&made.json[name], value, "{name}");
        }
        assert_eq!(made.text("created_at"), "2026-03-12T00:32:13.782565Z");
        let path = format!("contacts/{}", made.text("contact_id"));
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let listed = app.alpha.reader.get("contacts").await.expect(200);
        assert_page(&listed.json, 25, CONTACT);
        assert_eq!(listed.json["data"], json!([made.json]));
    })
    .await;
}

#[tokio::test]
async fn one_of_name_email_and_phone_suffices() {
    TestApp::run(async |app| {
        for field in [
            json!({"name": "Hal"}),
            json!({"email": "hal@example.com"}),
            json!({"phone_number": "415-555-0199"}),
        ] {
            let made = app.alpha.post("contacts", &field).await.expect(201);
            assert_shape(&made.json, CONTACT);
            let given = field.as_object().unwrap().keys().next().unwrap();
            assert_eq!(made.json[given], field[given]);
        }
        for nothing in [
            json!({}),
            json!({"company_role": "Controller"}),
            json!({"name": " ", "email": null}),
        ] {
            app.alpha.post("contacts", &nothing).await.expect(422);
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_has_one_owner_per_organization() {
    TestApp::run(async |app| {
        app.alpha
            .post(
                "contacts",
                &json!({"email": "Hal@Example.com", "phone_number": "(415) 555-0199"}),
            )
            .await
            .expect(201);
        for taken in [
            json!({"email": "hal@example.COM"}),
            json!({"phone_number": "+1 415 555 0199"}),
        ] {
            let refused = app.alpha.post("contacts", &taken).await.expect(409);
            let field = taken.as_object().unwrap().keys().next().unwrap();
            assert!(
                refused.detail().starts_with(&format!("{field}:")),
                "{}",
                refused.detail()
            );
            app.beta.post("contacts", &taken).await.expect(201);
        }
    })
    .await;
}

#[tokio::test]
async fn custom_fields_come_back_as_they_went_in() {
    TestApp::run(async |app| {
        let text = r#"{"name": "Hal", "custom_fields": {"big": 123456789012345678901234567890.123, "none": null, "list": [1, "ä\u2028", {"deep": {"er": true}}], "": "empty key", "notes": "\ud83d\ude00"}}"#;
        let request = app.alpha.written(reqwest::Method::POST, "contacts", text);
        let made = app.alpha.send(request).await.expect(201);
        let body = String::from_utf8(made.body.clone()).unwrap();
        assert!(body.contains("123456789012345678901234567890.123"), "{body}");
        let sent: Value = serde_json::from_str(text).unwrap();
        assert_eq!(made.json["custom_fields"], sent["custom_fields"]);
        for wrong in [json!([]), json!("text"), json!(1)] {
            let refused = app.alpha.post("contacts", &json!({"name": "Hal", "custom_fields": wrong})).await.expect(422);
            assert!(refused.detail().starts_with("custom_fields"), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn an_update_keeps_clears_and_sets() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post(
                "contacts",
                &json!({"name": "Hal", "email": "hal@example.com", "company_role": "Pilot"}),
            )
            .await
            .expect(201);
        let path = format!("contacts/{}", made.text("contact_id"));
        let changed = app
            .alpha
            .patch(&path, &json!({"email": null, "company_role": "Owner"}))
            .await
            .expect(200);
        assert_shape(&changed.json, CONTACT);
        let fields = ["name", "email", "company_role"].map(|name| changed.json[name].clone());
        assert_eq!(fields, [json!("Hal"), json!(null), json!("Owner")]);
        // The address is free again.
        app.alpha
            .post("contacts", &json!({"email": "hal@example.com"}))
            .await
            .expect(201);
        app.alpha.patch(&path, &json!({"name": null})).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_contact_is_gone_and_its_address_free() {
    TestApp::run(async |app| {
        let body = json!({"name": "Hal", "email": "hal@example.com"});
        let made = app.alpha.post("contacts", &body).await.expect(201);
        let path = format!("contacts/{}", made.text("contact_id"));
        let gone = app.alpha.delete(&path).await.expect(204);
        assert!(gone.body.is_empty());
        assert_eq!(
            app.alpha.get(&path).await.expect(404).detail(),
            "Contact not found"
        );
        assert_eq!(
            app.alpha.delete(&path).await.expect(404).detail(),
            "Contact not found"
        );
        assert_eq!(app.alpha.get("contacts").await.json["data"], json!([]));
        app.alpha.post("contacts", &body).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_contact_is_archived_and_taken_back() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let contact = format!("contacts/{}", made.text("contact_id"));
        let archive = format!("{contact}/archive");
        let log = format!(
            "audit-logs?record_type=contact&record_id={}",
            made.text("contact_id")
        );
        // Asking twice changes nothing the second time.
        for (archived, entries) in [(false, 1), (true, 2), (true, 2), (false, 3)] {
            let body = json!({"archived": archived});
            let answer = app.alpha.writer.put(&archive, &body).await.expect(200);
            assert_shape(&answer.json, CONTACT);
            assert_eq!(answer.json, app.alpha.get(&contact).await.expect(200).json);
            let logged = app.alpha.get(&log).await.expect(200).json;
            assert_eq!(logged["data"].as_array().unwrap().len(), entries, "{logged}");
        }
        let logged = app.alpha.get(&log).await.expect(200).json;
        let changes = &logged["data"][0]["changes"];
        assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
        let (field, from, to) = (&changes[0]["field"], &changes[0]["from"], &changes[0]["to"]);
        assert_eq!((field, to), (&json!("archived_at"), &Value::Null));
        assert!(from.is_string(), "{changes}");
        let events = "SELECT count(*) FROM events WHERE kind = 'contact.updated'";
        let events = app.database.sql().await.query_one(events, &[]).await.unwrap();
        assert_eq!(events.get::<_, i64>(0), 2);
    })
    .await;
}

#[tokio::test]
async fn only_a_contact_that_is_there_is_archived_and_only_when_told_so() {
    TestApp::run(async |app| {
        let made = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let archive = format!("contacts/{}/archive", made.text("contact_id"));
        for (body, detail) in [
            (json!({}), "archived: is required"),
            (json!({"archived": null}), "archived: must not be null"),
            (json!({"archived": "yes"}), "archived: "),
            (json!({"archived": true, "why": "old"}), "why: "),
            (json!("yes"), "body: "),
        ] {
            let refused = app.alpha.put(&archive, &body).await.expect(422);
            assert!(
                refused.detail().starts_with(detail),
                "{body}: {}",
                refused.detail()
            );
        }
        let body = json!({"archived": true});
        let unknown = format!("contacts/{}/archive", unknown_id());
        let refused = app.alpha.put(&unknown, &body).await.expect(404);
        assert_eq!(refused.detail(), "Contact not found");
        let other = app
            .alpha
            .post("contacts", &json!({"name": "Carol"}))
            .await
            .expect(201);
        let merge = format!("contacts/{}/merge", other.text("contact_id"));
        let from = json!({"from": [made.text("contact_id")]});
        app.alpha.post(&merge, &from).await.expect(200);
        let refused = app.alpha.put(&archive, &body).await.expect(409);
        let survivor = other.text("contact_id");
        assert_eq!(
            refused.detail(),
            format!("The contact was merged into {survivor}")
        );
    })
    .await;
}

#[tokio::test]
async fn conversations_of_a_contact_are_those_alone() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let contact = records.get("contact_id").unwrap();
        let path = format!("contacts/{contact}/conversations");
        let listed = app.alpha.reader.get(&path).await.expect(200);
        assert_page(&listed.json, 50, CONVERSATION);
        assert_eq!(listed.json["data"][0]["contact_id"], contact);
        let other = app
            .alpha
            .post("contacts", &json!({"name": "Hal"}))
            .await
            .expect(201);
        let path = format!("contacts/{}/conversations", other.text("contact_id"));
        assert_eq!(app.alpha.get(&path).await.expect(200).json["data"], json!([]));
        let unknown = app
            .alpha
            .get(&format!("contacts/{}/conversations", unknown_id()))
            .await
            .expect(404);
        assert_eq!(unknown.detail(), "Contact not found");
    })
    .await;
}
