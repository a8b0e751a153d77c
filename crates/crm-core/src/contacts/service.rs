//! Contacts on PostgreSQL, as callers know them who give a name, an e-mail address and a telephone number.

use super::readdress::Readdress;
use super::rows::{ContactRow, ContactValues, visible};
use super::{Contact, ContactPatch, ContactService, Name, NewContact, addresses, write};
use crate::address::Address;
use crate::companies;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, Reader, Result, Tx};
use rapport_schema::tables::{contact_addresses, contacts};
use uuid::Uuid;

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
        write::found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewContact) -> Result<Contact> {
        let NewContact {
            name,
            email,
            phone_number,
            company,
            company_role,
            custom_fields,
        } = new;
        let patch = ContactPatch {
            name: said(name),
            email: said(email.filter(|text| !text.trim().is_empty())),
            phone_number: said(phone_number.filter(|text| !text.trim().is_empty())),
            company: said(company),
            company_role: said(company_role),
            custom_fields: said(custom_fields),
        };
        let company = companies::named(tx, company).await?;
        let (mut values, readdress) = patched(None, patch)?;
        values.company_id = company;
        if values.name.is_none() && readdress.is_keep() {
            return Err(nobody());
        }
        write::create(tx, values, readdress).await
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ContactPatch) -> Result<Contact> {
        // Companies are held before contacts: see `companies::hold`.
        let joined = match patch.company {
            Patch::Keep => None,
            company => Some(companies::named(tx, company.set()).await?),
        };
        let old = write::lock(tx, id).await?;
        let (mut values, readdress) = patched(Some(&old), patch)?;
        if let Some(company) = joined {
            values.company_id = company;
        }
        let new = write::update(tx, &old, values, readdress).await?;
        if is_nobody(&new) && !is_nobody(&old) && write::current(tx, &new).await?.is_empty() {
            return Err(nobody());
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let old = write::lock(tx, id).await?;
        write::delete(tx, &old).await
    }

    async fn resolve(&self, tx: &mut Tx, address: Address, name: Option<String>) -> Result<Contact> {
        if addresses::owner(tx, &address).await?.is_none() {
            addresses::reserve(tx, &address).await?;
        }
        if let Some(contact) = by_address(tx, &address).await? {
            return Ok(contact);
        }
        let patch = ContactPatch {
            name: said(name),
            ..ContactPatch::default()
        };
        let (values, _) = patched(None, patch)?;
        let readdress = Readdress {
            all: Patch::Set(vec![(address.channel_type, address.address)]),
            ..Readdress::default()
        };
        write::create(tx, values, readdress).await
    }
}

fn said<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Keep, Patch::Set)
}

fn nobody() -> Error {
    Error::invalid("name", "at least one of name, email and phone_number is required")
}

fn is_nobody(contact: &Contact) -> bool {
    contact.name.is_none() && contact.email.is_none() && contact.phone_number.is_none()
}

/// What is stored of a contact after a patch, or of a new one, and the change of its addresses. The company is left to
/// the caller.
fn patched(old: Option<&Contact>, patch: ContactPatch) -> Result<(ContactValues, Readdress)> {
    let mut values = old.map(ContactValues::of).unwrap_or_default();
    values.name = patch.name.apply(values.name);
    values.company_role = patch.company_role.apply(values.company_role);
    values.custom_fields = patch
        .custom_fields
        .apply(Some(values.custom_fields))
        .unwrap_or_default();
    let mut values = values.checked()?;
    if values.name.as_ref() != old.and_then(|old| old.name.as_ref()) {
        let name = values.name.take();
        values.call(Name::whole(name));
    }
    let readdress = Readdress {
        email: patch.email,
        phone: patch.phone_number,
        all: Patch::Keep,
    };
    Ok((values, readdress))
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
