//! The rows behind the audit log.

use super::AuditLog;
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Position, RawJson};
use rapport_schema::tables::{agents, audit_logs};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_logs)]
pub(super) struct AuditLogRow {
    id: i64,
    uuid: Uuid,
    occurred_at: DateTime<Utc>,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    action_type: String,
    record_type: String,
    record_id: Uuid,
    changes: RawJson,
}

impl From<AuditLogRow> for AuditLog {
    fn from(row: AuditLogRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            occurred_at: row.occurred_at,
            agent: row.agent,
            action: row.action_type,
            record_type: row.record_type,
            record: row.record_id,
            changes: row.changes,
        }
    }
}

impl AuditLogRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.occurred_at,
            id: self.id,
        }
    }
}

/// The log of the organization, with the agents, also deleted ones.
#[auto_type]
pub(super) fn of_organization(organization: i64) -> _ {
    let agent = agents::organization_id
        .eq(audit_logs::organization_id)
        .and(agents::id.nullable().eq(audit_logs::agent_id));
    audit_logs::table
        .left_join(agents::table.on(agent))
        .filter(audit_logs::organization_id.eq(organization))
}
