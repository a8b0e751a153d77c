//! The rows behind conversations.

use super::Conversation;
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_schema::tables::{agents, contacts, conversations};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub(super) struct ConversationRow {
    id: i64,
    uuid: Uuid,
    #[diesel(select_expression = contacts::uuid)]
    contact: Uuid,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    folder: String,
    is_read: bool,
    start_at: DateTime<Utc>,
    last_activity_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            contact: row.contact,
            agent: row.agent,
            folder: row.folder,
            is_read: row.is_read,
            start_at: row.start_at,
            last_activity_at: row.last_activity_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl ConversationRow {
    pub(super) fn position(&self) -> rapport_platform::Position {
        rapport_platform::Position {
            at: self.start_at,
            id: self.id,
        }
    }
}

/// The conversations of the organization, with their contacts (also deleted ones) and agents.
#[auto_type]
pub(super) fn visible(organization: i64) -> _ {
    let contact = contacts::organization_id
        .eq(conversations::organization_id)
        .and(contacts::id.eq(conversations::contact_id));
    let agent = agents::organization_id
        .eq(conversations::organization_id)
        .and(agents::id.nullable().eq(conversations::agent_id));
    conversations::table
        .inner_join(contacts::table.on(contact))
        .left_join(agents::table.on(agent))
        .filter(conversations::organization_id.eq(organization))
}
