//! Search.

use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn contacts_and_companies_are_found_with_all_documented_keys() {
    TestApp::run(async |app| {
        let company = json!({"name": "Prince Industries", "domain": "prince.example"});
        let company = app.alpha.post("companies", &company).await.expect(201);
        let body = json!({
            "name": "Diana Prince", "email": "diana@example.com", "phone_number": "513-867-5309",
            "company_id": company.json["company_id"],
        });
        let contact = app.alpha.post("contacts", &body).await.expect(201);
        let person = json!({
            "type": "contact", "id": contact.json["contact_id"], "name": "Diana Prince", "email": "diana@example.com",
            "phone_number": "513-867-5309", "company_id": company.json["company_id"],
            "company_name": "Prince Industries", "domain": null,
        });
        let firm = json!({
            "type": "company", "id": company.json["company_id"], "name": "Prince Industries", "email": null,
            "phone_number": null, "company_id": null, "company_name": null, "domain": "prince.example",
        });
        for (query, found) in [
            ("q=prince", json!([firm, person])),
            ("q=prince&type=contact", json!([person])),
            ("q=prince&type=company", json!([firm])),
            ("q=prince&limit=1", json!([firm])),
            ("q=%2B1%20%28513%29%20867%205309", json!([person])),
            ("q=pirnce&type=contact", json!([person])),
            ("q=nobody", json!([])),
        ] {
            let answer = app.alpha.reader.get(&format!("search?{query}")).await.expect(200);
            assert_eq!(answer.json, json!({"data": found}), "{query}");
        }
        let elsewhere = app.beta.get("search?q=prince").await.expect(200);
        assert_eq!(elsewhere.json["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_named() {
    TestApp::run(async |app| {
        let long = format!("q={}", "x".repeat(201));
        for (query, field) in [
            ("", "q: is required"),
            ("q=", "q: must not be empty"),
            ("q=%20", "q: must not be empty"),
            ("q=a%00b", "q: must not contain NUL"),
            (&long, "q: must have at most 200"),
            ("q=a&type=agent", "type: must be contact or company"),
            ("q=a&limit=0", "limit: must be a whole number"),
            ("q=a&limit=501", "limit: must be a whole number"),
        ] {
            let refused = app.alpha.get(&format!("search?{query}")).await.expect(422);
            assert!(
                refused.detail().starts_with(field),
                "{query}: {}",
                refused.detail()
            );
        }
    })
    .await;
}
