//! The rows behind agents.

use super::{Agent, Role};
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::Position;
use rapport_schema::tables::agents;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = agents)]
pub(super) struct AgentRow {
    id: i64,
    uuid: Uuid,
    name: String,
    email: String,
    role: String,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The agents of the organization that are not deleted.
#[auto_type]
pub(super) fn visible(organization: i64) -> _ {
    agents::table
        .filter(agents::organization_id.eq(organization))
        .filter(agents::deleted_at.is_null())
}

impl AgentRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<AgentRow> for Agent {
    fn from(row: AgentRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            email: row.email,
            // A constraint of the table admits no other names.
            role: Role::parse(&row.role).unwrap_or_default(),
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
