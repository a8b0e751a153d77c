//! The rows behind organizations.

use super::{BusinessHours, Organization};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use iso_currency::Currency;
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::organizations;
use uuid::Uuid;

diesel::alias! {
    const PARENTS: Alias<Parents> = organizations as parents;
    const ORIGINALS: Alias<Originals> = organizations as originals;
}

#[derive(Queryable)]
struct OrganizationRow {
    id: i64,
    uuid: Uuid,
    parent: Option<Uuid>,
    sandbox_of: Option<Uuid>,
    name: String,
    default_region: String,
    email_addresses: Vec<String>,
    time_zone: String,
    business_hours: RawJson,
    currency: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            parent: row.parent,
            sandbox_of: row.sandbox_of,
            name: row.name,
            default_region: row.default_region,
            email_addresses: row.email_addresses,
            // Only checked values are stored.
            time_zone: row.time_zone.parse().unwrap_or_default(),
            business_hours: BusinessHours::stored(&row.business_hours),
            currency: row.currency.parse().unwrap_or(Currency::USD),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = organizations)]
pub(super) struct OrganizationValues {
    pub name: String,
    pub default_region: String,
    pub email_addresses: Vec<String>,
    pub time_zone: String,
    pub business_hours: RawJson,
    pub currency: String,
}

/// Where a new organization stands.
#[derive(Insertable, Default)]
#[diesel(table_name = organizations)]
pub(super) struct Place {
    /// An id already drawn; the next one when `None`.
    pub id: Option<i64>,
    pub parent_organization_id: Option<i64>,
    pub sandbox_of: Option<i64>,
}

/// The organizations of these numeric ids, in the order in which they were made.
pub(super) async fn load(mut conn: &AsyncPgConnection, ids: &[i64]) -> Result<Vec<Organization>> {
    let parent = PARENTS
        .field(organizations::id)
        .nullable()
        .eq(organizations::parent_organization_id);
    let original = ORIGINALS
        .field(organizations::id)
        .nullable()
        .eq(organizations::sandbox_of);
    let rows: Vec<OrganizationRow> = organizations::table
        .left_join(PARENTS.on(parent))
        .left_join(ORIGINALS.on(original))
        .filter(organizations::id.eq_any(ids))
        .order(organizations::id)
        .select((
            organizations::id,
            organizations::uuid,
            PARENTS.field(organizations::uuid).nullable(),
            ORIGINALS.field(organizations::uuid).nullable(),
            organizations::name,
            organizations::default_region,
            organizations::email_addresses,
            organizations::time_zone,
            organizations::business_hours,
            organizations::currency,
            organizations::created_at,
            organizations::updated_at,
        ))
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

/// Stores an organization and answers its numeric id and UUID; `None` when the place is taken, as that of
/// the one sandbox of an organization can be.
pub(super) async fn insert(tx: &Tx, place: Place, values: OrganizationValues) -> Result<Option<(i64, Uuid)>> {
    let meta = (
        organizations::uuid.eq(tx.uuid()),
        organizations::created_at.eq(tx.now()),
        organizations::updated_at.eq(tx.now()),
    );
    let stored = diesel::insert_into(organizations::table)
        .values((place, meta, values))
        .on_conflict_do_nothing()
        .returning((organizations::id, organizations::uuid))
        .get_result(&mut tx.conn())
        .await;
    Ok(stored.optional()?)
}
