//! Contacts on PostgreSQL.

use super::rows::{ContactRow, ContactValues, visible};
use super::{Contact, ContactPatch, ContactService, NewContact, addresses, references};
use crate::address::{Address, ChannelType};
use crate::audit::{self, Action, Changes};
use crate::custom_fields::{EntityType, Owner, keep};
use crate::{companies, text};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, RawJson, Reader, Result, Tx, ids};
use rapport_schema::tables::{contact_addresses, contacts};
use uuid::Uuid;

pub(crate) const RECORD: &str = "contact";

/// The contacts, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgContacts;

#[async_trait]
impl ContactService for PgContacts {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Contact>> {
        let query = visible(db.organization())
            .order((contacts::created_at.desc(), contacts::id.desc()))
            .limit(page.fetch())
            .select(ContactRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(contacts::created_at, contacts::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        Ok(Page::of(rows, page, ContactRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Contact> {
        let query = visible(db.organization())
            .filter(contacts::uuid.eq(id))
            .select(ContactRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewContact) -> Result<Contact> {
        let company = companies::named(tx, new.company).await?;
        let values = check(new, company)?;
        let addresses = addresses_of(tx, &values, &[ChannelType::Email, ChannelType::Phone]).await?;
        let (id, uuid) = insert(tx, values).await?;
        let contact = read(tx, uuid);
        let (contact, ()) = try_join!(contact, addresses::claim(tx, id, &addresses))?;
        keep(
            tx,
            EntityType::Contact,
            owner(&contact),
            None,
            &contact.custom_fields,
        )
        .await?;
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes(None, Some(&contact))).await?;
        tx.emit(Event::new("contact.created", RECORD, uuid));
        Ok(contact)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ContactPatch) -> Result<Contact> {
        // Companies are held before contacts: see `companies::hold`.
        let joined = companies::named(tx, patch.company.set()).await?;
        let (old, company) = lock(tx, id).await?;
        let company = if patch.company.is_keep() { company } else { joined };
        let readdressed = readdressed(&patch);
        let former = former(tx, &old, &readdressed).await?;
        let values = check(merged(&old, patch), company)?;
        let addresses = addresses_of(tx, &values, &readdressed).await?;
        addresses::release(tx, old.id, &former).await?;
        store(tx, old.id, values).await?;
        addresses::claim(tx, old.id, &addresses).await?;
        let new = read(tx, id).await?;
        keep(
            tx,
            EntityType::Contact,
            owner(&old),
            Some(&old.custom_fields),
            &new.custom_fields,
        )
        .await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("contact.updated", RECORD, id));
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let (old, _) = lock(tx, id).await?;
        diesel::update(contacts::table.find((tx.organization(), old.id)))
            .set(contacts::deleted_at.eq(tx.now()))
            .execute(&mut tx.conn())
            .await?;
        addresses::release_all(tx, old.id).await?;
        keep(
            tx,
            EntityType::Contact,
            owner(&old),
            Some(&old.custom_fields),
            &RawJson::default(),
        )
        .await?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("contact.deleted", RECORD, id));
        Ok(())
    }

    async fn resolve(&self, tx: &mut Tx, address: Address, name: Option<String>) -> Result<Contact> {
        if addresses::owner(tx, &address).await?.is_none() {
            addresses::reserve(tx, &address).await?;
        }
        if let Some(contact) = by_address(tx, &address).await? {
            return Ok(contact);
        }
        let mut new = NewContact {
            name,
            ..NewContact::default()
        };
        match address.channel_type {
            ChannelType::Email => new.email = Some(address.address),
            ChannelType::Phone => new.phone_number = Some(address.address),
        }
        self.create(tx, new).await
    }
}

pub(crate) fn owner(contact: &Contact) -> Owner {
    Owner {
        id: contact.id,
        created_at: contact.created_at,
    }
}

fn found(row: QueryResult<ContactRow>) -> Result<Contact> {
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

/// The contact that has this address. One statement, so that no merge comes between its parts.
async fn by_address(tx: &Tx, address: &Address) -> Result<Option<Contact>> {
    use contact_addresses::dsl;
    let owned = dsl::organization_id
        .eq(contacts::organization_id)
        .and(dsl::contact_id.eq(contacts::id));
    let query = visible(tx.organization())
        .inner_join(contact_addresses::table.on(owned))
        .filter(dsl::channel_type.eq(address.channel_type.name()))
        .filter(dsl::normalized.eq(&address.normalized))
        .select(ContactRow::as_select());
    let row = query.first(&mut tx.conn()).await.optional()?;
    Ok(row.map(Contact::from))
}

/// Holds the contact until the transaction ends, so that two changes at once follow one another. `Conflict` when it
/// was merged into another one. Answers the id of its company, too.
async fn lock(tx: &Tx, id: Uuid) -> Result<(Contact, Option<i64>)> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(id))
        .select((contacts::merged_into, contacts::company_id))
        .for_update();
    let (merged_into, company) = query
        .first::<(Option<i64>, Option<i64>)>(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Contact"))?;
    match merged_into {
        None => Ok((read(tx, id).await?, company)),
        Some(survivor) => Err(references::merged(tx, survivor).await?),
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

/// What is stored of a contact that works for the company of this id.
pub(crate) fn check(new: NewContact, company_id: Option<i64>) -> Result<ContactValues> {
    let values = ContactValues {
        name: text::optional("name", new.name, text::NAME)?,
        email: text::optional("email", new.email, text::NAME)?,
        phone_number: text::optional("phone_number", new.phone_number, text::NAME)?,
        company_id,
        company_role: text::optional("company_role", new.company_role, text::NAME)?,
        custom_fields: text::object("custom_fields", new.custom_fields)?,
    };
    if values.name.is_none() && values.email.is_none() && values.phone_number.is_none() {
        return Err(Error::invalid(
            "name",
            "at least one of name, email and phone_number is required",
        ));
    }
    Ok(values)
}

/// The addresses of these kinds, in their normal form.
async fn addresses_of(tx: &Tx, values: &ContactValues, kinds: &[ChannelType]) -> Result<Vec<Address>> {
    let mut addresses = Vec::new();
    if let Some(email) = values
        .email
        .as_ref()
        .filter(|_| kinds.contains(&ChannelType::Email))
    {
        addresses.push(Address::email(email)?);
    }
    if let Some(phone) = values
        .phone_number
        .as_ref()
        .filter(|_| kinds.contains(&ChannelType::Phone))
    {
        addresses.push(Address::phone_of(tx, phone).await?);
    }
    Ok(addresses)
}

/// The kinds of address that a patch touches.
fn readdressed(patch: &ContactPatch) -> Vec<ChannelType> {
    let kinds = [
        (ChannelType::Email, &patch.email),
        (ChannelType::Phone, &patch.phone_number),
    ];
    kinds
        .into_iter()
        .filter(|(_, patch)| !patch.is_keep())
        .map(|(kind, _)| kind)
        .collect()
}

/// The addresses of these kinds that a contact shows.
async fn former(tx: &Tx, old: &Contact, kinds: &[ChannelType]) -> Result<Vec<Address>> {
    let mut former = Vec::new();
    for kind in kinds {
        let address = match kind {
            ChannelType::Email => old.email.as_deref().map(Address::email),
            ChannelType::Phone => match &old.phone_number {
                Some(phone) => Some(Address::phone_of(tx, phone).await),
                None => None,
            },
        };
        former.extend(address.and_then(Result::ok));
    }
    Ok(former)
}

fn merged(old: &Contact, patch: ContactPatch) -> NewContact {
    let custom_fields = match patch.custom_fields {
        Patch::Keep => Some(old.custom_fields.clone()),
        changed => changed.set(),
    };
    NewContact {
        name: patch.name.apply(old.name.clone()),
        email: patch.email.apply(old.email.clone()),
        phone_number: patch.phone_number.apply(old.phone_number.clone()),
        company: patch.company.apply(old.company),
        company_role: patch.company_role.apply(old.company_role.clone()),
        custom_fields,
    }
}

pub(crate) fn changes(old: Option<&Contact>, new: Option<&Contact>) -> Changes {
    fn of<'a, T>(contact: Option<&'a Contact>, field: fn(&'a Contact) -> &'a Option<T>) -> Option<&'a T> {
        contact.and_then(|contact| field(contact).as_ref())
    }
    let company = |contact: Option<&Contact>| contact.and_then(|c| c.company).map(ids::opaque);
    Changes::new()
        .field("name", &of(old, |c| &c.name), &of(new, |c| &c.name))
        .field("email", &of(old, |c| &c.email), &of(new, |c| &c.email))
        .field(
            "phone_number",
            &of(old, |c| &c.phone_number),
            &of(new, |c| &c.phone_number),
        )
        .field("company_id", &company(old), &company(new))
        .field(
            "company_role",
            &of(old, |c| &c.company_role),
            &of(new, |c| &c.company_role),
        )
        .field(
            "custom_fields",
            &old.map(|c| &c.custom_fields),
            &new.map(|c| &c.custom_fields),
        )
}
