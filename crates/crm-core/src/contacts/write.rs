//! What every write of contacts is made of.

use super::readdress::{self, Readdress};
use super::rows::{ContactRow, ContactValues, visible};
use super::{Contact, ContactAddress, addresses, references};
use crate::address::{Address, ChannelType};
use crate::audit::{self, Action, Changes};
use crate::custom_fields::{EntityType, Owner, keep};
use crate::text;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Result, Tx, ids};
use rapport_schema::tables::contacts;
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) const RECORD: &str = "contact";

/// Makes a contact of what was checked, with these addresses; what it shows follows from them.
pub(super) async fn create(tx: &mut Tx, mut values: ContactValues, readdress: Readdress) -> Result<Contact> {
    let wanted = readdress.apply(tx, &[]).await?;
    values.show(&wanted);
    let (id, uuid) = insert(tx, values).await?;
    addresses::claim(tx, id, &wanted).await?;
    let contact = read(tx, uuid).await?;
    let fields = &contact.custom_fields;
    keep(tx, EntityType::Contact, owner(&contact), None, fields).await?;
    let changes = addressed(changes(None, Some(&contact)), &[], &wanted);
    audit::record(tx, Action::Insert, (RECORD, uuid), &changes).await?;
    tx.emit(Event::new("contact.created", RECORD, uuid));
    Ok(contact)
}

/// Writes what was checked over a contact, which is held.
pub(super) async fn update(
    tx: &mut Tx,
    old: &Contact,
    mut values: ContactValues,
    readdress: Readdress,
) -> Result<Contact> {
    let mut moved = None;
    if !readdress.is_keep() {
        let current = current(tx, old).await?;
        let wanted = readdress.apply(tx, &current).await?;
        values.show(&wanted);
        addresses::replace(tx, old.id, &current, &wanted).await?;
        let current: Vec<_> = current.into_iter().map(|one| one.address).collect();
        moved = Some((current, wanted));
    }
    store(tx, old.id, values).await?;
    let new = read(tx, old.uuid).await?;
    let fields = (&old.custom_fields, &new.custom_fields);
    keep(tx, EntityType::Contact, owner(old), Some(fields.0), fields.1).await?;
    let mut changes = changes(Some(old), Some(&new));
    if let Some((from, to)) = &moved {
        changes = addressed(changes, from, to);
    }
    if !changes.is_empty() {
        audit::record(tx, Action::Update, (RECORD, old.uuid), &changes).await?;
        tx.emit(Event::new("contact.updated", RECORD, old.uuid));
    }
    Ok(new)
}

/// Deletes a contact, which is held.
pub(super) async fn delete(tx: &mut Tx, old: &Contact) -> Result<()> {
    let addresses = current(tx, old).await?;
    let addresses: Vec<_> = addresses.into_iter().map(|one| one.address).collect();
    diesel::update(contacts::table.find((tx.organization(), old.id)))
        .set(contacts::deleted_at.eq(tx.now()))
        .execute(&mut tx.conn())
        .await?;
    addresses::release_all(tx, old.id).await?;
    let fields = (Some(&old.custom_fields), RawJson::default());
    keep(tx, EntityType::Contact, owner(old), fields.0, &fields.1).await?;
    let changes = addressed(changes(Some(old), None), &addresses, &[]);
    audit::record(tx, Action::Delete, (RECORD, old.uuid), &changes).await?;
    tx.emit(Event::new("contact.deleted", RECORD, old.uuid));
    Ok(())
}

/// The addresses of a contact, which is held, in their order.
pub(crate) async fn current(tx: &Tx, contact: &Contact) -> Result<Vec<ContactAddress>> {
    let mut all = current_of(tx, &[contact]).await?;
    Ok(all.remove(&contact.uuid).unwrap_or_default())
}

/// As [`current`], of several contacts, by their uuids.
pub(crate) async fn current_of(tx: &Tx, contacts: &[&Contact]) -> Result<HashMap<Uuid, Vec<ContactAddress>>> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = contacts.iter().map(|contact| contact.id).collect();
    let mut all = addresses::of(tx.conn(), tx.organization(), &ids).await?;
    let current = contacts.iter().map(|contact| {
        let mut addresses = all.remove(&contact.id).unwrap_or_default();
        readdress::shown_first(contact, &mut addresses);
        (contact.uuid, addresses)
    });
    Ok(current.collect())
}

/// Archives a contact, which is held, or takes it back.
pub(super) async fn archive(tx: &mut Tx, old: Contact, archived: bool) -> Result<Contact> {
    if old.archived_at.is_some() == archived {
        return Ok(old);
    }
    diesel::update(contacts::table.find((tx.organization(), old.id)))
        .set((
            contacts::archived_at.eq(archived.then(|| tx.now())),
            contacts::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    let new = read(tx, old.uuid).await?;
    audit::record(
        tx,
        Action::Update,
        (RECORD, old.uuid),
        &changes(Some(&old), Some(&new)),
    )
    .await?;
    tx.emit(Event::new("contact.updated", RECORD, old.uuid));
    Ok(new)
}

impl ContactValues {
    /// Shows the first of these addresses of each kind that is shown.
    fn show(&mut self, addresses: &[Address]) {
        self.email = readdress::first(addresses, ChannelType::Email);
        self.phone_number = readdress::first(addresses, ChannelType::Phone);
    }

    /// What can be stored of it: texts are trimmed, and an empty one is none. Its addresses have been
    /// read already.
    ///
    /// # Errors
    /// `Invalid` naming what is too long or holds NUL, or is no object.
    pub fn checked(self) -> Result<Self> {
        let name = |field, text| text::optional(field, text, text::NAME);
        Ok(Self {
            name: name("name", self.name)?,
            first_name: name("first_name", self.first_name)?,
            last_name: name("last_name", self.last_name)?,
            email: self.email,
            phone_number: self.phone_number,
            company_id: self.company_id,
            company_role: name("company_role", self.company_role)?,
            national_id: name("national_id", self.national_id)?,
            provider_id: name("provider_id", self.provider_id)?,
            provider_name: name("provider_name", self.provider_name)?,
            metadata: self
                .metadata
                .map(|value| text::json("metadata", value))
                .transpose()?,
            agent_id: self.agent_id,
            custom_fields: text::object("custom_fields", Some(self.custom_fields))?,
        })
    }
}

pub(crate) fn owner(contact: &Contact) -> Owner {
    Owner {
        id: contact.id,
        created_at: contact.created_at,
    }
}

pub(super) fn found(row: QueryResult<ContactRow>) -> Result<Contact> {
    Ok(row.optional()?.ok_or(Error::not_found("Contact"))?.into())
}

async fn read(tx: &Tx, id: Uuid) -> Result<Contact> {
    let query = visible(tx.organization())
        .filter(contacts::uuid.eq(id))
        .select(ContactRow::as_select());
    found(query.first(&mut tx.conn()).await)
}

/// Those of these contacts that are not deleted, in the order of their ids.
pub(crate) async fn read_all(tx: &Tx, ids: &[i64]) -> Result<Vec<Contact>> {
    let query = visible(tx.organization())
        .filter(contacts::id.eq_any(ids))
        .order(contacts::id)
        .select(ContactRow::as_select());
    let rows = query.load(&mut tx.conn()).await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// Holds the contact until the transaction ends, so that two changes at once follow one another. `Conflict` when it
/// was merged into another one.
pub(super) async fn lock(tx: &Tx, id: Uuid) -> Result<Contact> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(id))
        .select(contacts::merged_into)
        .for_update();
    let merged_into = query
        .first::<Option<i64>>(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Contact"))?;
    match merged_into {
        None => read(tx, id).await,
        Some(_) => Err(
            match references::successor(tx.conn(), tx.organization(), id).await? {
                Some(survivor) => references::merged(survivor),
                None => Error::not_found("Contact"),
            },
        ),
    }
}

pub(crate) async fn store(tx: &Tx, id: i64, values: ContactValues) -> Result<()> {
    diesel::update(contacts::table.find((tx.organization(), id)))
        .set((values, contacts::updated_at.eq(tx.now())))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn insert(tx: &Tx, values: ContactValues) -> Result<(i64, Uuid)> {
    let meta = (
        contacts::organization_id.eq(tx.organization()),
        contacts::uuid.eq(tx.uuid()),
        contacts::created_at.eq(tx.now()),
        contacts::updated_at.eq(tx.now()),
    );
    let insert = diesel::insert_into(contacts::table).values((meta, values));
    Ok(insert
        .returning((contacts::id, contacts::uuid))
        .get_result(&mut tx.conn())
        .await?)
}

/// What changed of a contact, but for addresses that it does not show. The parts of its name are told by the whole.
pub(crate) fn changes(old: Option<&Contact>, new: Option<&Contact>) -> Changes {
    fn of<'a, T>(contact: Option<&'a Contact>, field: fn(&'a Contact) -> &'a Option<T>) -> Option<&'a T> {
        contact.and_then(|contact| field(contact).as_ref())
    }
    let company = |contact: Option<&Contact>| contact.and_then(|c| c.company).map(ids::opaque);
    let text = |changes: Changes, name, field: fn(&Contact) -> &Option<String>| {
        changes.field(name, &of(old, field), &of(new, field))
    };
    let mut changes = text(Changes::new(), "name", |c| &c.name);
    changes = text(changes, "email", |c| &c.email);
    changes = text(changes, "phone_number", |c| &c.phone_number);
    changes = changes.field("company_id", &company(old), &company(new));
    changes = text(changes, "company_role", |c| &c.company_role);
    changes = text(changes, "national_id", |c| &c.national_id);
    changes = text(changes, "provider_id", |c| &c.provider_id);
    changes = text(changes, "provider_name", |c| &c.provider_name);
    changes
        .field("metadata", &of(old, |c| &c.metadata), &of(new, |c| &c.metadata))
        .field("agent_id", &of(old, |c| &c.agent), &of(new, |c| &c.agent))
        .field(
            "archived_at",
            &of(old, |c| &c.archived_at),
            &of(new, |c| &c.archived_at),
        )
        .field(
            "custom_fields",
            &old.map(|c| &c.custom_fields),
            &new.map(|c| &c.custom_fields),
        )
}

/// Notes the addresses that a contact has besides those it shows.
pub(crate) fn addressed(changes: Changes, old: &[Address], new: &[Address]) -> Changes {
    let others = |addresses: &[Address]| {
        let first =
            |place: usize, kind| addresses.iter().position(|one| one.channel_type == kind) == Some(place);
        let shown = [ChannelType::Email, ChannelType::Phone];
        let others = addresses
            .iter()
            .enumerate()
            .filter(|(place, one)| !(shown.contains(&one.channel_type) && first(*place, one.channel_type)));
        let others: Vec<_> = others
            .map(|(_, one)| format!("{} {}", one.channel_type.name(), one.address))
            .collect();
        (!others.is_empty()).then_some(others)
    };
    changes.field("addresses", &others(old), &others(new))
}
