//! Quotes: what is offered at which price, computed exactly. Nothing here knows a database.

mod check;
mod shown;

use crate::decimal::{self, Digits};
use bigdecimal::{BigDecimal, RoundingMode};
use iso_currency::Currency;
use rapport_platform::{Error, RawJson, Result};
use std::borrow::Cow;

/// How many products a quote may have.
pub const MOST_PRODUCTS: usize = 2_000;

/// One line of a quote.
#[derive(Debug, Clone)]
pub struct Product {
    /// What is sold; at most 255 characters.
    pub name: String,
    /// How much of it: more than 0, at most [`decimal::QUANTITY`] digits.
    pub quantity: BigDecimal,
    /// The price of one, before discount and tax: 0 or more, at most [`decimal::MONEY`] digits.
    pub unit_price: BigDecimal,
    /// What is taken off the price, in percent: 0 to 100.
    pub discount_percent: Option<BigDecimal>,
    /// What is put on the discounted price, in percent: 0 to 1,000.
    pub tax_rate: Option<BigDecimal>,
}

/// What an agent changed in one line: these values enter the computation instead of the product's own, which stay
/// visible beside them.
#[derive(Debug, Clone, Default)]
pub struct LineOverride {
    /// Which line, from 0 on.
    pub product_index: usize,
    /// The price of one; as the product's.
    pub unit_price: Option<BigDecimal>,
    /// The discount; as the product's.
    pub discount_percent: Option<BigDecimal>,
    /// Why, for people; at most 1,000 characters.
    pub reason: Option<String>,
}

/// What a quote is computed from. By default it is empty.
#[derive(Debug, Clone, Default)]
pub struct NewQuote {
    /// An ISO 4217 code of a currency with minor units, also in lower case; the seller's when absent.
    pub currency: Option<String>,
    /// The lines, at most [`MOST_PRODUCTS`].
    pub products: Vec<Product>,
    /// What agents changed, at most once per line.
    pub overrides: Vec<LineOverride>,
}

/// A quote that was computed.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The ISO 4217 code.
    pub currency: String,
    /// The sum of all lines, with exactly the minor units of the currency: `1200.00` dollars, `1200` yen.
    pub total_price: BigDecimal,
    /// The products as they are shown: an object with `products`.
    pub arguments: RawJson,
    /// What agents changed, as it is shown: an object with `products`; `None` when they changed nothing.
    pub agent_overrides: Option<RawJson>,
}

impl NewQuote {
    /// Checks the quote and computes it. A line is `quantity × unit_price × (1 − discount_percent / 100) × (1 +
    /// tax_rate / 100)`, computed exactly and rounded once, half to even, to the minor units of the currency (ISO
    /// 4217); the total is the sum of the lines. `own` is the currency of a quote that names none.
    ///
    /// # Errors
    /// `Invalid` naming the value that cannot be accepted, such as `products[3].quantity`.
    pub fn compute(self, own: &str) -> Result<Quote> {
        let (currency, minor_units) = currency(self.currency.as_deref().unwrap_or(own))?;
        let quote = check::checked(self)?;
        let mut total_price = BigDecimal::new(0.into(), minor_units);
        for (index, product) in quote.products.iter().enumerate() {
            let change = quote
                .overrides
                .iter()
                .find(|change| change.product_index == index);
            total_price += line(product, change, minor_units);
        }
        Ok(Quote {
            total_price: total_price.with_scale(minor_units),
            arguments: shown::arguments(&quote.products, minor_units)?,
            agent_overrides: shown::overrides(&quote.overrides, minor_units)?,
            currency,
        })
    }
}

/// The code and how many decimals it has.
fn currency(code: &str) -> Result<(String, i64)> {
    let code = code.trim().to_ascii_uppercase();
    let minor_units = minor_units(&code).ok_or_else(|| {
        let message = "is not an ISO 4217 code of a currency with minor units";
        Error::invalid("currency", message)
    })?;
    Ok((code, minor_units))
}

/// How many decimals amounts in the currency with this ISO 4217 code have; `None` for gold and the like, and for what
/// is no currency.
pub fn minor_units(code: &str) -> Option<i64> {
    Currency::from_code(code)
        .and_then(Currency::exponent)
        .map(i64::from)
}

fn line(product: &Product, change: Option<&LineOverride>, minor_units: i64) -> BigDecimal {
    let unit_price = change.and_then(|change| change.unit_price.as_ref());
    let discount = change.and_then(|change| change.discount_percent.as_ref());
    let kept = percent(100)
        - discount
            .or(product.discount_percent.as_ref())
            .unwrap_or(&percent(0));
    let taxed = percent(100) + product.tax_rate.as_ref().unwrap_or(&percent(0));
    let exact = &product.quantity * unit_price.unwrap_or(&product.unit_price) * kept * taxed;
    // Two percentages make hundredths of hundredths.
    let exact = exact * BigDecimal::new(1.into(), 4);
    exact.with_scale_round(minor_units, RoundingMode::HalfEven)
}

fn percent(value: i64) -> BigDecimal {
    value.into()
}

/// Reads a decimal that is not negative.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn amount(field: impl Into<Cow<'static, str>>, text: &str, most: Digits) -> Result<BigDecimal> {
    let field = field.into();
    let value = decimal::parse(field.clone(), text, most)?;
    check::at_least_zero(field, &value)?;
    Ok(value)
}
