//! The products and overrides of a quote as they are shown: quantities as JSON numbers, all else as decimal strings.

use super::{LineOverride, Product};
use bigdecimal::BigDecimal;
use rapport_platform::{Error, RawJson, Result};
use serde::Serialize;

#[derive(Serialize)]
struct Lines<T> {
    products: Vec<T>,
}

/// Keys without a value are left out.
#[derive(Serialize)]
struct ProductShown<'a> {
    quantity: RawJson,
    unit_price: String,
    product_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_percent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_rate: Option<String>,
}

#[derive(Serialize)]
struct OverrideShown<'a> {
    product_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_percent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

pub(super) fn arguments(products: &[Product], minor_units: i64) -> Result<RawJson> {
    let products: Result<_> = products
        .iter()
        .map(|product| {
            Ok(ProductShown {
                quantity: number(&product.quantity)?,
                unit_price: price(&product.unit_price, minor_units),
                product_name: &product.name,
                discount_percent: product.discount_percent.as_ref().map(BigDecimal::to_plain_string),
                tax_rate: product.tax_rate.as_ref().map(BigDecimal::to_plain_string),
            })
        })
        .collect();
    RawJson::of(&Lines { products: products? })
}

pub(super) fn overrides(overrides: &[LineOverride], minor_units: i64) -> Result<Option<RawJson>> {
    if overrides.is_empty() {
        return Ok(None);
    }
    let shown = overrides.iter().map(|change| OverrideShown {
        product_index: change.product_index,
        unit_price: change.unit_price.as_ref().map(|value| price(value, minor_units)),
        discount_percent: change.discount_percent.as_ref().map(BigDecimal::to_plain_string),
        reason: change.reason.as_deref(),
    });
    let products = shown.collect();
    RawJson::of(&Lines { products }).map(Some)
}

/// The number as a JSON number, digit by digit.
fn number(value: &BigDecimal) -> Result<RawJson> {
    serde_json::from_str(&value.to_plain_string()).map_err(Error::internal)
}

/// A price with at least the decimals of its currency; some goods cost a fraction of them.
fn price(value: &BigDecimal, minor_units: i64) -> String {
    let scale = value.fractional_digit_count().max(minor_units);
    value.with_scale(scale).to_plain_string()
}
