//! The statements that write the contacts, addresses and companies of a batch.

use super::lookup::Companies;
use super::plan::{Plan, key};
use crate::address::Address;
use crate::audit::{self, Action};
use crate::custom_fields::{Definitions, Owner};
use crate::{Company, Contact, companies, contacts};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Result, Tx};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Numeric ids by UUID.
pub(super) type Ids = HashMap<Uuid, i64>;

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

/// The values of contacts, column by column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<i64>,
    uuids: Vec<Uuid>,
    names: Vec<Option<&'a str>>,
    first_names: Vec<Option<&'a str>>,
    last_names: Vec<Option<&'a str>>,
    emails: Vec<Option<&'a str>>,
    phones: Vec<Option<&'a str>>,
    companies: Vec<Option<i64>>,
    roles: Vec<Option<&'a str>>,
    custom: Vec<&'a RawJson>,
}

impl<'a> Columns<'a> {
    fn of(contacts: impl Iterator<Item = &'a Contact>, companies: &Ids) -> Self {
        let mut columns = Self::default();
        for contact in contacts {
            columns.ids.push(contact.id);
            columns.uuids.push(contact.uuid);
            columns.names.push(contact.name.as_deref());
            columns.first_names.push(contact.first_name.as_deref());
            columns.last_names.push(contact.last_name.as_deref());
            columns.emails.push(contact.email.as_deref());
            columns.phones.push(contact.phone_number.as_deref());
            let company = contact.company.and_then(|uuid| companies.get(&uuid).copied());
            columns.companies.push(company);
            columns.roles.push(contact.company_role.as_deref());
            columns.custom.push(&contact.custom_fields);
        }
        columns
    }
}

/// Inserts new contacts in their order and answers their ids.
pub(super) async fn insert(tx: &Tx, contacts: &[Contact], companies: &Ids) -> Result<Ids> {
    if contacts.is_empty() {
        return Ok(Ids::new());
    }
    let columns = Columns::of(contacts.iter(), companies);
    let made: Vec<Made> = diesel::sql_query(
        "INSERT INTO contacts (organization_id, uuid, name, first_name, last_name, email, phone_number, \
             company_id, company_role, custom_fields, created_at, updated_at) \
         SELECT $1, n.uuid, n.name, n.first, n.last, n.email, n.phone, n.company, n.role, n.custom, $2, $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY \
             AS n (uuid, name, first, last, email, phone, company, role, custom, place) \
         ORDER BY n.place RETURNING id, uuid",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<SqlUuid>, _>(columns.uuids)
    .bind::<Array<Nullable<Text>>, _>(columns.names)
    .bind::<Array<Nullable<Text>>, _>(columns.first_names)
    .bind::<Array<Nullable<Text>>, _>(columns.last_names)
    .bind::<Array<Nullable<Text>>, _>(columns.emails)
    .bind::<Array<Nullable<Text>>, _>(columns.phones)
    .bind::<Array<Nullable<BigInt>>, _>(columns.companies)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .load(&mut tx.conn())
    .await?;
    Ok(made.into_iter().map(|row| (row.uuid, row.id)).collect())
}

/// Stores contacts that have changed; they are held. None loses its company.
pub(super) async fn update(tx: &Tx, changed: &[(Contact, Contact)], companies: &Ids) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(changed.iter().map(|(_, new)| new), companies);
    diesel::sql_query(
        "UPDATE contacts SET name = n.name, first_name = n.first, last_name = n.last, email = n.email, phone_number = n.phone, \
             company_id = coalesce(n.company, contacts.company_id), company_role = n.role, custom_fields = n.custom, \
             updated_at = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) \
             AS n (id, name, first, last, email, phone, company, role, custom) \
         WHERE contacts.organization_id = $1 AND contacts.id = n.id",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(columns.ids)
    .bind::<Array<Nullable<Text>>, _>(columns.names)
    .bind::<Array<Nullable<Text>>, _>(columns.first_names)
    .bind::<Array<Nullable<Text>>, _>(columns.last_names)
    .bind::<Array<Nullable<Text>>, _>(columns.emails)
    .bind::<Array<Nullable<Text>>, _>(columns.phones)
    .bind::<Array<Nullable<BigInt>>, _>(columns.companies)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
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

/// Gives addresses to contacts, in the order in which everybody takes several: e-mail addresses first.
///
/// # Errors
/// `Conflict` when somebody else took one meanwhile.
pub(super) async fn claim(tx: &Tx, mut claims: Vec<(Uuid, Address)>, ids: &Ids) -> Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    claims.sort_by_cached_key(|(_, address)| key(address));
    let owners: Option<Vec<i64>> = claims.iter().map(|(uuid, _)| ids.get(uuid).copied()).collect();
    let owners = owners.ok_or_else(|| Error::internal("an address of a contact that was not written"))?;
    let (mut kinds, mut typed, mut normalized) = (vec![], vec![], vec![]);
    for (_, address) in &claims {
        kinds.push(address.channel_type.name());
        typed.push(address.address.as_str());
        normalized.push(address.normalized.as_str());
    }
    let taken = diesel::sql_query(
        "INSERT INTO contact_addresses (organization_id, contact_id, channel_type, address, normalized, created_at, \
             updated_at) \
         SELECT $1, n.contact, n.kind, n.address, n.normalized, $2, $2 \
         FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS n (contact, kind, address, normalized, place) \
         ORDER BY n.place ON CONFLICT DO NOTHING",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(owners)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(typed)
    .bind::<Array<Text>, _>(normalized)
    .execute(&mut tx.conn())
    .await?;
    if taken < claims.len() {
        return Err(Error::conflict("Another contact got an address meanwhile"));
    }
    Ok(())
}

/// Notes in audit log and events what was made and what has changed.
pub(super) async fn log(tx: &mut Tx, created: &[Contact], updated: &[(Contact, Contact)]) -> Result<()> {
    let made: Vec<_> = created
        .iter()
        .map(|contact| (contact.uuid, contacts::changes(None, Some(contact))))
        .collect();
    audit::record_many(tx, Action::Insert, contacts::RECORD, &made).await?;
    let mut changed: Vec<_> = updated
        .iter()
        .map(|(old, new)| (new.uuid, contacts::changes(Some(old), Some(new))))
        .collect();
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
