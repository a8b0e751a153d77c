//! The rows behind channels.

use super::Channel;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_platform::Position;
use rapport_schema::tables::channels;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = channels)]
pub(super) struct ChannelRow {
    id: i64,
    uuid: Uuid,
    kind: String,
    modality: String,
    name: String,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<ChannelRow> for Channel {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            kind: row.kind,
            modality: row.modality,
            name: row.name,
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl ChannelRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}
