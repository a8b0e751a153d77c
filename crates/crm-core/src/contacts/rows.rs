//! The rows behind contacts.

use super::{Contact, ContactAddress, Name};
use crate::address::{Address, ChannelType};
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Error, RawJson, Result};
use rapport_schema::tables::{companies, contact_addresses, contacts};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(crate) struct ContactRow {
    id: i64,
    uuid: Uuid,
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    #[diesel(select_expression = companies::uuid.nullable())]
    company: Option<Uuid>,
    company_id: Option<i64>,
    company_role: Option<String>,
    national_id: Option<String>,
    provider_id: Option<String>,
    provider_name: Option<String>,
    metadata: Option<RawJson>,
    agent_id: Option<i64>,
    custom_fields: RawJson,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            phone_number: row.phone_number,
            company: row.company,
            company_id: row.company_id,
            company_role: row.company_role,
            national_id: row.national_id,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            metadata: row.metadata,
            agent: row.agent_id,
            custom_fields: row.custom_fields,
            created_at: row.created_at,
            updated_at: row.updated_at,
            archived_at: row.archived_at,
        }
    }
}

impl ContactRow {
    pub(super) fn position(&self) -> rapport_platform::Position {
        rapport_platform::Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

/// All that is written of a contact.
#[derive(Default, Insertable, AsChangeset)]
#[diesel(table_name = contacts, treat_none_as_null = true)]
pub(crate) struct ContactValues {
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub company_id: Option<i64>,
    pub company_role: Option<String>,
    pub national_id: Option<String>,
    pub provider_id: Option<String>,
    pub provider_name: Option<String>,
    pub metadata: Option<RawJson>,
    pub agent_id: Option<i64>,
    pub custom_fields: RawJson,
}

impl ContactValues {
    /// What is written of a contact that stays as it is.
    pub fn of(contact: &Contact) -> Self {
        Self {
            name: contact.name.clone(),
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            email: contact.email.clone(),
            phone_number: contact.phone_number.clone(),
            company_id: contact.company_id,
            company_role: contact.company_role.clone(),
            national_id: contact.national_id.clone(),
            provider_id: contact.provider_id.clone(),
            provider_name: contact.provider_name.clone(),
            metadata: contact.metadata.clone(),
            agent_id: contact.agent,
            custom_fields: contact.custom_fields.clone(),
        }
    }

    /// Gives it this name.
    pub fn call(&mut self, name: Name) {
        (self.name, self.first_name, self.last_name) = (name.full, name.first, name.last);
    }
}

/// An address of a contact.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = contact_addresses)]
pub(super) struct AddressRow {
    id: i64,
    contact_id: i64,
    channel_type: String,
    address: String,
    normalized: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<AddressRow> for ContactAddress {
    type Error = Error;

    fn try_from(row: AddressRow) -> Result<Self> {
        let channel_type = ChannelType::of(&row.channel_type)
            .ok_or_else(|| Error::internal(format!("channel type {}", row.channel_type)))?;
        Ok(Self {
            id: row.id,
            contact: row.contact_id,
            address: Address {
                channel_type,
                address: row.address,
                normalized: row.normalized,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The contacts of the organization that are not deleted, with their companies.
#[auto_type]
pub(crate) fn visible(organization: i64) -> _ {
    let company = companies::organization_id
        .eq(contacts::organization_id)
        .and(companies::id.nullable().eq(contacts::company_id));
    contacts::table
        .left_join(companies::table.on(company))
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::deleted_at.is_null())
}
