//! The rows behind companies.

use super::Company;
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Position, RawJson};
use rapport_schema::tables::{agents, companies};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = companies)]
pub(crate) struct CompanyRow {
    id: i64,
    uuid: Uuid,
    name: String,
    domain: Option<String>,
    address: Option<String>,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    custom_fields: RawJson,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl CompanyRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<CompanyRow> for Company {
    fn from(row: CompanyRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            domain: row.domain,
            address: row.address,
            agent: row.agent,
            custom_fields: row.custom_fields,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = companies, treat_none_as_null = true)]
pub(crate) struct CompanyValues {
    pub name: String,
    pub domain: Option<String>,
    pub address: Option<String>,
    pub agent_id: Option<i64>,
    pub custom_fields: RawJson,
}

/// The companies of the organization, with the agents who look after them.
#[auto_type]
pub(crate) fn of_organization(organization: i64) -> _ {
    let agent = agents::organization_id
        .eq(companies::organization_id)
        .and(agents::id.nullable().eq(companies::agent_id));
    companies::table
        .left_join(agents::table.on(agent))
        .filter(companies::organization_id.eq(organization))
}
