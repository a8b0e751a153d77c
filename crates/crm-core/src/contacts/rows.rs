//! The rows behind contacts.

use super::Contact;
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::RawJson;
use rapport_schema::tables::{companies, contacts};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(crate) struct ContactRow {
    id: i64,
    uuid: Uuid,
    name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    #[diesel(select_expression = companies::uuid.nullable())]
    company: Option<Uuid>,
    company_role: Option<String>,
    custom_fields: RawJson,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            email: row.email,
            phone_number: row.phone_number,
            company: row.company,
            company_role: row.company_role,
            custom_fields: row.custom_fields,
            created_at: row.created_at,
            updated_at: row.updated_at,
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

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = contacts, treat_none_as_null = true)]
pub(crate) struct ContactValues {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub company_id: Option<i64>,
    pub company_role: Option<String>,
    pub custom_fields: RawJson,
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
