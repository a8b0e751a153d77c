//! Sales let go of contacts that are deleted or erased.

use super::load;
use super::merges::{hold, tell_contacts};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Result, Tx};
use rapport_schema::tables::{contacts, sale_contacts};
use uuid::Uuid;

/// Takes contacts that are deleted or erased out of their sales. Where one was the primary contact, the first of
/// those that are left becomes it.
#[derive(Debug, Default)]
pub struct FollowDeletions;

#[async_trait]
impl Projection for FollowDeletions {
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()> {
        for event in events {
            if matches!(event.kind, "contact.deleted" | "contact.erased") {
                detach(tx, event.subject_id).await?;
            }
        }
        Ok(())
    }
}

async fn detach(tx: &Tx, contact: Uuid) -> Result<()> {
    use sale_contacts::dsl;
    let organization = tx.organization();
    let gone = contacts::table
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::uuid.eq(contact))
        .select(contacts::id);
    let links = sale_contacts::table
        .filter(dsl::organization_id.eq(organization))
        .filter(dsl::contact_id.eq_any(gone));
    let ids: Vec<i64> = links.select(dsl::sale_id).load(&mut tx.conn()).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let held = hold(tx, &ids).await?;
    let before = load::contacts_of(tx.conn(), organization, &ids).await?;
    diesel::delete(links).execute(&mut tx.conn()).await?;
    promote(tx, &ids).await?;
    tell_contacts(tx, &held, &before).await
}

/// Makes the first contact the primary one in those of these sales that have contacts and no primary one.
async fn promote(tx: &Tx, sales: &[i64]) -> Result<()> {
    diesel::sql_query(
        "UPDATE sale_contacts AS c SET is_primary = true \
         WHERE c.organization_id = $1 AND c.sale_id = ANY($2) \
           AND NOT EXISTS (SELECT FROM sale_contacts p \
             WHERE p.organization_id = $1 AND p.sale_id = c.sale_id AND p.is_primary) \
           AND c.position = (SELECT min(f.position) FROM sale_contacts f \
             WHERE f.organization_id = $1 AND f.sale_id = c.sale_id)",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(sales)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}
