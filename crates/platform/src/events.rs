//! The event log: what happened, in the transaction in which it happened.

use crate::RawJson;
use rapport_schema::tables::events;
use uuid::Uuid;

/// Something that happened, for webhooks, streams and read models.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened: `contact.created`.
    pub kind: &'static str,
    /// The kind of record it happened to: `contact`.
    pub subject_type: &'static str,
    /// The record it happened to.
    pub subject_id: Uuid,
    /// More about it; a JSON object.
    pub payload: RawJson,
}

impl Event {
    /// An event that says all by its kind and subject.
    pub fn new(kind: &'static str, subject_type: &'static str, subject_id: Uuid) -> Self {
        Self {
            kind,
            subject_type,
            subject_id,
            payload: RawJson::default(),
        }
    }
}

#[derive(diesel::Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    pub organization_id: i64,
    pub kind: &'static str,
    pub subject_type: &'static str,
    pub subject_id: Uuid,
    pub payload: RawJson,
    pub occurred_at: chrono::DateTime<chrono::Utc>,
}
