//! The rows behind stages.

use super::Stage;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::Result;
use rapport_schema::tables::{organizations, pipeline_stages};
use uuid::Uuid;

/// What a pipeline is until it is changed: names and statuses in order.
const DEFAULTS: [(&str, Option<&str>); 4] = [
    ("Qualified", None),
    ("Quoted", Some("quote_sent")),
    ("Accepted", Some("accepted")),
    ("Lost", Some("lost")),
];

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pipeline_stages)]
pub(crate) struct StageRow {
    pub id: i64,
    pub uuid: Uuid,
    pub name: String,
    pub status: Option<String>,
}

impl From<StageRow> for Stage {
    fn from(row: StageRow) -> Self {
        Self {
            uuid: row.uuid,
            name: row.name,
            status: row.status,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = pipeline_stages)]
pub(super) struct StageValues {
    pub organization_id: i64,
    pub uuid: Uuid,
    pub position: i32,
    pub name: String,
    pub status: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The stages in their order; none when the pipeline was never written.
pub(super) async fn live(conn: &AsyncPgConnection, organization: i64) -> Result<Vec<StageRow>> {
    let query = pipeline_stages::table
        .filter(pipeline_stages::organization_id.eq(organization))
        .filter(pipeline_stages::removed_at.is_null())
        .order(pipeline_stages::position)
        .select(StageRow::as_select());
    Ok(query.load(&mut &*conn).await?)
}

/// The default stages. Their ids follow from that of the organization, so that they are the same before the rows
/// are written and after.
pub(super) async fn defaults(conn: &AsyncPgConnection, organization: i64) -> Result<Vec<Stage>> {
    let query = organizations::table
        .find(organization)
        .select(organizations::uuid);
    let uuid: Uuid = query.first(&mut &*conn).await?;
    let stage = |(number, (name, status)): (u128, (&str, Option<&str>))| Stage {
        uuid: Uuid::from_u128(uuid.as_u128().wrapping_add(number)),
        name: name.to_owned(),
        status: status.map(str::to_owned),
    };
    Ok((1..).zip(DEFAULTS).map(stage).collect())
}

/// The stage of the pipeline with this id.
pub(crate) fn with_uuid(stages: &[StageRow], uuid: Uuid) -> Option<&StageRow> {
    stages.iter().find(|stage| stage.uuid == uuid)
}

/// The stages of the pipeline with this status: at most one, unless it is none.
pub(crate) fn with_status<'a>(
    stages: &'a [StageRow],
    status: Option<&'a str>,
) -> impl Iterator<Item = &'a StageRow> {
    stages
        .iter()
        .filter(move |stage| stage.status.as_deref() == status)
}
