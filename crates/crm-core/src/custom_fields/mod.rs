//! Custom fields: definitions of what the free objects `custom_fields` may hold, and the options of lists.
//!
//! A key with a definition is checked by its type wherever it is written ([`keep`]); a key without one is free JSON. The
//! JSON of a record is the truth. Besides, every value of a defined key has a row in `custom_field_values`, written in the
//! same transaction, by which lists are filtered and sorted ([`crate::query`] says how, and how fast).
//!
//! # One after the other
//! Writers of custom fields hold a shared lock on their entity type until they commit; whoever changes definitions or
//! options holds it alone. So nobody writes by a definition that is about to change, and a new definition finds all
//! values that were written before it. They are indexed with it, which takes a scan of the entity's records, and for
//! each million values about as long as writing them. A value that does not fit a later definition stays as it is, is
//! found by no filter, and is refused when it is next written.
//!
//! # Deletion
//! A definition in use is deleted by force only, and takes its values along. An option in use is always deleted with
//! them, as its reference warns. In both cases every record changed has its entry in the audit log; the event is that of
//! the definition alone.

mod check;
mod definitions;
mod entity;
mod keep;
mod options;
mod records;
mod rows;
mod values;

pub use entity::EntityType;
pub use keep::{Amendment, Definitions, Owner, amend, check_all, forget, keep, merged};
pub use rows::{DEFINITIONS, Defined, Known, OPTIONS, known};
pub use values::Values;

use crate::query::{Listed, Search, Window};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Patch, Reader, Result, Tx};
use uuid::Uuid;

/// The custom fields, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgCustomFields;

/// What a custom field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A text of at most 10,000 characters.
    String,
    /// A JSON number.
    Number,
    /// A date or a time in ISO 8601.
    Date,
    /// True or false.
    Boolean,
    /// The value of one of the definition's options.
    List,
    /// The id of a file of the organization.
    File,
}

impl FieldType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::String,
        Self::Number,
        Self::Date,
        Self::Boolean,
        Self::List,
        Self::File,
    ];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Number => "NUMBER",
            Self::Date => "DATE",
            Self::Boolean => "BOOLEAN",
            Self::List => "LIST",
            Self::File => "FILE",
        }
    }

    /// The type of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// What a key of custom fields means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for the audit log.
    pub uuid: Uuid,
    /// Whose custom fields it is about.
    pub entity_type: EntityType,
    /// The key.
    pub field_key: String,
    /// What people call it.
    pub field_label: Option<String>,
    /// What it holds.
    pub field_type: FieldType,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a definition is made of.
#[derive(Debug, Clone)]
pub struct NewDefinition {
    /// Whose custom fields it is about.
    pub entity_type: EntityType,
    /// The key, unique for the entity type: a letter, then at most 63 letters, digits and underscores, all ASCII.
    pub field_key: String,
    /// What people call it.
    pub field_label: Option<String>,
    /// What it holds.
    pub field_type: FieldType,
    /// What it is for; at most 1,000 characters.
    pub description: Option<String>,
}

/// Changes to a definition. What cannot change may be said again.
#[derive(Debug, Clone, Default)]
pub struct DefinitionPatch {
    /// What it is already.
    pub entity_type: Option<EntityType>,
    /// What it is already.
    pub field_key: Option<String>,
    /// What it is already.
    pub field_type: Option<FieldType>,
    /// What people call it.
    pub field_label: Patch<String>,
    /// What it is for.
    pub description: Patch<String>,
}

/// One of the values a list may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOption {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for the audit log.
    pub uuid: Uuid,
    /// The definition it belongs to.
    pub definition_id: i64,
    /// What records hold.
    pub value: String,
    /// What people call it.
    pub label: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an option is made of.
#[derive(Debug, Clone)]
pub struct NewOption {
    /// The definition it is said to belong to.
    pub definition_id: i64,
    /// What records hold, unique in the list; at most 255 characters.
    pub value: String,
    /// What people call it.
    pub label: Option<String>,
    /// What it means; at most 1,000 characters.
    pub description: Option<String>,
}

/// Changes to an option. What cannot change may be said again.
#[derive(Debug, Clone, Default)]
pub struct OptionPatch {
    /// What it is already.
    pub definition_id: Option<i64>,
    /// What it is already: records hold it.
    pub value: Option<String>,
    /// What people call it.
    pub label: Patch<String>,
    /// What it means.
    pub description: Patch<String>,
}

/// The custom fields of an organization. Errors name fields as the engagement surface does: `fieldKey`.
#[async_trait]
pub trait CustomFieldService: Send + Sync {
    /// The definitions that fit a search.
    async fn list(&self, db: &Reader, search: &Search, window: &Window) -> Result<Listed<Definition>>;

    /// One definition; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: i64) -> Result<Definition>;

    /// Defines a key; `Conflict` when it is defined already. Of several that do so at once one succeeds. Values that
    /// records have already and that fit can be found by filters from then on.
    async fn create(&self, tx: &mut Tx, new: NewDefinition) -> Result<Definition>;

    /// Changes label and description; `Invalid` when key, type or entity type are to change.
    async fn update(&self, tx: &mut Tx, id: i64, patch: DefinitionPatch) -> Result<Definition>;

    /// Deletes a definition with its options and answers what it was. `Conflict` while records have values of it, unless
    /// by `force`, which removes those.
    async fn delete(&self, tx: &mut Tx, id: i64, force: bool) -> Result<Definition>;

    /// The options of a definition that fit a search.
    async fn list_options(
        &self,
        db: &Reader,
        definition: i64,
        search: &Search,
        window: &Window,
    ) -> Result<Listed<ListOption>>;

    /// One option; `NotFound` when it is not of the definition.
    async fn get_option(&self, db: &Reader, definition: i64, id: i64) -> Result<ListOption>;

    /// Adds an option; `Invalid` when the definition is no list, `Conflict` when it has the value already.
    async fn create_option(&self, tx: &mut Tx, definition: i64, new: NewOption) -> Result<ListOption>;

    /// Changes label and description; `Invalid` when the value is to change.
    async fn update_option(
        &self,
        tx: &mut Tx,
        definition: i64,
        id: i64,
        patch: OptionPatch,
    ) -> Result<ListOption>;

    /// Deletes an option, and its value from the records that have it; answers what it was.
    async fn delete_option(&self, tx: &mut Tx, definition: i64, id: i64) -> Result<ListOption>;
}
