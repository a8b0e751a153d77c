//! How callers say what they look for: filters, sorts and their short written forms.

use rapport_platform::{Error, Result};
use serde::Serialize;
use serde_json::Value;

/// How many filters a search may have.
pub const MOST_FILTERS: usize = 50;
/// How many fields a list may be sorted by.
pub const MOST_SORTS: usize = 5;
/// How much of an unknown name is repeated to the caller, in characters.
const ECHO: usize = 100;

/// How a field is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Operator {
    /// It is the value.
    Eq,
    /// It is not the value; a field without a value is not.
    Neq,
    /// The text has the value within, in whatever case.
    Contains,
    /// The text begins with the value, in whatever case.
    StartsWith,
    /// It is one of the values.
    In,
    /// It is greater, or later.
    Gt,
    /// It is greater, later, or the same.
    Gte,
    /// It is less, or earlier.
    Lt,
    /// It is less, earlier, or the same.
    Lte,
    /// It has a value (`true`), or has none (`false`).
    Exists,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Eq,
        Self::Neq,
        Self::Contains,
        Self::StartsWith,
        Self::In,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Exists,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::In => "in",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Exists => "exists",
        }
    }
}

/// One test of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Filter {
    /// The name of the field, which may be dotted: `addresses.address`, `customFields.plan`.
    pub field: String,
    /// How to compare.
    pub operator: Operator,
    /// What with.
    pub value: Value,
    /// Whether it joins the filter before it by OR. `a, b (or), c` is `(a OR b) AND c`.
    pub or: bool,
}

impl Filter {
    /// The filter that `field` is `value`.
    pub fn eq(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            field: field.into(),
            operator: Operator::Eq,
            value: value.into(),
            or: false,
        }
    }

    /// A filter by the name of its operator.
    ///
    /// # Errors
    /// `Invalid` naming the field when there is no such operator.
    pub fn named(field: String, operator: &str, value: Value, or: bool) -> Result<Self> {
        let found = Operator::ALL.into_iter().find(|known| known.name() == operator);
        let operator = found.ok_or_else(|| {
            let names = Operator::ALL.map(Operator::name).join(", ");
            Error::invalid(
                short(&field),
                format!("{} is no operator; the operators are {names}", short(operator)),
            )
        })?;
        Ok(Self {
            field,
            operator,
            value,
            or,
        })
    }
}

/// The order of a list by one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Greatest first.
    Desc,
}

impl Direction {
    /// The direction of this name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "asc" => Some(Self::Asc),
            "desc" => Some(Self::Desc),
            _ => None,
        }
    }
}

/// A field to sort by. Whatever the direction, records without a value come last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sort {
    /// The name of the field.
    pub field: String,
    /// Its order.
    pub direction: Direction,
}

impl Sort {
    /// A sort by the name of its direction; none is ascending.
    ///
    /// # Errors
    /// `Invalid` naming the field when there is no such direction.
    pub fn named(field: String, direction: Option<&str>) -> Result<Self> {
        let direction = match direction {
            None => Direction::Asc,
            Some(name) => Direction::of(name).ok_or_else(|| {
                Error::invalid(
                    short(&field),
                    format!("{} is no direction; use asc or desc", short(name)),
                )
            })?,
        };
        Ok(Self { field, direction })
    }
}

/// Reads `field:value;field:value`, all of which must hold. A value goes on to the next semicolon, which it cannot
/// hold itself; it may hold colons.
///
/// # Errors
/// `Invalid` on `filterBy` when a part has no colon.
pub fn parse_filter_by(text: &str) -> Result<Vec<Filter>> {
    parts(text)
        .map(|part| {
            let (field, value) = part.split_once(':').ok_or_else(|| {
                Error::invalid(
                    "filterBy",
                    format!("{} is not of the form field:value", short(part)),
                )
            })?;
            Ok(Filter::eq(field.trim(), value.trim()))
        })
        .collect()
}

/// Reads `field=asc;field=desc`, the most significant first.
///
/// # Errors
/// `Invalid` naming the field when its direction is none.
pub fn parse_sort_by(text: &str) -> Result<Vec<Sort>> {
    parts(text)
        .map(|part| match part.split_once('=') {
            Some((field, direction)) => Sort::named(field.trim().to_owned(), Some(direction.trim())),
            None => Sort::named(part.to_owned(), None),
        })
        .collect()
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// As much of what a caller wrote as is worth repeating.
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(ECHO).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_and_sorts_are_read_part_by_part() {
        let filters = parse_filter_by("firstName: John ;createdAt:2026-01-01T00:00:00Z;").unwrap();
        let expected = [
            Filter::eq("firstName", "John"),
            Filter::eq("createdAt", "2026-01-01T00:00:00Z"),
        ];
        assert_eq!(filters, expected);
        let sorts = parse_sort_by("createdAt=desc;firstName").unwrap();
        assert_eq!(sorts[0].direction, Direction::Desc);
        assert_eq!(
            (sorts[1].field.as_str(), sorts[1].direction),
            ("firstName", Direction::Asc)
        );
        assert_eq!(parse_filter_by(" ; ").unwrap(), []);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let said = |outcome: Result<()>| outcome.unwrap_err().to_string();
        assert!(said(parse_filter_by("firstName").map(drop)).starts_with("filterBy: firstName"));
        assert!(said(parse_sort_by("firstName=up").map(drop)).starts_with("firstName: up"));
        let unknown = Filter::named("firstName".to_owned(), "like", Value::Null, false);
        assert!(said(unknown.map(drop)).starts_with("firstName: like"));
        assert!(said(parse_filter_by(&"x".repeat(5_000)).map(drop)).len() < 200);
    }
}
