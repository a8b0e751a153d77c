//! Contacts that become part of another one.

use super::{Merge, References, fields, service};
use crate::address::Address;
use crate::contacts::{
    ContactValues, Name, RECORD, addressed, changes, current, owner, read_all, store, successor,
};
use crate::custom_fields::{EntityType, forget, keep};
use crate::{Contact, companies};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{contact_addresses, contacts};
use std::sync::Arc;
use uuid::Uuid;

pub(super) async fn merge(
    tx: &mut Tx,
    references: &[Arc<dyn References>],
    into: Uuid,
    from: &[Uuid],
) -> Result<Contact> {
    let merge = hold(tx, into, from).await?;
    let found = read_all(tx, &[merge.gone(), vec![merge.into.0]].concat()).await?;
    let find = |uuid: Uuid| found.iter().find(|contact| contact.uuid == uuid);
    let own = find(into).ok_or(Error::not_found("Contact"))?;
    let others: Vec<_> = from.iter().filter_map(|uuid| find(*uuid)).collect();
    let before = addresses(tx, own).await?;
    move_addresses(tx, &merge).await?;
    for domain in references {
        domain.follow(tx, &merge).await?;
    }
    retire(tx, &merge).await?;
    let mut filled = filled(own, &others)?;
    // Nobody waits for contacts while holding a company: see `service::serialize`.
    let company = fields::first(own, &others, |contact| &contact.company);
    filled.company_id = companies::named(tx, company).await?;
    store(tx, own.id, filled).await?;
    let new = read_all(tx, &[own.id])
        .await?
        .pop()
        .ok_or(Error::not_found("Contact"))?;
    let (old, kept) = (Some(&own.custom_fields), &new.custom_fields);
    forget(tx, EntityType::Contact, &merge.gone()).await?;
    keep(tx, EntityType::Contact, owner(own), old, kept).await?;
    let changes = addressed(
        changes(Some(own), Some(&new)),
        &before,
        &addresses(tx, &new).await?,
    );
    let events = ("contact.merged", "contact.deleted", "contact.updated");
    service::log(tx, RECORD, events, (from, into), changes).await?;
    Ok(new)
}

/// Holds all of them in the order of their ids, as everybody does who holds several contacts.
async fn hold(tx: &Tx, into: Uuid, from: &[Uuid]) -> Result<Merge> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq_any([from, &[into]].concat()))
        .filter(contacts::deleted_at.is_null())
        .order(contacts::id)
        .select((contacts::id, contacts::uuid))
        .for_update();
    let held: Vec<(i64, Uuid)> = query.load(&mut tx.conn()).await?;
    let successor = |uuid| successor(tx.conn(), tx.organization(), uuid);
    service::sort("Contact", &held, (from, into), successor).await
}

async fn addresses(tx: &Tx, contact: &Contact) -> Result<Vec<Address>> {
    let addresses = current(tx, contact).await?;
    Ok(addresses.into_iter().map(|one| one.address).collect())
}

async fn move_addresses(tx: &Tx, merge: &Merge) -> Result<()> {
    let owned = contact_addresses::table
        .filter(contact_addresses::organization_id.eq(tx.organization()))
        .filter(contact_addresses::contact_id.eq_any(merge.gone()));
    diesel::update(owned)
        .set(contact_addresses::contact_id.eq(merge.into.0))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Marks those that go; what was merged into them before is part of the one that stays, too.
async fn retire(tx: &Tx, merge: &Merge) -> Result<()> {
    let ours = contacts::table.filter(contacts::organization_id.eq(tx.organization()));
    let before = ours.filter(contacts::merged_into.eq_any(merge.gone()));
    diesel::update(before)
        .set(contacts::merged_into.eq(merge.into.0))
        .execute(&mut tx.conn())
        .await?;
    diesel::update(ours.filter(contacts::id.eq_any(merge.gone())))
        .set((
            contacts::merged_into.eq(merge.into.0),
            contacts::deleted_at.eq(tx.now()),
            contacts::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// What the one that stays is made of then. A role says something only together with its company, an id only with the
/// system that gave it.
fn filled(own: &Contact, others: &[&Contact]) -> Result<ContactValues> {
    let mut filled = ContactValues::of(own);
    let all = || std::iter::once(own).chain(others.iter().copied());
    if let Some(named) = all().find(|contact| contact.name.is_some()) {
        filled.call(Name {
            full: named.name.clone(),
            first: named.first_name.clone(),
            last: named.last_name.clone(),
        });
    }
    let company = fields::first(own, others, |contact| &contact.company);
    let colleagues: Vec<_> = others
        .iter()
        .copied()
        .filter(|contact| contact.company == company)
        .collect();
    if let Some(provided) = all().find(|contact| contact.provider_id.is_some()) {
        filled.provider_id.clone_from(&provided.provider_id);
        filled.provider_name.clone_from(&provided.provider_name);
    }
    filled.email = fields::first(own, others, |contact| &contact.email);
    filled.phone_number = fields::first(own, others, |contact| &contact.phone_number);
    filled.company_role = fields::first(own, &colleagues, |contact| &contact.company_role);
    filled.national_id = fields::first(own, others, |contact| &contact.national_id);
    filled.metadata = fields::first(own, others, |contact| &contact.metadata);
    filled.agent_id = fields::first(own, others, |contact| &contact.agent);
    filled.custom_fields = fields::custom(
        &own.custom_fields,
        others.iter().map(|contact| &contact.custom_fields),
    )?;
    Ok(filled)
}
