//! Quotes as they are asked for.

use crate::http::object::objects;
use bigdecimal::BigDecimal;
use rapport_platform::{Error, RawJson, Result};
use rapport_sales_pipeline::decimal::{Digits, MONEY, PERCENT, QUANTITY, parse};
use rapport_sales_pipeline::quote::{LineOverride, NewQuote, Product};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is offered. Decimals may be JSON numbers or strings; they are read exactly, never as floats, and have no
/// exponent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct QuoteBody {
    /// An ISO 4217 code; the organization's currency when absent.
    #[schema(min_length = 3, max_length = 3, example = "USD")]
    currency: Option<String>,
    arguments: Option<QuoteArgumentsBody>,
    agent_overrides: Option<QuoteOverridesBody>,
}

/// What the quote is computed from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct QuoteArgumentsBody {
    #[schema(max_items = 2000)]
    products: Vec<ProductBody>,
}

/// A line of a quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct ProductBody {
    /// More than 0, with at most 9 digits before and 6 after the point.
    #[schema(value_type = f64, example = 1)]
    quantity: RawJson,
    /// The price of one, 0 or more, with at most 24 digits before and 12 after the point.
    #[schema(value_type = String, example = "1200.00")]
    unit_price: RawJson,
    #[schema(max_length = 255, example = "Metal roof")]
    product_name: String,
    /// What is taken off the price: 0 to 100.
    #[schema(value_type = Option<String>, example = "12.5")]
    discount_percent: Option<RawJson>,
    /// What is put on the discounted price, in percent: 0 to 1000.
    #[schema(value_type = Option<String>, example = "8.875")]
    tax_rate: Option<RawJson>,
}

/// What an agent changes in the products, at most once for each.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct QuoteOverridesBody {
    products: Vec<ProductOverrideBody>,
}

/// What an agent changes in a line: these values enter the computation instead of the product's own, which stay
/// visible. One of `unit_price` and `discount_percent` is required.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct ProductOverrideBody {
    /// Which line, from 0 on.
    #[schema(example = 0)]
    product_index: u32,
    #[schema(value_type = Option<String>, example = "1100.00")]
    unit_price: Option<RawJson>,
    #[schema(value_type = Option<String>, example = "5")]
    discount_percent: Option<RawJson>,
    #[schema(max_length = 1000, example = "Loyal customer")]
    reason: Option<String>,
}

objects!(
    QuoteBody,
    QuoteArgumentsBody,
    ProductBody,
    QuoteOverridesBody,
    ProductOverrideBody
);

impl QuoteBody {
    pub(super) fn into_domain(self) -> Result<NewQuote> {
        let products = self.arguments.map(|arguments| arguments.products);
        let overrides = self.agent_overrides.map(|overrides| overrides.products);
        let products = products.unwrap_or_default().into_iter().enumerate();
        let overrides = overrides.unwrap_or_default().into_iter().enumerate();
        Ok(NewQuote {
            currency: self.currency,
            products: products.map(product).collect::<Result<_>>()?,
            overrides: overrides.map(line_override).collect::<Result<_>>()?,
        })
    }
}

fn product((index, body): (usize, ProductBody)) -> Result<Product> {
    let field = |name| format!("quote_details.arguments.products[{index}].{name}");
    Ok(Product {
        quantity: decimal(field("quantity"), &body.quantity, QUANTITY)?,
        unit_price: decimal(field("unit_price"), &body.unit_price, MONEY)?,
        name: body.product_name,
        discount_percent: optional(field("discount_percent"), body.discount_percent, PERCENT)?,
        tax_rate: optional(field("tax_rate"), body.tax_rate, PERCENT)?,
    })
}

fn line_override((index, body): (usize, ProductOverrideBody)) -> Result<LineOverride> {
    let field = |name| format!("quote_details.agent_overrides.products[{index}].{name}");
    Ok(LineOverride {
        product_index: usize::try_from(body.product_index).map_err(Error::internal)?,
        unit_price: optional(field("unit_price"), body.unit_price, MONEY)?,
        discount_percent: optional(field("discount_percent"), body.discount_percent, PERCENT)?,
        reason: body.reason,
    })
}

fn optional(field: String, value: Option<RawJson>, most: Digits) -> Result<Option<BigDecimal>> {
    value.map(|value| decimal(field, &value, most)).transpose()
}

/// The decimal that a JSON number or string writes, from its text.
fn decimal(field: String, value: &RawJson, most: Digits) -> Result<BigDecimal> {
    match serde_json::from_str::<String>(value.get()) {
        Ok(text) => parse(field, &text, most),
        Err(_) => parse(field, value.get(), most),
    }
}
