//! The event log: what happened, in the transaction in which it happened.

use crate::{RawJson, Result, Tx};
use async_trait::async_trait;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
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

/// Writes the events of a transaction in their order, in one statement however many there are.
pub(crate) async fn insert(tx: &Tx, events: Vec<Event>) -> Result<()> {
    let (mut kinds, mut types, mut ids, mut payloads) = (vec![], vec![], vec![], vec![]);
    for event in events {
        kinds.push(event.kind);
        types.push(event.subject_type);
        ids.push(event.subject_id);
        payloads.push(event.payload);
    }
    diesel::sql_query(
        "INSERT INTO events (organization_id, kind, subject_type, subject_id, payload, occurred_at) \
         SELECT $1, e.kind, e.subject_type, e.subject_id, e.payload, $2 \
         FROM unnest(CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS uuid[]), CAST($6 AS jsonb[])) \
             WITH ORDINALITY AS e (kind, subject_type, subject_id, payload, place) \
         ORDER BY e.place",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(types)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Jsonb>, _>(payloads)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}
