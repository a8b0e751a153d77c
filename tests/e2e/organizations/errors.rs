//! The documented details, and requests that are no requests.

use crate::support::records::{Records, unknown_id};
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_id_that_is_none_is_named() {
    TestApp::run(async |app| {
        let own = format!("/api/v2/organizations/{}", app.alpha.organization_id);
        for (path, parameter) in [
            ("/api/v2/organizations/1/contacts".to_owned(), "organization_id"),
            (format!("{own}/contacts/1"), "contact_id"),
            (format!("{own}/contacts/HR_id_short/conversations"), "contact_id"),
            (format!("{own}/companies/x"), "company_id"),
            (format!("{own}/agents/HR_id_zzzzzzzzzzzzzzzzzzzzzz"), "agent_id"),
            (format!("{own}/agents/x/conversations"), "agent_id"),
            (format!("{own}/conversations/%20"), "conversation_id"),
            (format!("{own}/conversations/x/messages"), "conversation_id"),
            (
                format!("{own}/conversations/{}/messages/x", unknown_id()),
                "message_id",
            ),
            (format!("{own}/files/x"), "file_id"),
        ] {
            let refused = app.alpha.get(&path).await.expect(400);
            assert_eq!(
                refused.json,
                json!({"detail": format!("Invalid {parameter}")}),
                "{path}"
            );
        }
        let refused = app.alpha.delete("api-keys/x").await.expect(400);
        assert_eq!(refused.detail(), "Invalid api_key_id");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    TestApp::run(async |app| {
        let (unknown, records) = (unknown_id(), Records::make(app, &app.alpha).await);
        let conversation = records.get("conversation_id").unwrap();
        for (path, kind) in [
            (format!("contacts/{unknown}"), "Contact"),
            (format!("companies/{unknown}"), "Company"),
            (format!("agents/{unknown}"), "Agent"),
            (format!("conversations/{unknown}"), "Conversation"),
            (
                format!("conversations/{conversation}/messages/{unknown}"),
                "Message",
            ),
            (format!("files/{unknown}"), "File"),
        ] {
            let refused = app.alpha.get(&path).await.expect(404);
            assert_eq!(
                refused.json,
                json!({"detail": format!("{kind} not found")}),
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn malformed_json_is_refused_with_its_place() {
    TestApp::run(async |app| {
        for (text, place) in [
            ("{\"name\": \"Hal\",\n \"email\": }", "line 2 column 11"),
            ("{\"name\": \"Hal\"} x", "line 1 column 17"),
            ("", "line 1 column 0"),
            // Also when something else is wrong before that.
            ("{\"name\": 1, \"email\": }", "line 1 column 22"),
        ] {
            let request = app.alpha.written(Method::POST, "contacts", text);
            let refused = app.alpha.send(request).await.expect(400);
            assert!(refused.detail().contains(place), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_named() {
    TestApp::run(async |app| {
        for (body, field) in [
            (json!({"nmae": "Hal"}), "nmae"),
            (json!({"name": 1}), "name"),
            (json!({"name": "x".repeat(256)}), "name"),
            (json!({"name": "a\u{0}b"}), "name"),
            (json!({"email": "nobody"}), "email"),
            (json!({"phone_number": "call me"}), "phone_number"),
            (json!({"name": "Hal", "company_id": "x"}), "company_id"),
            (json!({"name": "Hal", "company_id": unknown_id()}), "company_id"),
            (json!([]), "body"),
            (json!(["Hal"]), "body"),
            (json!("Hal"), "body: must be a JSON object"),
        ] {
            let refused = app.alpha.post("contacts", &body).await.expect(422);
            assert!(refused.detail().contains(field), "{body}: {}", refused.detail());
            assert!(!refused.detail().contains(" line "), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn the_field_that_is_null_missing_or_twice_there_is_named() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let messages = format!(
            "conversations/{}/messages",
            records.get("conversation_id").unwrap()
        );
        let text =
            |modality: Value| json!({"modality": modality, "message_direction": "sent", "content": "Hi"});
        for (path, body, detail) in [
            (messages.as_str(), text(json!(null)), "modality: must not be null"),
            (&messages, text(json!(3)), "modality: is of the wrong type"),
            (&messages, text(json!("fax")), "modality: unknown variant `fax`"),
            (
                &messages,
                json!({"modality": "text"}),
                "message_direction: is required",
            ),
            ("agents", json!({"name": "Hal"}), "email: is required"),
            (
                "agents",
                json!({"name": null, "email": "hal@example.com"}),
                "name: must not be null",
            ),
            (
                "api-keys",
                json!({"name": "x", "scopes": null}),
                "scopes: must not be null",
            ),
            (
                "api-keys",
                json!({"name": "x", "scopes": ["read", null]}),
                "scopes[1]: must not be null",
            ),
            ("contacts", json!(null), "body: must not be null"),
            (
                "contacts",
                json!({"name": "Hal", "nmae": null}),
                "nmae: unknown field `nmae`",
            ),
        ] {
            let refused = app.alpha.post(path, &body).await.expect(422);
            assert!(
                refused.detail().starts_with(detail),
                "{body}: {}",
                refused.detail()
            );
        }
        let twice = r#"{"name": "Hal", "name": "Carol"}"#;
        let twice = app.alpha.written(Method::POST, "contacts", twice);
        let twice = app.alpha.send(twice).await.expect(422);
        assert_eq!(twice.detail(), "name: is given twice");
    })
    .await;
}

#[tokio::test]
async fn a_field_within_a_list_is_named_with_its_place() {
    TestApp::run(async |app| {
        let products = |products: Value| json!({"quote_details": {"arguments": {"products": products}}});
        let roof = || json!({"product_name": "Roof", "quantity": 1, "unit_price": "10.00"});
        for (path, body, detail) in [
            (
                "sales",
                json!({"associated_contacts": [{"is_primary": true}]}),
                "associated_contacts[0].contact_id: is required",
            ),
            (
                "sales",
                products(json!([roof(), roof(), {"product_name": "Roof", "unit_price": "1.00"}])),
                "quote_details.arguments.products[2].quantity: is required",
            ),
            (
                "sales",
                products(json!([roof(), {"product_name": null, "quantity": 1, "unit_price": "1.00"}])),
                "quote_details.arguments.products[1].product_name: must not be null",
            ),
        ] {
            let refused = app.alpha.post(path, &body).await.expect(422);
            assert!(
                refused.detail().starts_with(detail),
                "{body}: {}",
                refused.detail()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_is_json_of_bounded_size() {
    TestApp::run(async |app| {
        let limit = 1024 * 1024;
        let with = |notes: &str| json!({"name": "Hal", "custom_fields": {"notes": notes}}).to_string();
        let of = |length: usize| with(&"x".repeat(length - with("").len()));
        let send = async |media_type: &str, body: String| {
            let request = app
                .alpha
                .request(Method::POST, "contacts")
                .header("content-type", media_type);
            app.alpha.send(request.body(body)).await
        };
        send("application/json; charset=utf-8", of(limit))
            .await
            .expect(201);
        let large = send("application/json", of(limit + 1)).await.expect(413);
        assert!(large.detail().contains("1048576"), "{}", large.detail());
        for media_type in [
            "application/JSON;charset=\"UTF-8\"",
            "application/merge-patch+json",
            "application/json;",
        ] {
            send(media_type, of(100)).await.expect(201);
        }
        for (media_type, wanted) in [
            ("text/plain", "application/json"),
            ("application/x-www-form-urlencoded", "application/json"),
            ("application/jsonp", "application/json"),
            ("application/json; charset=iso-8859-1", "in UTF-8"),
        ] {
            let refused = send(media_type, of(100)).await.expect(415);
            assert_eq!(refused.detail(), format!("The request body must be {wanted}"));
        }
        let request = app.alpha.written(Method::POST, "contacts", &of(100));
        let refused = app
            .alpha
            .send(request.header("content-encoding", "gzip"))
            .await
            .expect(415);
        let said = "The request body must be sent as it is, without a Content-Encoding";
        assert_eq!(refused.detail(), said);
    })
    .await;
}

#[tokio::test]
async fn unknown_routes_and_methods_are_refused_in_the_surfaces_words() {
    TestApp::run(async |app| {
        for path in ["contcats", "contacts/x/y/z", "contacts/"] {
            let refused = app.alpha.get(path).await.expect(404);
            assert_eq!(refused.json, json!({"detail": "Not found"}), "{path}");
        }
        let refused = app.alpha.delete("contacts").await.expect(405);
        assert_eq!(refused.header("allow"), "GET, HEAD, POST");
        assert!(
            refused.detail().starts_with("Method not allowed"),
            "{}",
            refused.detail()
        );
        let refused = app
            .alpha
            .post(&format!("contacts/{}", unknown_id()), &json!({}))
            .await
            .expect(405);
        assert_eq!(refused.header("allow"), "DELETE, GET, HEAD, PATCH");
    })
    .await;
}

#[tokio::test]
async fn parameters_that_cannot_be_are_named() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let messages = format!(
            "conversations/{}/messages",
            records.get("conversation_id").unwrap()
        );
        let date = "start_date: must be a date or time in ISO 8601";
        for (path, query, detail) in [
            ("sales", "status=a%00b", "status: must not contain NUL characters"),
            ("sales", "limit=1&limit=2", "limit: is given twice"),
            ("sales", "start_date=-5000-01-01", date),
            ("audit-logs", "start_date=-262143-01-01", date),
            ("conversations", "start_date=%2B10000-01-01T00:00:00Z", date),
            (&messages, "start_date=-4713-01-01T00:00:00Z", date),
        ] {
            let refused = app.alpha.get(&format!("{path}?{query}")).await.expect(422);
            assert_eq!(refused.detail(), detail, "{path}?{query}");
        }
        app.alpha
            .get("sales?start_date=0001-01-01&end_date=9999-12-31")
            .await
            .expect(200);
    })
    .await;
}

#[tokio::test]
async fn broken_percent_encoding_is_refused() {
    TestApp::run(async |app| {
        for path in [
            "contacts?cursor=%zz",
            "contacts?cursor=%ff",
            "contacts?limit=%2",
            "contacts/%zz",
            "contacts/%ff",
        ] {
            let refused = app.alpha.get(path).await.expect(400);
            assert!(!refused.detail().is_empty(), "{path}");
        }
        // An escaped slash does not open another route.
        let refused = app.alpha.get(&format!("contacts%2F{}", unknown_id())).await;
        assert!(matches!(refused.status, 400 | 404), "{}", refused.status);
    })
    .await;
}
