//! Organizations on PostgreSQL.

use super::check::check;
use super::rows::{Place, insert, load};
use super::{NewOrganization, Organization, OrganizationPatch, OrganizationService};
use crate::api_keys::announce;
use crate::audit::{self, Action, Changes};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::{Directory, Error, Reader, Result, Tx};
use rapport_schema::tables::organizations;

const RECORD: &str = "organization";

/// The organizations, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgOrganizations;

#[async_trait]
impl OrganizationService for PgOrganizations {
    async fn list(&self, directory: &Directory, ids: &[i64]) -> Result<Vec<Organization>> {
        load(directory.conn(), ids).await
    }

    async fn get(&self, db: &Reader) -> Result<Organization> {
        one(db.conn(), db.organization()).await
    }

    async fn create(&self, tx: &mut Tx, new: NewOrganization) -> Result<Organization> {
        let values = check(new)?;
        let parent = lock(tx).await?;
        if parent.is_some() {
            return Err(Error::invalid(
                "parent_organization_id",
                "is below another organization and can have none below it",
            ));
        }
        let place = Place {
            parent_organization_id: Some(tx.organization()),
            ..Place::default()
        };
        let made = insert(tx, place, values).await?;
        let (id, _) = made.ok_or_else(|| Error::internal("a new organization has no place"))?;
        announce(tx).await?;
        made_known(tx, id).await
    }

    async fn update(&self, tx: &mut Tx, patch: OrganizationPatch) -> Result<Organization> {
        lock(tx).await?;
        let old = one(tx.conn(), tx.organization()).await?;
        let values = check(merged(&old, patch)?)?;
        diesel::update(organizations::table.find(old.id))
            .set((values, organizations::updated_at.eq(tx.now())))
            .execute(&mut tx.conn())
            .await?;
        let new = one(tx.conn(), old.id).await?;
        let changes = changes(Some(&old), &new);
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, new.uuid), &changes).await?;
            tx.emit(Event::new("organization.updated", RECORD, new.uuid));
        }
        Ok(new)
    }
}

/// Writes down that the organization was made, in the logs of the transaction's, and answers it.
pub(super) async fn made_known(tx: &mut Tx, id: i64) -> Result<Organization> {
    let made = one(tx.conn(), id).await?;
    audit::record(tx, Action::Insert, (RECORD, made.uuid), &changes(None, &made)).await?;
    tx.emit(Event::new("organization.created", RECORD, made.uuid));
    Ok(made)
}

async fn one(conn: &AsyncPgConnection, id: i64) -> Result<Organization> {
    let found = load(conn, &[id]).await?.pop();
    found.ok_or(Error::not_found("Organization"))
}

/// Holds the transaction's organization until the transaction ends and answers the one above it. What
/// refers to the organization goes on meanwhile.
async fn lock(tx: &Tx) -> Result<Option<i64>> {
    organizations::table
        .find(tx.organization())
        .select(organizations::parent_organization_id)
        .for_no_key_update()
        .first(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Organization"))
}

fn merged(old: &Organization, patch: OrganizationPatch) -> Result<NewOrganization> {
    let addresses = patch.email_addresses.apply(Some(old.email_addresses.clone()));
    Ok(NewOrganization {
        name: patch.name.apply_required("name", old.name.clone())?,
        default_region: patch.default_region.apply(Some(old.default_region.clone())),
        email_addresses: addresses.unwrap_or_default(),
        time_zone: patch.time_zone.apply(Some(old.time_zone.name().to_owned())),
        business_hours: patch.business_hours.apply(Some(old.business_hours.clone())),
        currency: patch.currency.apply(Some(old.currency.code().to_owned())),
    })
}

fn changes(old: Option<&Organization>, new: &Organization) -> Changes {
    Changes::new()
        .field("name", &old.map(|o| &o.name), &Some(&new.name))
        .field(
            "default_region",
            &old.map(|o| &o.default_region),
            &Some(&new.default_region),
        )
        .field(
            "email_addresses",
            &old.map(|o| &o.email_addresses),
            &Some(&new.email_addresses),
        )
        .field(
            "time_zone",
            &old.map(|o| o.time_zone.name()),
            &Some(new.time_zone.name()),
        )
        .field(
            "business_hours",
            &old.map(|o| &o.business_hours),
            &Some(&new.business_hours),
        )
        .field(
            "currency",
            &old.map(|o| o.currency.code()),
            &Some(new.currency.code()),
        )
}
