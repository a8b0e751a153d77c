//! The rows of definitions and options, and the fields of their lists.

use super::check::file_id;
use super::{Definition, EntityType, FieldType, ListOption};
use crate::query::{Field, List};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Reader, Result};
use rapport_schema::tables::{custom_field_definitions, custom_field_options};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// What definitions can be filtered and sorted by.
pub static DEFINITIONS: List = {
    use custom_field_definitions as table;
    List {
        table: &table::table,
        organization: &table::organization_id,
        id: &table::id,
        created_at: &table::created_at,
        gone: None,
        fields: &[
            Field::own("id", &table::id),
            Field::own("entityType", &table::entity_type),
            Field::own("fieldKey", &table::field_key),
            Field::own("fieldLabel", &table::field_label),
            Field::own("fieldType", &table::field_type),
            Field::own("description", &table::description),
            Field::own("createdAt", &table::created_at),
            Field::own("updatedAt", &table::updated_at),
        ],
        texts: &["fieldKey", "fieldLabel", "description"],
        custom: None,
    }
};

/// What options can be filtered and sorted by.
pub static OPTIONS: List = {
    use custom_field_options as table;
    List {
        table: &table::table,
        organization: &table::organization_id,
        id: &table::id,
        created_at: &table::created_at,
        gone: None,
        fields: &[
            Field::own("id", &table::id),
            Field::own("definitionId", &table::definition_id),
            Field::own("value", &table::value),
            Field::own("label", &table::label),
            Field::own("description", &table::description),
            Field::own("createdAt", &table::created_at),
            Field::own("updatedAt", &table::updated_at),
        ],
        texts: &["value", "label", "description"],
        custom: None,
    }
};

/// A defined key, as far as comparing values needs it.
#[derive(Debug, Clone, Copy)]
pub struct Defined {
    /// The id of the definition.
    pub id: i64,
    /// What it holds.
    pub field_type: FieldType,
}

impl Defined {
    /// A value to compare with, in the form in which values are kept to be compared.
    pub fn normalize(&self, value: &Value) -> Value {
        match (self.field_type, value) {
            (FieldType::File, Value::String(text)) => {
                file_id(text).map_or_else(|| value.clone(), Value::from)
            }
            (FieldType::File, Value::Array(values)) => values.iter().map(|one| self.normalize(one)).collect(),
            _ => value.clone(),
        }
    }
}

/// Defined keys by their names.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, Defined>);

impl Known {
    /// The definition of a key.
    pub fn get(&self, key: &str) -> Option<Defined> {
        self.0.get(key).copied()
    }
}

/// Those of `keys` that are defined for an entity type.
///
/// # Errors
/// When the database is out of reach.
pub async fn known(db: &Reader, entity: EntityType, keys: &[&str]) -> Result<Known> {
    use custom_field_definitions::dsl;
    // No key holds NUL, which PostgreSQL cannot even be asked for.
    let keys: Vec<_> = keys.iter().filter(|key| !key.contains('\0')).collect();
    let rows: Vec<(i64, String, String)> = dsl::custom_field_definitions
        .filter(dsl::organization_id.eq(db.organization()))
        .filter(dsl::entity_type.eq(entity.name()))
        .filter(dsl::field_key.eq_any(keys))
        .select((dsl::id, dsl::field_key, dsl::field_type))
        .load(&mut db.conn())
        .await?;
    let named = |(id, key, kind): (i64, String, String)| {
        let field_type = field_type(&kind)?;
        Ok((key, Defined { id, field_type }))
    };
    Ok(Known(rows.into_iter().map(named).collect::<Result<_>>()?))
}

/// The type of this name in the database.
pub(super) fn field_type(name: &str) -> Result<FieldType> {
    FieldType::of(name).ok_or_else(|| Error::internal(format!("no type of field: {name}")))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = custom_field_definitions)]
pub(super) struct DefinitionRow {
    id: i64,
    uuid: Uuid,
    entity_type: String,
    field_key: String,
    field_label: Option<String>,
    field_type: String,
    description: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<DefinitionRow> for Definition {
    type Error = Error;

    fn try_from(row: DefinitionRow) -> Result<Self> {
        let entity_type = EntityType::of(&row.entity_type)
            .ok_or_else(|| Error::internal(format!("no type of entity: {}", row.entity_type)))?;
        Ok(Self {
            id: row.id,
            uuid: row.uuid,
            entity_type,
            field_key: row.field_key,
            field_label: row.field_label,
            field_type: field_type(&row.field_type)?,
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = custom_field_options)]
pub(super) struct OptionRow {
    id: i64,
    uuid: Uuid,
    definition_id: i64,
    value: String,
    label: Option<String>,
    description: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<OptionRow> for ListOption {
    fn from(row: OptionRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            definition_id: row.definition_id,
            value: row.value,
            label: row.label,
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
