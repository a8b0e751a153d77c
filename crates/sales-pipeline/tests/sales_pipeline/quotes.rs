//! Quotes: what they cost, and what they may hold.

use crate::stage::{invalid, product, quote};
use bigdecimal::BigDecimal;
use rapport_sales_pipeline::decimal::{MONEY, PERCENT};
use rapport_sales_pipeline::quote::{LineOverride, MOST_PRODUCTS, NewQuote, Product, amount};
use serde_json::json;

fn percent(text: &str) -> Option<BigDecimal> {
    amount("percent", text, PERCENT).ok()
}

fn total(currency: &str, products: Vec<Product>) -> String {
    let quote = NewQuote {
        currency: Some(currency.to_owned()),
        products,
        ..NewQuote::default()
    };
    quote.compute("USD").unwrap().total_price.to_plain_string()
}

#[test]
fn money_never_passes_through_a_float() {
    assert_eq!(
        total("USD", vec![product("1", "0.1"), product("1", "0.2")]),
        "0.30"
    );
    let large = || product("1", "12345678901234567890.12");
    assert_eq!(total("USD", vec![large()]), "12345678901234567890.12");
    assert_eq!(
        total("USD", vec![large(), large(), product("1", "0.01")]),
        "24691357802469135780.25"
    );
    assert_eq!(
        total("USD", vec![product("3", "19.99"), product("0.000001", "1000000")]),
        "60.97"
    );
}

#[test]
fn the_currency_decides_how_many_decimals_there_are() {
    for (currency, expected) in [
        ("USD", "1200.00"),
        ("jpy", "1200"),
        ("KWD", "1200.000"),
        ("CLF", "1200.0000"),
    ] {
        assert_eq!(
            total(currency, vec![product("1", "1200")]),
            expected,
            "{currency}"
        );
    }
    assert_eq!(total("EUR", Vec::new()), "0.00");
    for unknown in ["", "XAU", "EURO", "ZZZ", "€"] {
        let quote = NewQuote {
            currency: Some(unknown.to_owned()),
            ..NewQuote::default()
        };
        assert_eq!(invalid(quote.compute("USD")), "currency", "{unknown}");
    }
}

#[test]
fn each_line_is_rounded_once_half_to_even() {
    for (price, rounded) in [
        ("0.005", "0.00"),
        ("0.015", "0.02"),
        ("0.025", "0.02"),
        ("0.0250000001", "0.03"),
        ("0.994", "0.99"),
        ("0.995", "1.00"),
        ("1.005", "1.00"),
    ] {
        assert_eq!(total("USD", vec![product("1", price)]), rounded, "{price}");
    }
    // Rounding the sum instead would give 0.01.
    assert_eq!(
        total("USD", vec![product("1", "0.005"), product("1", "0.005")]),
        "0.00"
    );
    // Rounding after the discount, too, would give 0.02: 0.01 (of 0.0075), and tax on it.
    let mut both = product("1", "0.01");
    (both.discount_percent, both.tax_rate) = (percent("25"), percent("100"));
    assert_eq!(total("USD", vec![both]), "0.02");
    let mut twice = product("1", "0.009");
    (twice.discount_percent, twice.tax_rate) = (percent("50"), percent("100"));
    assert_eq!(total("USD", vec![twice]), "0.01");
}

#[test]
fn discount_comes_before_tax() {
    let mut line = product("2.5", "99.99");
    (line.discount_percent, line.tax_rate) = (percent("12.5"), percent("8.875"));
    // 2.5 × 99.99 × 0.875 × 1.08875 = 238.13946…
    assert_eq!(total("USD", vec![line.clone()]), "238.14");
    line.discount_percent = percent("100");
    assert_eq!(total("USD", vec![line]), "0.00");
}

#[test]
fn overrides_of_agents_enter_the_computation_and_leave_the_products_as_they_are() {
    let mut quote = NewQuote {
        products: vec![product("2", "1000"), product("1", "50")],
        ..NewQuote::default()
    };
    quote.products[0].discount_percent = percent("10");
    quote.overrides = vec![
        LineOverride {
            product_index: 1,
            discount_percent: percent("100"),
            ..LineOverride::default()
        },
        LineOverride {
            unit_price: Some(amount("unit_price", "900", MONEY).unwrap()),
            reason: Some(" Loyal customer ".to_owned()),
            ..LineOverride::default()
        },
    ];
    let computed = quote.compute("USD").unwrap();
    assert_eq!(computed.total_price.to_plain_string(), "1620.00");
    let products = json!([
        {"quantity": 2, "unit_price": "1000.00", "product_name": "Roof", "discount_percent": "10"},
        {"quantity": 1, "unit_price": "50.00", "product_name": "Roof"},
    ]);
    assert_eq!(json!(computed.arguments), json!({"products": products}));
    let overrides = json!([
        {"product_index": 0, "unit_price": "900.00", "reason": "Loyal customer"},
        {"product_index": 1, "discount_percent": "100"},
    ]);
    assert_eq!(
        json!(computed.agent_overrides.unwrap()),
        json!({"products": overrides})
    );
}

#[test]
fn numbers_are_shown_as_they_were_given() {
    let computed = NewQuote {
        products: vec![product("1.50", "0.0015"), product("999999999.000001", "1")],
        ..NewQuote::default()
    };
    let computed = computed.compute("USD").unwrap();
    let text = computed.arguments.get();
    assert!(
        text.contains(r#""quantity":1.50,"unit_price":"0.0015""#),
        "{text}"
    );
    assert!(
        text.contains(r#""quantity":999999999.000001,"unit_price":"1.00""#),
        "{text}"
    );
    assert!(computed.agent_overrides.is_none());
}

#[test]
fn a_line_that_cannot_be_accepted_is_named() {
    let refused = |change: fn(&mut Product)| {
        let mut quote = quote("1");
        quote.products.push(product("1", "1"));
        change(&mut quote.products[1]);
        invalid(quote.compute("USD"))
    };
    assert_eq!(
        refused(|line| line.name = " ".to_owned()),
        "products[1].product_name"
    );
    assert_eq!(refused(|line| line.quantity = 0.into()), "products[1].quantity");
    assert_eq!(
        refused(|line| line.quantity = (-1).into()),
        "products[1].quantity"
    );
    assert_eq!(
        refused(|line| line.quantity = "1e10".parse().unwrap()),
        "products[1].quantity"
    );
    assert_eq!(
        refused(|line| line.quantity = "1e-7".parse().unwrap()),
        "products[1].quantity"
    );
    assert_eq!(
        refused(|line| line.unit_price = "-0.01".parse().unwrap()),
        "products[1].unit_price"
    );
    assert_eq!(
        refused(|line| line.unit_price = "1e1000000".parse().unwrap()),
        "products[1].unit_price"
    );
    assert_eq!(
        refused(|line| line.unit_price = "1e-1000000".parse().unwrap()),
        "products[1].unit_price"
    );
    assert_eq!(
        refused(|line| line.discount_percent = percent("100.01")),
        "products[1].discount_percent"
    );
    assert_eq!(
        refused(|line| line.discount_percent = Some((-1).into())),
        "products[1].discount_percent"
    );
    assert_eq!(
        refused(|line| line.tax_rate = percent("1000.5")),
        "products[1].tax_rate"
    );
    let many = NewQuote {
        products: vec![product("1", "1"); MOST_PRODUCTS + 1],
        ..NewQuote::default()
    };
    assert_eq!(invalid(many.compute("USD")), "products");
}

#[test]
fn an_override_that_cannot_be_accepted_is_named() {
    let refused = |overrides: Vec<LineOverride>| {
        invalid(
            NewQuote {
                overrides,
                ..quote("1")
            }
            .compute("USD"),
        )
    };
    let cheaper = |product_index| LineOverride {
        product_index,
        unit_price: Some(1.into()),
        ..LineOverride::default()
    };
    assert_eq!(
        refused(vec![cheaper(1)]),
        "agent_overrides.products[0].product_index"
    );
    assert_eq!(
        refused(vec![cheaper(0), cheaper(0)]),
        "agent_overrides.products[1].product_index"
    );
    assert_eq!(
        refused(vec![LineOverride::default()]),
        "agent_overrides.products[0].unit_price"
    );
    let negative = LineOverride {
        unit_price: Some((-1).into()),
        ..LineOverride::default()
    };
    assert_eq!(refused(vec![negative]), "agent_overrides.products[0].unit_price");
}
