//! The rows behind funnels and their statuses.

use super::{Funnel, FunnelStatus};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_platform::Position;
use rapport_schema::tables::{funnel_statuses, funnels};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = funnels)]
pub(super) struct FunnelRow {
    id: i64,
    uuid: Uuid,
    name: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl FunnelRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

/// The funnel, yet without its statuses.
impl From<FunnelRow> for Funnel {
    fn from(row: FunnelRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            statuses: Vec::new(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = funnel_statuses)]
pub(super) struct StatusRow {
    pub funnel_id: i64,
    id: i64,
    uuid: Uuid,
    name: String,
    position: i32,
}

impl From<StatusRow> for FunnelStatus {
    fn from(row: StatusRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            position: usize::try_from(row.position).unwrap_or_default(),
        }
    }
}
