//! JSON that callers keep here as they like: custom fields, forms, metadata.

use crate::support::records::Records;
use rapport_test_support::TestApp;
use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

#[tokio::test]
async fn what_cannot_be_kept_is_refused_by_name() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let contact = format!("contacts/{}", records.get("contact_id").unwrap());
        let writer = &app.alpha.writer;
        let messages = format!(
            "conversations/{}/messages",
            records.get("conversation_id").unwrap()
        );
        let numbers = "must not hold numbers beyond the range of a double";
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        for (value, said) in [
            ("1e400", numbers),
            ("-1e309", numbers),
            ("1e200000", numbers),
            ("1e-20000", numbers),
            ("[{\"b\": 1e99999999999}]", numbers),
            (r#""\ud800""#, "must not hold halves of surrogate pairs"),
            (
                r#"{"\udc00\ud800": 1}"#,
                "must not hold halves of surrogate pairs",
            ),
            (&deep, "must not be nested more than 32 levels deep"),
        ] {
            for (method, path, before) in [
                (Method::POST, "contacts", r#""name": "x", "custom_fields""#),
                (Method::PATCH, &contact, r#""custom_fields""#),
                (Method::POST, "companies", r#""name": "x", "custom_fields""#),
                (Method::POST, "sales", r#""custom_fields""#),
                (
                    Method::POST,
                    &messages,
                    r#""modality": "form_request", "message_direction": "received", "form_request_body""#,
                ),
            ] {
                let body = format!(r#"{{{before}: {{"a": {value}}}}}"#);
                let refused = writer.send(writer.written(method, path, &body)).await.expect(422);
                let field = before.rsplit('"').nth(1).unwrap();
                assert_eq!(refused.detail(), format!("{field}: {said}"), "{path} {value}");
            }
            let body = format!(r#"{{"firstName": "x", "metadata": {value}}}"#);
            let refused = writer.written(Method::POST, "/api/v1/contacts", &body);
            let refused = writer.send(refused).await;
            assert_eq!(refused.status, 400, "{value}");
            assert!(refused.json.to_string().contains(said), "{}", refused.json);
        }
    })
    .await;
}

#[tokio::test]
async fn every_digit_of_a_number_counts() {
    TestApp::run(async |app| {
        let fields = |number: &str| format!(r#"{{"custom_fields": {{"iccid": {number}}}}}"#);
        let numbers = [
            "89014103211118510720",
            "89014103211118510721",
            "89014103211118510722.10",
        ];
        let writer = &app.alpha.writer;
        let made = writer.written(Method::POST, "sales", &fields(numbers[0]));
        let made = writer.send(made).await.expect(201);
        let path = format!("sales/{}", made.text("sale_id"));
        let change = async |number| {
            let request = writer.written(Method::PATCH, &path, &fields(number));
            writer.send(request).await.expect(200)
        };
        let changed = change(numbers[1]).await;
        assert_eq!(changed.header("etag"), "\"2\"");
        let stale = writer.written(Method::PATCH, &path, &fields(numbers[2]));
        writer.send(stale.header(IF_MATCH, "\"1\"")).await.expect(412);
        change(numbers[2]).await;
        // The same number, written in another way, is no change.
        let same = change("8901410321111851072210e-2").await;
        assert_eq!(same.header("etag"), "\"3\"");
        let logged = app
            .alpha
            .get("audit-logs?record_type=sale&action_type=update")
            .await
            .expect(200);
        let text = String::from_utf8(logged.body).unwrap();
        for pair in numbers.windows(2) {
            let change = format!(r#""to":{{"iccid":{}}},"from":{{"iccid":{}}}"#, pair[1], pair[0]);
            assert!(
                text.replace(": ", ":").replace(", ", ",").contains(&change),
                "{text}"
            );
        }
        assert_eq!(logged.json["data"].as_array().map(Vec::len), Some(2));
    })
    .await;
}

#[tokio::test]
async fn objects_within_bodies_are_no_lists() {
    TestApp::run(async |app| {
        let records = Records::make(app, &app.alpha).await;
        let messages = format!(
            "conversations/{}/messages",
            records.get("conversation_id").unwrap()
        );
        let contact = records.get("contact_id").unwrap();
        let message = |key: &str, value: Value| {
            let mut body = json!({"modality": "email", "message_direction": "received", "content": "Hi"});
            body[key] = value;
            body
        };
        let products = |list: Value| json!({"quote_details": {"arguments": {"products": list}}});
        for (path, body, field) in [
            (
                messages.as_str(),
                message("call_metadata", json!([77])),
                "call_metadata",
            ),
            (
                &messages,
                message("email_metadata", json!(["<q@x.example>", [], []])),
                "email_metadata",
            ),
            (&messages, message("email_metadata", json!("x")), "email_metadata"),
            (
                "sales",
                json!({"associated_contacts": [[contact, true]]}),
                "associated_contacts[0]",
            ),
            (
                "sales",
                json!({"quote_details": ["USD", null, null]}),
                "quote_details",
            ),
            (
                "sales",
                products(json!([[1, "1", "x", null, null]])),
                "quote_details.arguments.products[0]",
            ),
        ] {
            let refused = app.alpha.post(path, &body).await.expect(422);
            let detail = refused.detail();
            assert!(detail.starts_with(&format!("{field}: ")), "{detail}");
            assert!(detail.ends_with("expected an object"), "{detail}");
        }
        let stages = json!({"stages": [[null, "Qualified", null]]});
        let refused = app.alpha.put("pipeline/stages", &stages).await.expect(422);
        assert!(
            refused.detail().starts_with("stages[0]: "),
            "{}",
            refused.detail()
        );
        let address = json!({"firstName": "x", "addresses": [["EMAIL", "a@x.example"]]});
        app.alpha.post("/api/v1/contacts", &address).await.expect(400);
    })
    .await;
}
