//! Definitions and options as they are sent.

use super::view::{CustomFieldEntityType, CustomFieldType};
use crate::surfaces::engagement::kept::with_kept_keys;
use crate::surfaces::engagement::number::Number;
use rapport_crm_core::custom_fields::{DefinitionPatch, NewDefinition, NewOption, OptionPatch};
use rapport_platform::{Error, Patch};
use serde::Deserialize;
use utoipa::IntoParams;

with_kept_keys! {
    /// A new definition.
    pub struct NewDefinitionBody {
        /// What it is for.
        #[schema(max_length = 1000, example = "How they came to us")]
        description: Option<String>,
        #[schema(example = "CONTACT")]
        entity_type: CustomFieldEntityType,
        /// The key within `customFields`. No other definition of the entity type may have it.
        #[schema(pattern = "^[A-Za-z][A-Za-z0-9_]{0,63}$", example = "source")]
        field_key: String,
        /// What people call it.
        #[schema(max_length = 255, example = "Source")]
        field_label: Option<String>,
        #[schema(example = "STRING")]
        field_type: CustomFieldType,
    }
}

impl From<NewDefinitionBody> for NewDefinition {
    fn from(body: NewDefinitionBody) -> Self {
        Self {
            entity_type: body.entity_type.into(),
            field_key: body.field_key,
            field_label: body.field_label,
            field_type: body.field_type.into(),
            description: body.description,
        }
    }
}

with_kept_keys! {
    /// Changes to a definition. An absent key leaves the field, `null` clears it.
    #[schema(example = json!({
        "entityType": "CONTACT", "fieldKey": "plan", "fieldLabel": "Plan", "fieldType": "LIST",
        "description": "What they pay for",
    }))]
    pub struct DefinitionBody {
        /// It cannot be changed.
        #[serde(default)]
        #[schema(value_type = CustomFieldEntityType, example = "CONTACT")]
        entity_type: Patch<CustomFieldEntityType>,
        /// It cannot be changed.
        #[serde(default)]
        #[schema(value_type = String, example = "plan")]
        field_key: Patch<String>,
        /// What people call it.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "Plan")]
        field_label: Patch<String>,
        /// It cannot be changed.
        #[serde(default)]
        #[schema(value_type = CustomFieldType, example = "LIST")]
        field_type: Patch<CustomFieldType>,
        /// What it is for.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 1000, example = "What they pay for")]
        description: Patch<String>,
    }
}

impl DefinitionBody {
    /// The change that the body describes.
    ///
    /// # Errors
    /// `Invalid` when what always has a value is to be cleared.
    pub fn into_domain(self) -> Result<DefinitionPatch, Error> {
        Ok(DefinitionPatch {
            entity_type: said("entityType", self.entity_type)?.map(Into::into),
            field_key: said("fieldKey", self.field_key)?,
            field_type: said("fieldType", self.field_type)?.map(Into::into),
            field_label: self.field_label,
            description: self.description,
        })
    }
}

with_kept_keys! {
    /// A new option.
    pub struct NewOptionBody {
        /// The definition of the path.
        definition_id: Number,
        /// What records are to hold. No other option of the list may have it.
        #[schema(max_length = 255, example = "silver")]
        value: String,
        /// What people call it.
        #[schema(max_length = 255, example = "Silver")]
        label: Option<String>,
        /// What it means.
        #[schema(max_length = 1000, example = "With support by day")]
        description: Option<String>,
    }
}

impl From<NewOptionBody> for NewOption {
    fn from(body: NewOptionBody) -> Self {
        Self {
            definition_id: body.definition_id.0,
            value: body.value,
            label: body.label,
            description: body.description,
        }
    }
}

with_kept_keys! {
    /// Changes to an option. An absent key leaves the field, `null` clears it.
    pub struct OptionBody {
        /// The definition of the path.
        definition_id: Option<Number>,
        /// It cannot be changed: records hold it.
        #[serde(default)]
        #[schema(value_type = String, example = "gold")]
        value: Patch<String>,
        /// What people call it.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "Gold")]
        label: Patch<String>,
        /// What it means.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 1000, example = "With support at night")]
        description: Patch<String>,
    }
}

impl OptionBody {
    /// The change that the body describes.
    ///
    /// # Errors
    /// `Invalid` when the value is to be cleared.
    pub fn into_domain(self) -> Result<OptionPatch, Error> {
        Ok(OptionPatch {
            definition_id: self.definition_id.map(|id| id.0),
            value: said("value", self.value)?,
            label: self.label,
            description: self.description,
        })
    }
}

/// What is said of a field that always has a value.
fn said<T>(field: &'static str, patch: Patch<T>) -> Result<Option<T>, Error> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear => Err(Error::invalid(field, "must not be null")),
        Patch::Set(value) => Ok(Some(value)),
    }
}

/// Whether the values go, too.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ForceQuery {
    /// Whether values of the field are removed from the records that have them; without it, they prevent the deletion.
    #[param(example = false)]
    force: Option<bool>,
}

impl ForceQuery {
    /// Whether they do; not when it is not said.
    pub fn force(&self) -> bool {
        self.force.unwrap_or(false)
    }
}
