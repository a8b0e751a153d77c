//! Quotes on the wire.

use super::{make, send};
use rapport_test_support::TestApp;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn decimals_are_read_from_their_text() {
    TestApp::run(async |app| {
        let quote =
            |products: &str| format!(r#"{{"quote_details": {{"arguments": {{"products": [{products}]}}}}}}"#);
        let product = |quantity: &str, price: &str| {
            format!(r#"{{"product_name": "Roof", "quantity": {quantity}, "unit_price": {price}}}"#)
        };
        for (products, total) in [
            (product("1", "12345678901234567890.12"), "12345678901234567890.12"),
            (
                format!("{}, {}", product("1", "0.1"), product("1", r#""0.2""#)),
                "0.30",
            ),
            (product(r#""0.1""#, "3"), "0.30"),
            (product("2.50", "0.01"), "0.02"),
        ] {
            let made = send(&app.alpha.writer, Method::POST, "sales", &quote(&products), None)
                .await
                .expect(201);
            assert_eq!(
                made.json["quote_details"]["output"]["total_price"], total,
                "{products}"
            );
        }
        for (products, field) in [
            (
                product("1", "1e1000000"),
                "quote_details.arguments.products[0].unit_price",
            ),
            (
                product("1e2", "1"),
                "quote_details.arguments.products[0].quantity",
            ),
            (product("0", "1"), "quote_details.arguments.products[0].quantity"),
            (
                product("true", "1"),
                "quote_details.arguments.products[0].quantity",
            ),
            (
                product("1", "null"),
                "quote_details.arguments.products[0].unit_price",
            ),
            (
                product("1", "-1"),
                "quote_details.arguments.products[0].unit_price",
            ),
            (
                product("1234567890", "1"),
                "quote_details.arguments.products[0].quantity",
            ),
        ] {
            let refused = send(&app.alpha.writer, Method::POST, "sales", &quote(&products), None)
                .await
                .expect(422);
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
        }
    })
    .await;
}

#[tokio::test]
async fn what_agents_change_in_a_quote_is_shown_beside_it() {
    TestApp::run(async |app| {
        let body = json!({"quote_details": {
            "currency": "eur",
            "arguments": {"products": [
                {"product_name": "Roof", "quantity": 2, "unit_price": "100", "discount_percent": "10", "tax_rate": 19},
            ]},
            "agent_overrides": {"products": [{"product_index": 0, "discount_percent": 50, "reason": "Storm"}]},
        }});
        let made = make(&app.alpha, &body).await;
        let expected = json!({
            "output": {"currency": "EUR", "total_price": "119.00"},
            "arguments": {"products": [
                {"quantity": 2, "tax_rate": "19", "unit_price": "100.00", "product_name": "Roof", "discount_percent": "10"},
            ]},
            "agent_overrides": {"products": [{"product_index": 0, "discount_percent": "50", "reason": "Storm"}]},
        });
        assert_eq!(made.json["quote_details"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_quote_is_in_the_currency_of_the_organization() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        let yen = "UPDATE organizations SET currency = 'JPY' WHERE id = $1";
        sql.execute(yen, &[&app.alpha.organization]).await.unwrap();
        let body = json!({"quote_details": {"arguments": {"products": [
            {"product_name": "Roof", "quantity": 3, "unit_price": "100.5"},
        ]}}});
        let made = make(&app.alpha, &body).await;
        let output = &made.json["quote_details"]["output"];
        assert_eq!(*output, json!({"currency": "JPY", "total_price": "302"}));
    })
    .await;
}
