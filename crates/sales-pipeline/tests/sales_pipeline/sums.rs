//! Quotes of many random lines against a computation of its own, in whole numbers.

use bigdecimal::num_bigint::BigInt;
use proptest::prelude::*;
use rapport_sales_pipeline::decimal::{MONEY, PERCENT, QUANTITY};
use rapport_sales_pipeline::quote::{LineOverride, NewQuote, Product, amount};

/// A decimal as a whole number and how many of its digits stand after the point.
type Fixed = (u64, u32);

#[derive(Debug, Clone)]
struct Line {
    quantity: Fixed,
    unit_price: Fixed,
    discount: Option<Fixed>,
    tax: Option<Fixed>,
    /// The price and discount that an agent gives instead.
    instead: Option<(Option<Fixed>, Option<Fixed>)>,
}

/// Decimals with up to so many digits after the point, at most `most`; coarse ones among them, so that many lines
/// are exactly half-way between two units.
fn fixed(least: u64, most: u64, decimals: u32) -> impl Strategy<Value = Fixed> {
    (0..=decimals).prop_flat_map(move |scale| {
        let unit = 10_u64.pow(scale);
        let any = least.max(1).min(unit)..=most.saturating_mul(unit);
        let any = if least == 0 { 0..=*any.end() } else { any };
        (any, Just(scale))
    })
}

fn line() -> impl Strategy<Value = Line> {
    let discount = || proptest::option::of(fixed(0, 100, 4));
    let price = || prop_oneof![fixed(0, 100, 3), fixed(0, 9_000_000, 12)];
    let instead = (proptest::option::of(price()), discount());
    (
        prop_oneof![fixed(1, 10, 1), fixed(1, 999_999_999, 6)],
        price(),
        discount(),
        proptest::option::of(fixed(0, 1_000, 4)),
        proptest::option::weighted(0.1, instead),
    )
        .prop_map(|(quantity, unit_price, discount, tax, instead)| Line {
            quantity,
            unit_price,
            discount,
            tax,
            instead: instead.filter(|(price, discount)| price.is_some() || discount.is_some()),
        })
}

fn text((digits, scale): Fixed) -> String {
    let unit = 10_u64.pow(scale);
    match scale {
        0 => digits.to_string(),
        _ => format!(
            "{}.{:0width$}",
            digits / unit,
            digits % unit,
            width = scale as usize
        ),
    }
}

fn quote(currency: &str, lines: &[Line]) -> NewQuote {
    let money = |value| amount("money", &text(value), MONEY).unwrap();
    let percent = |value| amount("percent", &text(value), PERCENT).unwrap();
    let product = |line: &Line| Product {
        name: "Shingle".to_owned(),
        quantity: amount("quantity", &text(line.quantity), QUANTITY).unwrap(),
        unit_price: money(line.unit_price),
        discount_percent: line.discount.map(percent),
        tax_rate: line.tax.map(percent),
    };
    let change = |(product_index, line): (usize, &Line)| {
        let (price, discount) = line.instead?;
        Some(LineOverride {
            product_index,
            unit_price: price.map(money),
            discount_percent: discount.map(percent),
            reason: None,
        })
    };
    NewQuote {
        currency: Some(currency.to_owned()),
        products: lines.iter().map(product).collect(),
        overrides: lines.iter().enumerate().filter_map(change).collect(),
    }
}

/// The line in minor units: one fraction of whole numbers, divided once, half to even.
fn minor_units(line: &Line, decimals: u32) -> BigInt {
    let ten = |power: u32| BigInt::from(10).pow(power);
    let (price, discount) = line.instead.unwrap_or_default();
    let (price, price_scale) = price.unwrap_or(line.unit_price);
    let (discount, discount_scale) = discount.or(line.discount).unwrap_or_default();
    let (tax, tax_scale) = line.tax.unwrap_or_default();
    let kept = ten(discount_scale) * 100 - discount;
    let taxed = ten(tax_scale) * 100 + tax;
    let numerator = BigInt::from(line.quantity.0) * price * kept * taxed * ten(decimals);
    let denominator = ten(line.quantity.1 + price_scale + discount_scale + tax_scale + 4);
    let (whole, rest) = (&numerator / &denominator, &numerator % &denominator);
    let odd = &whole % 2 == BigInt::from(1);
    let up = match BigInt::cmp(&(rest * 2_u8), &denominator) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => odd,
        std::cmp::Ordering::Greater => true,
    };
    whole + i32::from(up)
}

fn written(minor_units: &BigInt, decimals: usize) -> String {
    let digits = format!("{:0>width$}", minor_units.to_string(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    match decimals {
        0 => whole.to_owned(),
        _ => format!("{whole}.{fraction}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_quote_of_1000_random_lines_is_right_to_the_last_digit(
        lines in proptest::collection::vec(line(), 1_000),
        (currency, decimals) in prop_oneof![Just(("USD", 2)), Just(("JPY", 0)), Just(("KWD", 3)), Just(("CLF", 4))],
    ) {
        let expected: BigInt = lines.iter().map(|line| minor_units(line, decimals)).sum();
        let computed = quote(currency, &lines).compute("USD").unwrap();
        prop_assert_eq!(computed.total_price.to_plain_string(), written(&expected, decimals as usize));
    }

    #[test]
    fn a_line_is_right_to_the_last_digit(line in line()) {
        let computed = quote("USD", std::slice::from_ref(&line)).compute("USD").unwrap();
        prop_assert_eq!(computed.total_price.to_plain_string(), written(&minor_units(&line, 2), 2));
    }
}
