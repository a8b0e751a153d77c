//! The statements that write the contacts, addresses and companies of a batch.

use super::lookup::Companies;
use super::plan::Plan;
use crate::address::Address;
use crate::audit::{self, Action, Changes};
use crate::contacts::ContactAddress;
use crate::contacts::many::{self, Ids};
use crate::custom_fields::{Definitions, Owner};
use crate::{Company, Contact, companies, contacts};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Result, Tx};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
}

/// Makes the missing companies that contacts of the plan work for; answers the ids of all.
pub(super) async fn add_companies(tx: &mut Tx, plan: &Plan, found: Companies) -> Result<Ids> {
    let Companies { mut ids, missing, .. } = found;
    let changed = plan.updated.values().map(|(_, new)| new);
    let used: HashSet<Uuid> = plan
        .created
        .iter()
        .chain(changed)
        .filter_map(|contact| contact.company)
        .collect();
    let missing = missing.into_iter().filter(|(uuid, _)| used.contains(uuid));
    let (uuids, names): (Vec<_>, Vec<_>) = missing.unzip();
    if uuids.is_empty() {
        return Ok(ids);
    }
    let made: Vec<Made> = diesel::sql_query(
        "INSERT INTO companies (organization_id, uuid, name, custom_fields, created_at, updated_at) \
         SELECT $1, n.uuid, n.name, '{}', $2, $2 FROM unnest($3, $4) WITH ORDINALITY AS n (uuid, name, place) \
         ORDER BY n.place RETURNING id, uuid",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<SqlUuid>, _>(&uuids)
    .bind::<Array<Text>, _>(&names)
    .load(&mut tx.conn())
    .await?;
    ids.extend(made.into_iter().map(|row| (row.uuid, row.id)));
    let entries = uuids.iter().zip(names).map(|(uuid, name)| {
        let company = company(tx, *uuid, name);
        (*uuid, companies::changes(None, Some(&company)))
    });
    let entries: Vec<_> = entries.collect();
    audit::record_many(tx, Action::Insert, companies::RECORD, &entries).await?;
    for uuid in uuids {
        tx.emit(Event::new("company.created", companies::RECORD, uuid));
    }
    Ok(ids)
}

fn company(tx: &Tx, uuid: Uuid, name: String) -> Company {
    Company {
        id: 0,
        uuid,
        name,
        domain: None,
        address: None,
        agent: None,
        custom_fields: RawJson::default(),
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// Lets contacts work for the companies of these ids.
pub(super) fn employ<'a>(contacts: impl Iterator<Item = &'a mut Contact>, companies: &Ids) {
    for contact in contacts {
        let company = contact.company.and_then(|uuid| companies.get(&uuid).copied());
        contact.company_id = company.or(contact.company_id);
    }
}

/// Keeps the custom fields of contacts that got some, to be looked up.
pub(super) async fn keep(
    tx: &Tx,
    definitions: &Definitions,
    created: &[Contact],
    updated: &[(Contact, Contact)],
    ids: &Ids,
) -> Result<()> {
    let made = created
        .iter()
        .filter(|new| new.custom_fields != RawJson::default());
    let changed = updated
        .iter()
        .filter(|(old, new)| old.custom_fields != new.custom_fields)
        .map(|(_, new)| new);
    let values = made.chain(changed).filter_map(|contact| {
        let id = ids.get(&contact.uuid).copied()?;
        let owner = Owner {
            id,
            created_at: contact.created_at,
        };
        let values = definitions.read(&contact.custom_fields);
        Some(values.map(|values| (owner, values)))
    });
    definitions.store(tx, &values.collect::<Result<Vec<_>>>()?).await
}

/// Gives addresses to contacts.
///
/// # Errors
/// `Conflict` when somebody else took one meanwhile.
pub(super) async fn claim(tx: &Tx, claims: &[(Uuid, Address)], ids: &Ids) -> Result<()> {
    let owned = claims
        .iter()
        .map(|(uuid, address)| Some((ids.get(uuid).copied()?, address)));
    let owned: Option<Vec<_>> = owned.collect();
    let owned = owned.ok_or_else(|| Error::internal("an address of a contact that was not written"))?;
    if many::claim(tx, &owned).await? {
        return Ok(());
    }
    Err(Error::conflict("Another contact got an address meanwhile"))
}

/// The addresses of contacts before and after they got others.
pub(super) struct Gains {
    before: HashMap<Uuid, Vec<Address>>,
    after: HashMap<Uuid, Vec<Address>>,
}

impl Gains {
    /// Those of contacts that are to get these addresses. It is to be called before they have them.
    pub async fn of(tx: &Tx, claims: &[(Uuid, Address)], updated: &[(Contact, Contact)]) -> Result<Self> {
        let gaining: HashSet<Uuid> = claims.iter().map(|(uuid, _)| *uuid).collect();
        let old = updated.iter().map(|(old, _)| old);
        let old: Vec<_> = old.filter(|old| gaining.contains(&old.uuid)).collect();
        let current = contacts::current_of(tx, &old).await?.into_iter();
        let addresses = |all: Vec<ContactAddress>| all.into_iter().map(|one| one.address).collect();
        let before: HashMap<Uuid, Vec<Address>> = current.map(|(uuid, all)| (uuid, addresses(all))).collect();
        let mut after = before.clone();
        for (uuid, address) in claims {
            after.entry(*uuid).or_default().push(address.clone());
        }
        Ok(Self { before, after })
    }

    fn told(&self, contact: &Contact, changes: Changes) -> Changes {
        let [before, after] =
            [&self.before, &self.after].map(|all| all.get(&contact.uuid).map_or(&[][..], Vec::as_slice));
        contacts::addressed(changes, before, after)
    }
}

/// Notes in audit log and events what was made and what has changed.
pub(super) async fn log(
    tx: &mut Tx,
    created: &[Contact],
    updated: &[(Contact, Contact)],
    gains: &Gains,
) -> Result<()> {
    let told = |old: Option<&Contact>, new: &Contact| {
        let changes = contacts::changes(old, Some(new));
        (new.uuid, gains.told(new, changes))
    };
    let made: Vec<_> = created.iter().map(|new| told(None, new)).collect();
    audit::record_many(tx, Action::Insert, contacts::RECORD, &made).await?;
    let changed = updated.iter().map(|(old, new)| told(Some(old), new));
    let mut changed: Vec<_> = changed.collect();
    changed.retain(|(_, changes)| !changes.is_empty());
    audit::record_many(tx, Action::Update, contacts::RECORD, &changed).await?;
    for (uuid, _) in made {
        tx.emit(Event::new("contact.created", contacts::RECORD, uuid));
    }
    for (uuid, _) in changed {
        tx.emit(Event::new("contact.updated", contacts::RECORD, uuid));
    }
    Ok(())
}
