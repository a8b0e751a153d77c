//! The companies, people and conversations that a sale names. They are held before the sale is, and in this order: so
//! writers wait for one another and never in a circle.

use super::{MOST_LINKS, NewSaleContact};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{agents, conversations, sales};
use std::collections::HashSet;
use uuid::Uuid;

/// A contact of a sale as its row has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContactLink {
    pub contact_id: i64,
    pub is_primary: bool,
}

/// The agent who is to own a sale: one who is not deleted, or who owns it already.
pub(super) async fn owner(tx: &Tx, uuid: Option<Uuid>, sale: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    let present = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::uuid.nullable().eq(sale))
        .select(sales::owner_id)
        .single_value();
    let query = agents::table
        .filter(agents::organization_id.eq(tx.organization()))
        .filter(agents::uuid.eq(uuid))
        .filter(agents::deleted_at.is_null().or(agents::id.nullable().eq(present)))
        .select(agents::id);
    let id = query.first(&mut tx.conn()).await.optional()?;
    id.map(Some)
        .ok_or_else(|| Error::invalid("owner_id", "is not an agent of this organization"))
}

pub(super) async fn company(tx: &Tx, uuid: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    let id = rapport_crm_core::companies::hold(tx, uuid).await?;
    id.map(Some)
        .ok_or_else(|| Error::invalid("company_id", "is not a company of this organization"))
}

pub(super) async fn contacts(tx: &Tx, wanted: &[NewSaleContact]) -> Result<Vec<ContactLink>> {
    const FIELD: &str = "associated_contacts";
    let uuids: Vec<Uuid> = wanted.iter().map(|contact| contact.contact).collect();
    check_list(FIELD, ".contact_id", &uuids)?;
    let primary = primary(wanted)?;
    let found = rapport_crm_core::contacts::hold_all(tx, &uuids).await?;
    let mut links: Vec<ContactLink> = Vec::new();
    for (index, uuid) in uuids.iter().enumerate() {
        let refused = |message| Error::invalid(format!("{FIELD}[{index}].contact_id"), message);
        let id = found.get(uuid).copied();
        let contact_id = id.ok_or_else(|| refused("is not a contact of this organization"))?;
        if links.iter().any(|link| link.contact_id == contact_id) {
            return Err(refused("is merged with another one of these contacts"));
        }
        links.push(ContactLink {
            contact_id,
            is_primary: primary == Some(index),
        });
    }
    Ok(links)
}

/// Which of the contacts is the primary one; `None` when there are none.
fn primary(contacts: &[NewSaleContact]) -> Result<Option<usize>> {
    if let [only] = contacts
        && only.is_primary.is_none()
    {
        return Ok(Some(0));
    }
    let flagged = |(_, contact): &(usize, &NewSaleContact)| contact.is_primary == Some(true);
    let mut primary = contacts.iter().enumerate().filter(flagged);
    match (primary.next(), primary.next()) {
        (None, None) if contacts.is_empty() => Ok(None),
        (Some((index, _)), None) => Ok(Some(index)),
        _ => Err(Error::invalid(
            "associated_contacts",
            "must have exactly one primary contact",
        )),
    }
}

pub(super) async fn conversations(tx: &Tx, wanted: Vec<Uuid>) -> Result<Vec<Uuid>> {
    const FIELD: &str = "associated_conversation_ids";
    check_list(FIELD, "", &wanted)?;
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::uuid.eq_any(&wanted))
        .order(conversations::id)
        .select(conversations::uuid)
        .for_key_share();
    let found: Vec<Uuid> = query.load(&mut tx.conn()).await?;
    match wanted.iter().position(|uuid| !found.contains(uuid)) {
        Some(index) => {
            let message = "is not a conversation of this organization";
            Err(Error::invalid(format!("{FIELD}[{index}]"), message))
        }
        None => Ok(wanted),
    }
}

/// Refuses too many ids, and an id that is given twice.
fn check_list(field: &'static str, part: &str, ids: &[Uuid]) -> Result<()> {
    if ids.len() > MOST_LINKS {
        return Err(Error::invalid(field, format!("must be at most {MOST_LINKS}")));
    }
    let mut seen = HashSet::new();
    match ids.iter().position(|id| !seen.insert(id)) {
        Some(index) => Err(Error::invalid(
            format!("{field}[{index}]{part}"),
            "is given twice",
        )),
        None => Ok(()),
    }
}
