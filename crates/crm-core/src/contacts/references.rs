//! The contacts that others refer to: held against merges, and found after them.

use crate::address::Address;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Result, Tx, ids};
use rapport_schema::tables::{contact_addresses, contacts};
use std::collections::HashMap;
use uuid::Uuid;

/// The id of a contact that a write is about to refer to: its own, or that of the contact into which it was merged.
/// `None` when there is none or it is deleted. Until the transaction ends it is neither merged nor deleted.
///
/// Merges hold contacts before what refers to them. So call this before locking anything that refers to contacts,
/// and of several contacts in the order of their ids, or the two may block each other.
pub async fn hold(tx: &Tx, contact: Uuid) -> Result<Option<i64>> {
    let mut next = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(contact))
        .select((
            contacts::id,
            contacts::merged_into,
            contacts::deleted_at.is_not_null(),
        ))
        .for_key_share()
        .first::<(i64, Option<i64>, bool)>(&mut tx.conn())
        .await
        .optional()?;
    while let Some((_, Some(survivor), _)) = next {
        next = contacts::table
            .find((tx.organization(), survivor))
            .select((
                contacts::id,
                contacts::merged_into,
                contacts::deleted_at.is_not_null(),
            ))
            .for_key_share()
            .first(&mut tx.conn())
            .await
            .optional()?;
    }
    Ok(next.filter(|(_, _, deleted)| !deleted).map(|(id, ..)| id))
}

/// The ids of the contacts of these that are there, held as by [`hold`] and in the order of their ids: each one's own,
/// or that of the contact into which it was merged.
pub async fn hold_all(tx: &Tx, wanted: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let ours = contacts::table.filter(contacts::organization_id.eq(tx.organization()));
    loop {
        let named: Vec<(Uuid, i64, Option<i64>)> = ours
            .filter(contacts::uuid.eq_any(wanted))
            .select((contacts::uuid, contacts::id, contacts::merged_into))
            .load(&mut tx.conn())
            .await?;
        let mut named: HashMap<Uuid, i64> = named
            .into_iter()
            .map(|(uuid, id, survivor)| (uuid, survivor.unwrap_or(id)))
            .collect();
        let held: HashMap<i64, (bool, bool)> = ours
            .filter(contacts::id.eq_any(named.values().copied().collect::<Vec<_>>()))
            .order(contacts::id)
            .select((
                contacts::id,
                (
                    contacts::merged_into.is_not_null(),
                    contacts::deleted_at.is_null(),
                ),
            ))
            .for_key_share()
            .load::<(i64, (bool, bool))>(&mut tx.conn())
            .await?
            .into_iter()
            .collect();
        // One that was merged while this waited for it is looked for anew.
        if held.values().all(|(merged, _)| !merged) {
            named.retain(|_, id| held.get(id).is_some_and(|(_, present)| *present));
            return Ok(named);
        }
    }
}

/// Holds the contact that has this address, if there is one, as [`hold`] does: for those who lock something that the
/// contact's erasure locks, too, before they refer to the contact.
pub async fn hold_owner(tx: &Tx, address: &Address) -> Result<()> {
    use contact_addresses::dsl;
    let owner = dsl::contact_addresses
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::channel_type.eq(address.channel_type.name()))
        .filter(dsl::normalized.eq(&address.normalized))
        .select(dsl::contact_id);
    let held = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::id.eq_any(owner))
        .select(contacts::id)
        .for_key_share();
    held.load::<i64>(&mut tx.conn()).await?;
    Ok(())
}

/// The contact into which this one was merged; `None` when it was not, or when that one is deleted.
pub(crate) async fn successor(
    conn: &AsyncPgConnection,
    organization: i64,
    contact: Uuid,
) -> Result<Option<Uuid>> {
    let survivors = diesel::alias!(contacts as survivors);
    let survivor = survivors
        .field(contacts::organization_id)
        .eq(contacts::organization_id);
    let survivor = survivor.and(survivors.field(contacts::id).nullable().eq(contacts::merged_into));
    let query = contacts::table
        .inner_join(survivors.on(survivor))
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::uuid.eq(contact))
        .filter(survivors.field(contacts::deleted_at).is_null())
        .select(survivors.field(contacts::uuid));
    Ok(query.first(&mut &*conn).await.optional()?)
}

/// What is said to those who would change a contact that was merged into `survivor`.
pub(crate) fn merged(survivor: Uuid) -> Error {
    Error::conflict(format!("The contact was merged into {}", ids::opaque(survivor)))
}
