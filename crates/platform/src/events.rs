//! The event log: what happened, in the transaction in which it happened.

use crate::{RawJson, Result, Tx};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
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

/// A read model, kept in the transaction of the changes it is made of.
#[async_trait]
pub trait Projection: Send + Sync {
    /// Takes up what the transaction has done, told by its events, right before it commits. Whatever fails here
    /// fails the transaction. It reads and writes through `tx`; several transactions may be here at once.
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()>;
}

#[derive(diesel::Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    pub organization_id: i64,
    pub kind: &'static str,
    pub subject_type: &'static str,
    pub subject_id: Uuid,
    pub payload: RawJson,
    pub occurred_at: DateTime<Utc>,
}

impl EventRow {
    pub(crate) fn new(event: Event, organization_id: i64, occurred_at: DateTime<Utc>) -> Self {
        Self {
            organization_id,
            kind: event.kind,
            subject_type: event.subject_type,
            subject_id: event.subject_id,
            payload: event.payload,
            occurred_at,
        }
    }
}
