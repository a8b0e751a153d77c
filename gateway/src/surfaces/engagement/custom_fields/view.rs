//! Definitions and options as they are shown.

use crate::http::time;
use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_crm_core::custom_fields::{Definition, EntityType, FieldType, ListOption};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What has custom fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CustomFieldEntityType {
    /// A contact.
    Contact,
    /// A company.
    Company,
    /// A conversation in a funnel.
    FunnelConversation,
    /// A session of such a conversation on one channel.
    FunnelChannelSession,
    /// A product.
    Product,
}

/// What a custom field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CustomFieldType {
    /// A text of at most 10,000 characters.
    String,
    /// A number.
    Number,
    /// A date or time in ISO 8601.
    Date,
    /// True or false.
    Boolean,
    /// The value of one of the definition's options.
    List,
    /// The id of a file.
    File,
}

/// What a key of custom fields means.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldDefinitionView {
    id: Number,
    /// The organization.
    #[schema(example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    tenant_id: Uuid,
    #[schema(example = "CONTACT")]
    entity_type: CustomFieldEntityType,
    #[schema(example = "plan")]
    field_key: String,
    #[schema(example = "Plan")]
    field_label: Option<String>,
    #[schema(example = "LIST")]
    field_type: CustomFieldType,
    #[schema(example = "What they pay for")]
    description: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    updated_at: DateTime<Utc>,
}

impl CustomFieldDefinitionView {
    /// The view of a definition of the organization `tenant_id`.
    pub fn of(definition: Definition, tenant_id: Uuid) -> Self {
        Self {
            id: Number(definition.id),
            tenant_id,
            entity_type: definition.entity_type.into(),
            field_key: definition.field_key,
            field_label: definition.field_label,
            field_type: definition.field_type.into(),
            description: definition.description,
            created_at: definition.created_at,
            updated_at: definition.updated_at,
        }
    }
}

/// One of the values a list may hold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomFieldListOptionView {
    id: Number,
    /// The organization.
    #[schema(example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    tenant_id: Uuid,
    definition_id: Number,
    /// What records hold.
    #[schema(example = "gold")]
    value: String,
    #[schema(example = "Gold")]
    label: Option<String>,
    #[schema(example = "With support at night")]
    description: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    updated_at: DateTime<Utc>,
}

impl CustomFieldListOptionView {
    /// The view of an option of the organization `tenant_id`.
    pub fn of(option: ListOption, tenant_id: Uuid) -> Self {
        Self {
            id: Number(option.id),
            tenant_id,
            definition_id: Number(option.definition_id),
            value: option.value,
            label: option.label,
            description: option.description,
            created_at: option.created_at,
            updated_at: option.updated_at,
        }
    }
}

impl From<EntityType> for CustomFieldEntityType {
    fn from(entity_type: EntityType) -> Self {
        match entity_type {
            EntityType::Contact => Self::Contact,
            EntityType::Company => Self::Company,
            EntityType::FunnelConversation => Self::FunnelConversation,
            EntityType::FunnelChannelSession => Self::FunnelChannelSession,
            EntityType::Product => Self::Product,
        }
    }
}

impl From<CustomFieldEntityType> for EntityType {
    fn from(entity_type: CustomFieldEntityType) -> Self {
        match entity_type {
            CustomFieldEntityType::Contact => Self::Contact,
            CustomFieldEntityType::Company => Self::Company,
            CustomFieldEntityType::FunnelConversation => Self::FunnelConversation,
            CustomFieldEntityType::FunnelChannelSession => Self::FunnelChannelSession,
            CustomFieldEntityType::Product => Self::Product,
        }
    }
}

impl From<FieldType> for CustomFieldType {
    fn from(field_type: FieldType) -> Self {
        match field_type {
            FieldType::String => Self::String,
            FieldType::Number => Self::Number,
            FieldType::Date => Self::Date,
            FieldType::Boolean => Self::Boolean,
            FieldType::List => Self::List,
            FieldType::File => Self::File,
        }
    }
}

impl From<CustomFieldType> for FieldType {
    fn from(field_type: CustomFieldType) -> Self {
        match field_type {
            CustomFieldType::String => Self::String,
            CustomFieldType::Number => Self::Number,
            CustomFieldType::Date => Self::Date,
            CustomFieldType::Boolean => Self::Boolean,
            CustomFieldType::List => Self::List,
            CustomFieldType::File => Self::File,
        }
    }
}
