//! The rows behind API keys.

use super::{ApiKey, Membership};
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Position, Scope};
use rapport_schema::tables::{agents, api_keys, organizations};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub(super) struct ApiKeyRow {
    id: i64,
    uuid: Uuid,
    organization_id: i64,
    #[diesel(select_expression = organizations::uuid)]
    organization: Uuid,
    prefix: String,
    name: String,
    scopes: Vec<String>,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    active: bool,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl ApiKeyRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            organization: Membership {
                organization: row.organization_id,
                uuid: row.organization,
            },
            prefix: row.prefix,
            name: row.name,
            scopes: row.scopes.iter().filter_map(|name| Scope::parse(name)).collect(),
            agent: row.agent,
            active: row.active,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        }
    }
}

/// The keys of the organization, with the agents for whom they act.
#[auto_type]
pub(super) fn of_organization(organization: i64) -> _ {
    let agent = agents::organization_id
        .eq(api_keys::organization_id)
        .and(agents::id.nullable().eq(api_keys::agent_id));
    api_keys::table
        .inner_join(organizations::table.on(organizations::id.eq(api_keys::organization_id)))
        .left_join(agents::table.on(agent))
        .filter(api_keys::organization_id.eq(organization))
}
