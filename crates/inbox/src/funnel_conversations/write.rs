//! The statements that write conversations in funnels, and what is noted of them.

use super::rows::Row;
use crate::conversations::{DEFAULT_FOLDER, RECORD};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes, Entry};
use rapport_crm_core::contacts::Stored;
use rapport_crm_core::custom_fields::amend;
use rapport_platform::events::Event;
use rapport_platform::{RawJson, Result, Tx, ids};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
}

/// The values of conversations, column by column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<i64>,
    uuids: Vec<Uuid>,
    contacts: Vec<i64>,
    agents: Vec<Option<i64>>,
    funnels: Vec<i64>,
    statuses: Vec<Option<i64>>,
    custom: Vec<&'a RawJson>,
    archived: Vec<Option<DateTime<Utc>>>,
    created: Vec<DateTime<Utc>>,
}

impl<'a> Columns<'a> {
    fn of(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.ids.push(row.id);
            columns.uuids.push(row.uuid);
            columns.contacts.push(row.contact_id);
            columns.agents.push(row.agent_id);
            columns.funnels.push(row.funnel_id);
            columns.statuses.push(row.funnel_status_id);
            columns.custom.push(&row.custom_fields);
            columns.archived.push(row.archived_at);
            columns.created.push(row.created_at);
        }
        columns
    }
}

/// Inserts conversations in their order and gives them their ids; they have no sessions yet.
pub(super) async fn insert(tx: &Tx, rows: &mut [Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(rows.iter());
    let made: Vec<Made> = diesel::sql_query(
        "INSERT INTO conversations (organization_id, uuid, contact_id, agent_id, folder, is_read, start_at, \
             last_activity_at, created_at, updated_at, funnel_id, funnel_status_id, custom_fields, archived_at) \
         SELECT $1, n.uuid, n.contact, n.agent, $3, TRUE, n.created, n.created, n.created, $2, n.funnel, n.status, \
             n.custom, n.archived \
         FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY \
             AS n (uuid, contact, agent, funnel, status, custom, archived, created, place) \
         ORDER BY n.place RETURNING id, uuid",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Text, _>(DEFAULT_FOLDER)
    .bind::<Array<SqlUuid>, _>(columns.uuids)
    .bind::<Array<BigInt>, _>(columns.contacts)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<BigInt>, _>(columns.funnels)
    .bind::<Array<Nullable<BigInt>>, _>(columns.statuses)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .bind::<Array<Nullable<Timestamptz>>, _>(columns.archived)
    .bind::<Array<Timestamptz>, _>(columns.created)
    .load(&mut tx.conn())
    .await?;
    let made: HashMap<Uuid, i64> = made.into_iter().map(|row| (row.uuid, row.id)).collect();
    for row in rows.iter_mut() {
        row.id = made.get(&row.uuid).copied().unwrap_or_default();
    }
    Ok(())
}

/// Makes a session for each address of the contacts of new conversations.
pub(super) async fn open_sessions(tx: &Tx, rows: &[Row]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    diesel::sql_query(
        "INSERT INTO funnel_channel_sessions (organization_id, conversation_id, contact_address_id, channel_type, \
             start_at, archived_at, created_at, updated_at) \
         SELECT $1, c.id, a.id, a.channel_type, c.start_at, c.archived_at, $2, $2 \
         FROM conversations AS c JOIN contact_addresses AS a \
             ON a.organization_id = c.organization_id AND a.contact_id = c.contact_id \
         WHERE c.organization_id = $1 AND c.id = ANY ($3) ORDER BY c.id, a.id",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(ids)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

/// Stores conversations that have changed and are held. Their sessions are put away with them.
pub(super) async fn update(tx: &Tx, changed: &[(Row, Row)]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(changed.iter().map(|(_, new)| new));
    diesel::sql_query(
        "WITH changed AS (UPDATE conversations AS c SET agent_id = n.agent, funnel_status_id = n.status, \
             custom_fields = n.custom, archived_at = n.archived, created_at = n.created, \
             start_at = least(c.start_at, n.created), updated_at = $2 \
             FROM unnest($3, $4, $5, $6, $7, $8) AS n (id, agent, status, custom, archived, created) \
             WHERE c.organization_id = $1 AND c.id = n.id RETURNING c.id, c.archived_at) \
         UPDATE funnel_channel_sessions AS s SET archived_at = d.archived_at, updated_at = $2 FROM changed AS d \
         WHERE s.organization_id = $1 AND s.conversation_id = d.id AND s.archived_at IS DISTINCT FROM d.archived_at",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(columns.ids)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<Nullable<BigInt>>, _>(columns.statuses)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .bind::<Array<Nullable<Timestamptz>>, _>(columns.archived)
    .bind::<Array<Timestamptz>, _>(columns.created)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

/// What a conversation is new with.
pub(super) fn made(row: &Row, contact: Uuid, funnel: Option<Uuid>) -> Changes {
    let none = None::<&str>;
    Changes::new()
        .field("contact_id", &none, &ids::opaque(contact))
        .field("folder", &none, &DEFAULT_FOLDER)
        .field("is_read", &none, &true)
        .field("funnel_id", &none, &funnel.map(ids::opaque))
        .extended(None, row)
}

/// What is different in a conversation.
pub(super) fn differences(old: &Row, new: &Row) -> Changes {
    Changes::new().extended(Some(old), new)
}

/// The fields that can change.
trait Extended {
    fn extended(self, old: Option<&Row>, new: &Row) -> Self;
}

impl Extended for Changes {
    fn extended(self, old: Option<&Row>, new: &Row) -> Self {
        let opaque = |uuid: Option<Uuid>| uuid.map(ids::opaque);
        self.field("agent_id", &old.map(|row| opaque(row.agent)), &opaque(new.agent))
            .field(
                "funnel_status_id",
                &old.map(|row| opaque(row.status)),
                &opaque(new.status),
            )
            .field("archived_at", &old.map(|row| row.archived_at), &new.archived_at)
            .field("created_at", &old.map(|row| row.created_at), &new.created_at)
            .field(
                "custom_fields",
                &old.map(|row| &row.custom_fields),
                &new.custom_fields,
            )
    }
}

/// An entry of the audit log on a conversation, and its event.
pub(super) fn note(stored: &mut Stored, action: Action, row: &Row, changes: Changes) {
    let kind = match action {
        Action::Insert => "conversation.created",
        Action::Update => "conversation.updated",
        Action::Delete => "conversation.deleted",
    };
    stored.events.push(Event::new(kind, RECORD, row.uuid));
    stored.entries.push(Entry {
        action,
        record_type: RECORD,
        record: row.uuid,
        changes,
    });
}

/// Writes values of custom fields, audit log and events.
pub(super) async fn finish(tx: &mut Tx, stored: Stored) -> Result<()> {
    amend(tx, stored.amendments).await?;
    audit::record_all(tx, &stored.entries).await?;
    stored.events.into_iter().for_each(|event| tx.emit(event));
    Ok(())
}
