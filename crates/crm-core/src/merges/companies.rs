//! Companies that become part of another one.

use super::{Merge, References, fields, service};
use crate::companies::{
    RECORD, changes, check, move_contacts, owner, read_all, redirect, remove, store, successor,
};
use crate::custom_fields::{EntityType, forget, keep};
use crate::{Company, NewCompany};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::companies;
use std::sync::Arc;
use uuid::Uuid;

pub(super) async fn merge(
    tx: &mut Tx,
    references: &[Arc<dyn References>],
    into: Uuid,
    from: &[Uuid],
) -> Result<Company> {
    let merge = hold(tx, into, from).await?;
    let found = read_all(tx, &[merge.gone(), vec![merge.into.0]].concat()).await?;
    let find = |uuid: Uuid| found.iter().find(|company| company.uuid == uuid);
    let own = find(into).ok_or(Error::not_found("Company"))?;
    let others: Vec<_> = from.iter().filter_map(|uuid| find(*uuid)).collect();
    move_contacts(tx, &merge.from, Some(merge.into)).await?;
    for domain in references {
        domain.follow(tx, &merge).await?;
    }
    redirect(tx, &merge.from, merge.into.0).await?;
    remove(tx, &merge.gone()).await?;
    let values = check(tx, filled(own, &others)?).await?;
    store(tx, own.id, values).await?;
    let new = read_all(tx, &[own.id])
        .await?
        .pop()
        .ok_or(Error::not_found("Company"))?;
    let (old, kept) = (Some(&own.custom_fields), &new.custom_fields);
    forget(tx, EntityType::Company, &merge.gone()).await?;
    keep(tx, EntityType::Company, owner(own), old, kept).await?;
    let changes = changes(Some(own), Some(&new));
    let events = ("company.merged", "company.deleted", "company.updated");
    service::log(tx, RECORD, events, (from, into), changes).await?;
    Ok(new)
}

/// Holds all of them in the order of their ids.
async fn hold(tx: &Tx, into: Uuid, from: &[Uuid]) -> Result<Merge> {
    let query = companies::table
        .filter(companies::organization_id.eq(tx.organization()))
        .filter(companies::uuid.eq_any([from, &[into]].concat()))
        .order(companies::id)
        .select((companies::id, companies::uuid))
        .for_update();
    let held: Vec<(i64, Uuid)> = query.load(&mut tx.conn()).await?;
    let successor = |uuid| successor(tx.conn(), tx.organization(), uuid);
    service::sort("Company", &held, (from, into), successor).await
}

/// What the one that stays is made of then.
fn filled(own: &Company, others: &[&Company]) -> Result<NewCompany> {
    Ok(NewCompany {
        name: own.name.clone(),
        domain: fields::first(own, others, |company| &company.domain),
        address: fields::first(own, others, |company| &company.address),
        agent: fields::first(own, others, |company| &company.agent),
        custom_fields: Some(fields::custom(
            &own.custom_fields,
            others.iter().map(|company| &company.custom_fields),
        )?),
    })
}
