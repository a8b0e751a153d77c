//! The rows behind conversations in funnels.

use super::{ChannelSession, FunnelConversation};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, RawJson, Result, Tx};
use uuid::Uuid;

/// A conversation in a funnel, with what the audit log calls what it refers to.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = SqlUuid)]
    pub uuid: Uuid,
    #[diesel(sql_type = BigInt)]
    pub contact_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub agent_id: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub agent: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    pub funnel_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub funnel_status_id: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub status: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Jsonb)]
    pub custom_fields: RawJson,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

const COLUMNS: &str = "SELECT c.id, c.uuid, c.contact_id, c.agent_id, a.uuid AS agent, c.funnel_id, \
     c.funnel_status_id, s.uuid AS status, c.archived_at, c.custom_fields, c.created_at, c.updated_at \
     FROM conversations AS c \
     LEFT JOIN agents AS a ON a.organization_id = c.organization_id AND a.id = c.agent_id \
     LEFT JOIN funnel_statuses AS s ON s.organization_id = c.organization_id AND s.id = c.funnel_status_id \
     WHERE c.organization_id = $1 AND c.id = ANY ($2) AND c.funnel_id IS NOT NULL ORDER BY c.id";

/// Those of these conversations that are in a funnel.
pub(super) async fn read(tx: &Tx, ids: &[i64]) -> Result<Vec<Row>> {
    load(tx, COLUMNS.to_owned(), ids).await
}

/// As [`read`]; they are held until the transaction ends, in the order of their ids.
pub(super) async fn hold(tx: &Tx, ids: &[i64]) -> Result<Vec<Row>> {
    load(tx, format!("{COLUMNS} FOR UPDATE OF c"), ids).await
}

async fn load(tx: &Tx, sql: String, ids: &[i64]) -> Result<Vec<Row>> {
    let rows = diesel::sql_query(sql)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<BigInt>, _>(ids);
    Ok(rows.load(&mut tx.conn()).await?)
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    contact_address_id: i64,
    #[diesel(sql_type = Bool)]
    is_there: bool,
    #[diesel(sql_type = Text)]
    channel_type: String,
    #[diesel(sql_type = Timestamptz)]
    start_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    end_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl From<SessionRow> for ChannelSession {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id,
            contact_address: row.is_there.then_some(row.contact_address_id),
            channel_type: row.channel_type,
            start_at: row.start_at,
            end_at: row.end_at,
            archived_at: row.archived_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A conversation with its sessions.
pub(super) async fn whole(tx: &Tx, id: i64) -> Result<FunnelConversation> {
    let row = read(tx, &[id]).await?.pop();
    let row = row.ok_or(Error::not_found("Conversation"))?;
    let sessions: Vec<SessionRow> = diesel::sql_query(
        "SELECT s.id, s.contact_address_id, a.id IS NOT NULL AS is_there, s.channel_type, s.start_at, s.end_at, \
             s.archived_at, s.created_at, s.updated_at \
         FROM funnel_channel_sessions AS s LEFT JOIN contact_addresses AS a \
             ON a.organization_id = s.organization_id AND a.id = s.contact_address_id \
         WHERE s.organization_id = $1 AND s.conversation_id = $2 ORDER BY s.id",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<BigInt, _>(id)
    .load(&mut tx.conn())
    .await?;
    Ok(FunnelConversation {
        id: row.id,
        uuid: row.uuid,
        contact: row.contact_id,
        agent: row.agent_id,
        funnel: row.funnel_id,
        status: row.funnel_status_id,
        archived_at: row.archived_at,
        custom_fields: row.custom_fields,
        created_at: row.created_at,
        updated_at: row.updated_at,
        sessions: sessions.into_iter().map(ChannelSession::from).collect(),
    })
}
