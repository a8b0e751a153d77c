//! Contacts as they are shown.

use crate::http::time;
use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::{ContactAddress, ContactDetails, Mark};
use rapport_crm_core::query::Listed;
use rapport_platform::RawJson;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An address of a contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactAddressView {
    id: Number,
    /// The organization.
    #[schema(example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    tenant_id: Uuid,
    contact_id: Number,
    #[schema(example = "WHATSAPP")]
    channel_type: &'static str,
    /// As it was typed.
    #[schema(example = "+56912345678")]
    address: String,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    updated_at: DateTime<Utc>,
}

impl ContactAddressView {
    fn of(one: ContactAddress, tenant_id: Uuid) -> Self {
        Self {
            id: Number(one.id),
            tenant_id,
            contact_id: Number(one.contact),
            channel_type: one.address.channel_type.name(),
            address: one.address.address,
            created_at: one.created_at,
            updated_at: one.updated_at,
        }
    }
}

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    id: Number,
    /// The organization.
    #[schema(example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    tenant_id: Uuid,
    #[schema(example = "crm-7")]
    provider_id: Option<String>,
    #[schema(example = "legacy-crm")]
    provider_name: Option<String>,
    #[schema(example = "12.345.678-5")]
    national_id: Option<String>,
    #[schema(example = "Jane")]
    first_name: Option<String>,
    #[schema(example = "Doe")]
    last_name: Option<String>,
    /// The first `EMAIL` address.
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The first `PHONE` address.
    #[schema(example = "+56912345678")]
    phone: Option<String>,
    /// The user who looks after the contact.
    user_id: Option<Number>,
    contact_company_id: Option<Number>,
    #[schema(example = "Buyer")]
    company_position: Option<String>,
    /// Any JSON value.
    #[schema(value_type = Option<Value>, example = json!({"campaign": 7}))]
    metadata: Option<RawJson>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    updated_at: DateTime<Utc>,
    #[schema(value_type = HashMap<String, Value>, example = json!({"source": "web"}))]
    custom_fields: RawJson,
    addresses: Vec<ContactAddressView>,
}

impl ContactView {
    /// The view of a contact of the organization `tenant_id`.
    pub fn of(details: ContactDetails, tenant_id: Uuid) -> Self {
        let contact = details.contact;
        Self {
            id: Number(contact.id),
            tenant_id,
            provider_id: contact.provider_id,
            provider_name: contact.provider_name,
            national_id: contact.national_id,
            first_name: contact.first_name,
            last_name: contact.last_name,
            email: contact.email,
            phone: contact.phone_number,
            user_id: contact.agent.map(Number),
            contact_company_id: contact.company_id.map(Number),
            company_position: contact.company_role,
            metadata: contact.metadata,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            custom_fields: contact.custom_fields,
            addresses: addresses(details.addresses, tenant_id),
        }
    }
}

fn addresses(all: Vec<ContactAddress>, tenant_id: Uuid) -> Vec<ContactAddressView> {
    let view = |one| ContactAddressView::of(one, tenant_id);
    all.into_iter().map(view).collect()
}

/// A contact as searches show it: ids are texts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactDocumentView {
    /// The organization.
    #[schema(example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    tenant_id: Uuid,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    updated_at: DateTime<Utc>,
    #[schema(value_type = HashMap<String, Value>, example = json!({"source": "web"}))]
    custom_fields: RawJson,
    /// Any JSON value.
    #[schema(value_type = Option<Value>, example = json!({"campaign": 7}))]
    metadata: Option<RawJson>,
    addresses: Vec<ContactAddressView>,
    #[schema(example = "crm-7")]
    provider_id: Option<String>,
    #[schema(example = "legacy-crm")]
    provider_name: Option<String>,
    #[schema(example = "12.345.678-5")]
    national_id: Option<String>,
    #[schema(example = "Jane")]
    first_name: Option<String>,
    #[schema(example = "Doe")]
    last_name: Option<String>,
    /// The first `EMAIL` address.
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The first `PHONE` address.
    #[schema(example = "+56912345678")]
    phone: Option<String>,
    #[schema(example = "Buyer")]
    company_position: Option<String>,
    #[schema(example = "1024")]
    id: String,
    /// Always `Contact`.
    #[schema(example = "Contact")]
    model_type: &'static str,
    /// Since when it is archived.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    archived_at: Option<DateTime<Utc>>,
    /// The number of the last event that happened to it; null before the first one.
    #[schema(value_type = Option<f64>, example = 2048)]
    event_sequence: Option<i64>,
    /// When that was.
    #[serde(with = "time::option")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    event_timestamp: Option<DateTime<Utc>>,
    /// The user who looks after the contact.
    #[schema(example = "7")]
    user_id: Option<String>,
    #[schema(example = json!(null))]
    contact_company_id: Option<String>,
}

impl ContactDocumentView {
    fn of((details, mark): (ContactDetails, Option<Mark>), tenant_id: Uuid) -> Self {
        let contact = details.contact;
        Self {
            tenant_id,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            custom_fields: contact.custom_fields,
            metadata: contact.metadata,
            addresses: addresses(details.addresses, tenant_id),
            provider_id: contact.provider_id,
            provider_name: contact.provider_name,
            national_id: contact.national_id,
            first_name: contact.first_name,
            last_name: contact.last_name,
            email: contact.email,
            phone: contact.phone_number,
            company_position: contact.company_role,
            id: contact.id.to_string(),
            model_type: "Contact",
            archived_at: contact.archived_at,
            event_sequence: mark.map(|mark| mark.sequence),
            event_timestamp: mark.map(|mark| mark.at),
            user_id: contact.agent.map(|id| id.to_string()),
            contact_company_id: contact.company_id.map(|id| id.to_string()),
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentsView {
    items: Vec<ContactDocumentView>,
    /// What to ask with for the next page; null on the last one.
    #[schema(example = json!(null))]
    next_page_token: Option<String>,
    /// How many there are on all pages; null unless it was asked for.
    #[schema(value_type = Option<f64>, example = 1)]
    total_count: Option<i64>,
}

impl DocumentsView {
    /// The view of a page.
    pub fn of(
        found: Listed<(ContactDetails, Option<Mark>)>,
        next_page_token: Option<String>,
        tenant_id: Uuid,
    ) -> Self {
        let view = |one| ContactDocumentView::of(one, tenant_id);
        Self {
            items: found.items.into_iter().map(view).collect(),
            next_page_token,
            total_count: found.total,
        }
    }
}
