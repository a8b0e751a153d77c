//! Contacts on PostgreSQL.

use super::rows::{ContactRow, ContactValues, visible};
use super::{Contact, ContactPatch, ContactService, NewContact, addresses};
use crate::address::{Address, ChannelType};
use crate::audit::{self, Action, Changes};
use crate::custom_fields::{EntityType, Owner, keep};
use crate::text;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, RawJson, Reader, Result, Tx};
use rapport_schema::tables::{companies, contacts};
use uuid::Uuid;

const RECORD: &str = "contact";

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
        let values = check(tx, new).await?;
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
        lock(tx, id).await?;
        let old = read(tx, id).await?;
        let readdressed = readdressed(&patch);
        let values = check(tx, merged(&old, patch)).await?;
        let addresses = addresses_of(tx, &values, &readdressed).await?;
        if !readdressed.is_empty() {
            addresses::release(tx, old.id, &readdressed).await?;
        }
        diesel::update(contacts::table.find((tx.organization(), old.id)))
            .set((values, contacts::updated_at.eq(tx.now())))
            .execute(&mut tx.conn())
            .await?;
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
        lock(tx, id).await?;
        let old = read(tx, id).await?;
        diesel::update(contacts::table.find((tx.organization(), old.id)))
            .set(contacts::deleted_at.eq(tx.now()))
            .execute(&mut tx.conn())
            .await?;
        addresses::release(tx, old.id, &[]).await?;
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
        if let Some((_, uuid)) = addresses::owner(tx, &address).await? {
            return read(tx, uuid).await;
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

fn owner(contact: &Contact) -> Owner {
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

/// Holds the contact until the transaction ends, so that two changes at once follow one another.
async fn lock(tx: &Tx, id: Uuid) -> Result<()> {
    contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(id))
        .select(contacts::id)
        .for_update()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Contact"))?;
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

async fn check(tx: &Tx, new: NewContact) -> Result<ContactValues> {
    let values = ContactValues {
        name: text::optional("name", new.name, text::NAME)?,
        email: text::optional("email", new.email, text::NAME)?,
        phone_number: text::optional("phone_number", new.phone_number, text::NAME)?,
        company_id: company(tx, new.company).await?,
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

async fn company(tx: &Tx, uuid: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    let id = companies::table
        .filter(companies::organization_id.eq(tx.organization()))
        .filter(companies::uuid.eq(uuid))
        .select(companies::id)
        .first(&mut tx.conn())
        .await
        .optional()?;
    id.map(Some)
        .ok_or_else(|| Error::invalid("company_id", "is not a company of this organization"))
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

fn changes(old: Option<&Contact>, new: Option<&Contact>) -> Changes {
    fn of<'a, T>(contact: Option<&'a Contact>, field: fn(&'a Contact) -> &'a Option<T>) -> Option<&'a T> {
        contact.and_then(|contact| field(contact).as_ref())
    }
    let company =
        |contact: Option<&Contact>| contact.and_then(|c| c.company).map(rapport_platform::ids::opaque);
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
