//! The contact of a conversation as it is shown.

use crate::http::time;
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::{Contact, ContactAddress, ContactDetails};
use rapport_platform::RawJson;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An address of the contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationAddressView {
    #[schema(value_type = f64, example = 1024)]
    id: i64,
    /// The organization.
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0a")]
    tenant_id: Uuid,
    #[schema(value_type = f64, example = 1024)]
    contact_id: i64,
    #[schema(example = "PHONE")]
    channel_type: &'static str,
    #[schema(example = "+56912345678")]
    address: String,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    updated_at: DateTime<Utc>,
}

impl ConversationAddressView {
    fn of(one: ContactAddress, tenant: Uuid) -> Self {
        Self {
            id: one.id,
            tenant_id: tenant,
            contact_id: one.contact,
            channel_type: one.address.channel_type.name(),
            address: one.address.address,
            created_at: one.created_at,
            updated_at: one.updated_at,
        }
    }
}

/// The contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationContactView {
    #[schema(value_type = f64, example = 1024)]
    id: i64,
    /// The organization.
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0a")]
    tenant_id: Uuid,
    /// What another system calls the contact.
    #[schema(example = json!(null))]
    provider_id: Option<String>,
    /// That system.
    #[schema(example = json!(null))]
    provider_name: Option<String>,
    #[schema(example = "12345678-5")]
    national_id: Option<String>,
    #[schema(example = "Jane")]
    first_name: Option<String>,
    #[schema(example = "Doe")]
    last_name: Option<String>,
    /// The first of the `EMAIL` addresses.
    #[schema(example = "jane@doe.example")]
    email: Option<String>,
    /// The first of the `PHONE` addresses.
    #[schema(example = "+56912345678")]
    phone: Option<String>,
    /// The user who looks after the contact.
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Option<i64>,
    #[schema(value_type = Option<f64>, example = 1024)]
    contact_company_id: Option<i64>,
    #[schema(example = "Head of Purchasing")]
    company_position: Option<String>,
    /// Any JSON value.
    #[schema(value_type = Value, example = json!(null))]
    metadata: Option<RawJson>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    updated_at: DateTime<Utc>,
    #[schema(value_type = HashMap<String, Value>, example = json!({"source": "web"}))]
    custom_fields: RawJson,
    addresses: Vec<ConversationAddressView>,
}

impl ConversationContactView {
    /// Of the organization `tenant`.
    pub fn of(details: ContactDetails, tenant: Uuid) -> Self {
        let ContactDetails { contact, addresses } = details;
        let Contact { id, .. } = contact;
        Self {
            id,
            tenant_id: tenant,
            provider_id: contact.provider_id,
            provider_name: contact.provider_name,
            national_id: contact.national_id,
            first_name: contact.first_name,
            last_name: contact.last_name,
            email: contact.email,
            phone: contact.phone_number,
            user_id: contact.agent,
            contact_company_id: contact.company_id,
            company_position: contact.company_role,
            metadata: contact.metadata,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            custom_fields: contact.custom_fields,
            addresses: addresses
                .into_iter()
                .map(|one| ConversationAddressView::of(one, tenant))
                .collect(),
        }
    }
}
