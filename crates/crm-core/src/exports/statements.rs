//! What exports read.

use super::Subject;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Reader, Result};
use uuid::Uuid;

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Text)]
    key: String,
}

/// The keys of the custom fields that some record has, in their order.
pub(super) async fn keys(db: &Reader, subject: Subject) -> Result<Vec<String>> {
    let statement = match subject {
        Subject::Contacts => {
            "SELECT DISTINCT jsonb_object_keys(custom_fields) COLLATE \"C\" AS key FROM contacts \
             WHERE organization_id = $1 AND deleted_at IS NULL AND custom_fields <> '{}' ORDER BY key"
        }
        Subject::Companies => {
            "SELECT DISTINCT jsonb_object_keys(custom_fields) COLLATE \"C\" AS key FROM companies \
             WHERE organization_id = $1 AND custom_fields <> '{}' ORDER BY key"
        }
    };
    let rows: Vec<KeyRow> = diesel::sql_query(statement)
        .bind::<BigInt, _>(db.organization())
        .load(&mut db.conn())
        .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

#[derive(QueryableByName)]
pub(super) struct ContactRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = SqlUuid)]
    pub uuid: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The one that is shown comes first.
    #[diesel(sql_type = Array<Text>)]
    pub emails: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    pub phones: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub company_role: Option<String>,
    #[diesel(sql_type = Jsonb)]
    pub custom_fields: RawJson,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The contacts after this id.
pub(super) async fn contacts(db: &Reader, after: i64, limit: i64) -> Result<Vec<ContactRow>> {
    let query = diesel::sql_query(
        "SELECT c.id, c.uuid, c.name, c.company_role, c.custom_fields, c.created_at, company.name AS company, \
             ARRAY(SELECT a.address FROM contact_addresses a WHERE a.organization_id = c.organization_id \
                 AND a.contact_id = c.id AND a.channel_type = 'EMAIL' \
                 ORDER BY (a.address = c.email) DESC NULLS LAST, a.id) AS emails, \
             ARRAY(SELECT a.address FROM contact_addresses a WHERE a.organization_id = c.organization_id \
                 AND a.contact_id = c.id AND a.channel_type = 'PHONE' \
                 ORDER BY (a.address = c.phone_number) DESC NULLS LAST, a.id) AS phones \
         FROM contacts c \
         LEFT JOIN companies company ON company.organization_id = c.organization_id AND company.id = c.company_id \
         WHERE c.organization_id = $1 AND c.id > $2 AND c.deleted_at IS NULL ORDER BY c.id LIMIT $3",
    );
    let query = query
        .bind::<BigInt, _>(db.organization())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit);
    Ok(query.load(&mut db.conn()).await?)
}

#[derive(QueryableByName)]
pub(super) struct CompanyRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = SqlUuid)]
    pub uuid: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub domain: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub agent: Option<Uuid>,
    #[diesel(sql_type = Jsonb)]
    pub custom_fields: RawJson,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The companies after this id.
pub(super) async fn companies(db: &Reader, after: i64, limit: i64) -> Result<Vec<CompanyRow>> {
    let query = diesel::sql_query(
        "SELECT c.id, c.uuid, c.name, c.domain, c.address, agent.uuid AS agent, c.custom_fields, c.created_at \
         FROM companies c \
         LEFT JOIN agents agent ON agent.organization_id = c.organization_id AND agent.id = c.agent_id \
         WHERE c.organization_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3",
    );
    let query = query
        .bind::<BigInt, _>(db.organization())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit);
    Ok(query.load(&mut db.conn()).await?)
}
