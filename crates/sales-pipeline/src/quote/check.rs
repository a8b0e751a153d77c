//! What a quote may hold.

use super::{LineOverride, MOST_PRODUCTS, NewQuote, Product};
use crate::decimal::{Digits, MONEY, PERCENT, QUANTITY};
use bigdecimal::BigDecimal;
use rapport_crm_core::text;
use rapport_platform::{Error, Result};
use std::borrow::Cow;
use std::collections::HashSet;

/// The quote with its texts in their normal form.
pub(super) fn checked(mut quote: NewQuote) -> Result<NewQuote> {
    if quote.products.len() > MOST_PRODUCTS {
        return Err(Error::invalid(
            "products",
            format!("must be at most {MOST_PRODUCTS}"),
        ));
    }
    for (index, line) in quote.products.iter_mut().enumerate() {
        product(line).map_err(|error| within("products", index, error))?;
    }
    let mut seen = HashSet::new();
    for (index, change) in quote.overrides.iter_mut().enumerate() {
        let known = change.product_index < quote.products.len();
        let fresh = seen.insert(change.product_index);
        line_override(change, known, fresh)
            .map_err(|error| within("agent_overrides.products", index, error))?;
    }
    // Shown in the order of the lines, however they were given.
    quote.overrides.sort_by_key(|change| change.product_index);
    Ok(quote)
}

/// Says in which element of a list the field is.
fn within(list: &str, index: usize, error: Error) -> Error {
    match error {
        Error::Invalid { field, message } => Error::invalid(format!("{list}[{index}].{field}"), message),
        other => other,
    }
}

fn product(product: &mut Product) -> Result<()> {
    product.name = text::required("product_name", std::mem::take(&mut product.name), text::NAME)?;
    bounded("quantity", &product.quantity, QUANTITY)?;
    if product.quantity <= BigDecimal::from(0) {
        return Err(Error::invalid("quantity", "must be more than 0"));
    }
    unit_price(&product.unit_price)?;
    percentage("discount_percent", product.discount_percent.as_ref(), 100)?;
    percentage("tax_rate", product.tax_rate.as_ref(), 1_000)
}

fn line_override(change: &mut LineOverride, known: bool, fresh: bool) -> Result<()> {
    if !known {
        return Err(Error::invalid("product_index", "is not the index of a product"));
    }
    if !fresh {
        return Err(Error::invalid("product_index", "is given twice"));
    }
    if change.unit_price.is_none() && change.discount_percent.is_none() {
        return Err(Error::invalid("unit_price", "or discount_percent is required"));
    }
    change.unit_price.as_ref().map_or(Ok(()), unit_price)?;
    percentage("discount_percent", change.discount_percent.as_ref(), 100)?;
    change.reason = text::optional("reason", change.reason.take(), text::LINE)?;
    Ok(())
}

fn unit_price(price: &BigDecimal) -> Result<()> {
    bounded("unit_price", price, MONEY)?;
    at_least_zero("unit_price", price)
}

fn percentage(field: &'static str, value: Option<&BigDecimal>, most: i64) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    bounded(field, value, PERCENT)?;
    if *value < BigDecimal::from(0) || *value > BigDecimal::from(most) {
        return Err(Error::invalid(field, format!("must be from 0 to {most}")));
    }
    Ok(())
}

pub(super) fn at_least_zero(field: impl Into<Cow<'static, str>>, value: &BigDecimal) -> Result<()> {
    if *value < BigDecimal::from(0) {
        return Err(Error::invalid(field, "must not be negative"));
    }
    Ok(())
}

/// Whether the number, which may come from a program as well as from [`crate::decimal::parse`], is of a bearable
/// size.
fn bounded(field: &'static str, value: &BigDecimal, most: Digits) -> Result<()> {
    let (fraction, digits) = (value.fractional_digit_count(), value.digits());
    let whole = i128::from(digits) - i128::from(fraction);
    let fits = |count: i128, most: usize| usize::try_from(count.max(0)).is_ok_and(|count| count <= most);
    if fits(whole, most.whole) && fits(fraction.into(), most.fraction) {
        return Ok(());
    }
    Err(Error::invalid(field, "has too many digits"))
}
