//! The rows behind teams.

use super::Team;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_platform::Position;
use rapport_schema::tables::teams;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = teams)]
pub(super) struct TeamRow {
    id: i64,
    uuid: Uuid,
    name: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TeamRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

/// The team, yet without its members.
impl From<TeamRow> for Team {
    fn from(row: TeamRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            agents: Vec::new(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
