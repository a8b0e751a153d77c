//! What is reported of many items. Nothing that the items said is repeated, so that a report holds nothing personal.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is wrong with a field of an item, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// It must be there.
    RequiredField,
    /// It is of another type than it says: a text for a number.
    InvalidType,
    /// The type is right, the value is not.
    InvalidValue,
    /// It names what is not there.
    NotFound,
    /// The same was said before.
    Duplicate,
    /// Another record is in the way.
    Conflict,
    /// There is no such field.
    UnknownField,
}

/// Something that is wrong, or worth a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// The field, with dots to those within: `contact.phones`.
    pub field: String,
    /// What is wrong, for people.
    pub message: String,
    /// What is wrong, for programs.
    pub code: Code,
    /// More about it.
    pub context: Map<String, Value>,
}

impl Issue {
    /// With an empty context.
    pub fn new(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            // The database cannot keep a NUL, which a key that is not known may hold.
            field: field.into().replace('\0', "\u{fffd}"),
            message: message.into(),
            code,
            context: Map::new(),
        }
    }

    /// With `value` in the context.
    #[must_use]
    pub fn about(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }
}

/// What became of an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was stored.
    Stored,
    /// It says the same as an item before it, and was left out.
    Duplicate,
    /// It has errors, and was left out.
    #[default]
    Refused,
}

/// What became of one item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemReport {
    /// Where it stood, from 0.
    pub index: usize,
    /// The numeric id of the record it made or changed, or would have changed.
    pub item_id: Option<i64>,
    /// Whether it was stored.
    pub outcome: Outcome,
    /// Why it was not.
    pub errors: Vec<Issue>,
    /// What is worth a look.
    pub warnings: Vec<Issue>,
    /// The records it came upon: `contactId`, `conversationId`.
    pub existing_entities: Map<String, Value>,
}

impl ItemReport {
    /// An item that is still in the running.
    pub fn at(index: usize) -> Self {
        Self {
            index,
            ..Self::default()
        }
    }

    /// Whether there is anything to say of it.
    pub fn has_issues(&self) -> bool {
        !self.errors.is_empty() || !self.warnings.is_empty()
    }
}

/// How many items there were of each kind; `successful`, `duplicates` and `errors` make up `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Stored, with or without warnings.
    pub successful: usize,
    /// Stored, with warnings.
    pub warnings: usize,
    /// Left out, because an item before said the same.
    pub duplicates: usize,
    /// Refused.
    pub errors: usize,
    /// All.
    pub total: usize,
}

/// What became of all items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Every item, in their order.
    pub items: Vec<ItemReport>,
    /// What is wrong with all of them together.
    pub batch_errors: Vec<Issue>,
    /// How many there were of each kind.
    pub counts: Counts,
}

impl Report {
    /// Of these items, counted.
    pub fn of(items: Vec<ItemReport>) -> Self {
        let count = |wanted: fn(&ItemReport) -> bool| items.iter().filter(|item| wanted(item)).count();
        let counts = Counts {
            successful: count(|item| item.outcome == Outcome::Stored),
            warnings: count(|item| item.outcome == Outcome::Stored && !item.warnings.is_empty()),
            duplicates: count(|item| item.outcome == Outcome::Duplicate),
            errors: count(|item| item.outcome == Outcome::Refused),
            total: items.len(),
        };
        Self {
            items,
            batch_errors: Vec::new(),
            counts,
        }
    }
}
