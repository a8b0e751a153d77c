//! Whether a JSON value fits its definition.

use super::FieldType;
use crate::query::{decimal, moment};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use rapport_platform::{Error, Result, ids};
use uuid::Uuid;

/// The longest text, in characters.
const LONGEST: usize = 10_000;

/// A value in the form in which it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Text(String),
    Number(BigDecimal),
    Time(DateTime<Utc>),
    Boolean(bool),
}

/// Reads the JSON text of a value. Of a LIST it need not be an option yet, and of a FILE none that is there.
pub(super) fn read(key: &str, field_type: FieldType, json: &str) -> Result<Data> {
    let text = || serde_json::from_str::<String>(json).ok();
    let data = match field_type {
        FieldType::String => text().filter(|text| is_short(text)).map(Data::Text),
        FieldType::List => text().map(Data::Text),
        FieldType::Number => decimal(json).map(Data::Number),
        FieldType::Date => text().and_then(|text| moment(&text)).map(Data::Time),
        FieldType::Boolean => serde_json::from_str(json).ok().map(Data::Boolean),
        FieldType::File => text().and_then(|text| file_id(&text)).map(Data::Text),
    };
    data.ok_or_else(|| refused(key, wanted(field_type)))
}

/// The refusal of the value of `key`.
pub(super) fn refused(key: &str, message: &'static str) -> Error {
    Error::invalid(format!("custom_fields.{key}"), message)
}

fn is_short(text: &str) -> bool {
    text.chars().nth(LONGEST).is_none()
}

fn wanted(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::String => "must be a string of at most 10000 characters",
        FieldType::Number => "must be a number of at most 100 digits",
        FieldType::Date => "must be a date or time in ISO 8601",
        FieldType::Boolean => "must be true or false",
        FieldType::List => OPTION,
        FieldType::File => FILE,
    }
}

/// What is said of a value that is no option.
pub(super) const OPTION: &str = "must be the value of one of the field's options";
/// What is said of a value that is no file.
pub(super) const FILE: &str = "must be the id of a file of this organization";

/// The id of a file, opaque or as UUID, in the one form in which it is compared.
pub(super) fn file_id(text: &str) -> Option<String> {
    let uuid = ids::parse_opaque(text).or_else(|| Uuid::parse_str(text).ok())?;
    Some(uuid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_its_type_and_no_other() {
        let long = format!("\"{}\"", "x".repeat(10_001));
        for (field_type, good, bad) in [
            (
                FieldType::String,
                vec!["\"\"", "\"a\\nb\""],
                vec!["1", "[\"a\"]", &long],
            ),
            (
                FieldType::Number,
                vec!["0", "-1.50", "12345678901234567890", "1e3"],
                vec!["\"1\"", "1e9999", "true"],
            ),
            (
                FieldType::Date,
                vec!["\"2026-03-12\"", "\"2026-03-12T01:00:00+01:00\""],
                vec!["\"2026-02-30\"", "\"soon\"", "20260312"],
            ),
            (FieldType::Boolean, vec!["true", "false"], vec!["\"true\"", "0"]),
            (FieldType::List, vec!["\"gold\""], vec!["[\"gold\"]", "1"]),
            (
                FieldType::File,
                vec![
                    "\"HR_id_0001sTvKHLu1nfyQT7mTfE\"",
                    "\"0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f\"",
                ],
                vec!["\"roof.txt\"", "7"],
            ),
        ] {
            for json in good {
                assert!(read("key", field_type, json).is_ok(), "{field_type:?} {json}");
            }
            for json in bad {
                let error = read("key", field_type, json).unwrap_err().to_string();
                assert!(error.starts_with("custom_fields.key: must be "), "{error}");
            }
        }
    }

    #[test]
    fn a_file_has_one_form_to_be_compared() {
        let uuid = Uuid::from_u128(0x0195_878d_2f4b_7c3a_9d1e_5a6b_7c8d_9e0f);
        let forms = [
            ids::opaque(uuid),
            uuid.to_string(),
            uuid.to_string().to_uppercase(),
        ];
        for form in forms {
            assert_eq!(file_id(&form), Some(uuid.to_string()), "{form}");
        }
    }
}
