//! Decimal numbers as callers write them, read exactly: they never pass through a float.

use bigdecimal::BigDecimal;
use rapport_platform::{Error, Result};
use std::borrow::Cow;

/// How many digits a number may have.
#[derive(Debug, Clone, Copy)]
pub struct Digits {
    /// Before the decimal point.
    pub whole: usize,
    /// After it.
    pub fraction: usize,
}

/// The digits of prices and other amounts of money.
pub const MONEY: Digits = Digits {
    whole: 24,
    fraction: 12,
};

/// The digits of totals: those of the most that quotes can amount to.
pub const TOTAL: Digits = Digits {
    whole: 38,
    fraction: 12,
};

/// The digits of quantities: no more than those that a JSON number keeps for every reader (RFC 8259, section 6).
pub const QUANTITY: Digits = Digits {
    whole: 9,
    fraction: 6,
};

/// The digits of percentages.
pub const PERCENT: Digits = Digits {
    whole: 4,
    fraction: 6,
};

/// The number that `text` writes: digits, maybe with a point and more digits, maybe negative. Zeros at its end are
/// kept: `1.50` has two decimals.
///
/// # Errors
/// `Invalid` naming `field` for anything else, such as an exponent, and for more digits than `most`.
pub fn parse(field: impl Into<Cow<'static, str>>, text: &str, most: Digits) -> Result<BigDecimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let sound = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !sound(whole) || !sound(fraction) {
        return Err(Error::invalid(field, "must be a plain decimal such as 12.50"));
    }
    let Digits {
        whole: before,
        fraction: after,
    } = most;
    if whole.len() > before || fraction.len() > after {
        let message = format!("must have at most {before} digits before and {after} after the decimal point");
        return Err(Error::invalid(field, message));
    }
    text.parse().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::{MONEY, parse};

    fn read(text: &str) -> Option<String> {
        let number = parse("unit_price", text, MONEY).ok()?;
        Some(number.to_plain_string())
    }

    #[test]
    fn every_digit_is_kept() {
        for text in [
            "0",
            "0.1",
            "1200.00",
            "-3.5",
            "12345678901234567890.12",
            "0.000000000001",
        ] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_plain_decimal_is_refused() {
        let long = "9".repeat(25);
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "+1",
            "1e3",
            "1E1000000",
            "1_000",
            "1,5",
            " 1",
            "0x1",
            "NaN",
            "Infinity",
            "--1",
            "١",
            "1.0000000000001",
            &long,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
