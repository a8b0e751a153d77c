//! Contacts with all that is kept of them, by their numeric ids.

use super::readdress::Readdress;
use super::rows::{ContactRow, ContactValues, visible};
use super::{Contact, ContactAddress, Name, PgContacts, addresses, assigned, find, readdress, write};
use crate::address::ChannelType;
use crate::custom_fields::merged;
use crate::query::{Listed, Search, Window};
use crate::{companies, text};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::try_join;
use rapport_platform::{Error, Patch, RawJson, Reader, Result, Tx, any_of};
use rapport_schema::tables::contacts;
use uuid::Uuid;

/// A contact and its addresses.
#[derive(Debug, Clone)]
pub struct ContactDetails {
    /// The contact.
    pub contact: Contact,
    /// Its addresses in the order in which it got them, but what it shows before others of its kind.
    pub addresses: Vec<ContactAddress>,
}

/// What is said of a contact. What is kept stays as it is; a new contact has none of it. Errors name fields as the
/// columns are called, and addresses `addresses[0].address`.
#[derive(Debug, Clone, Default)]
pub struct DetailsPatch {
    /// The first part of the [`Name`].
    pub first_name: Patch<String>,
    /// Its last part.
    pub last_name: Patch<String>,
    /// The first `EMAIL` address, in place of the former one. Cleared, that one is given up.
    pub email: Patch<String>,
    /// The first `PHONE` address, likewise.
    pub phone: Patch<String>,
    /// All addresses, each once, besides `email` and `phone` if those are set.
    pub addresses: Patch<Vec<(ChannelType, String)>>,
    /// The numeric id of a company of the organization.
    pub company: Patch<i64>,
    /// What the contact does there.
    pub company_role: Patch<String>,
    /// The number by which the contact's country knows it.
    pub national_id: Patch<String>,
    /// What another system calls the contact.
    pub provider_id: Patch<String>,
    /// That system.
    pub provider_name: Patch<String>,
    /// Any JSON value.
    pub metadata: Patch<RawJson>,
    /// The numeric id of an agent of the organization.
    pub agent: Patch<i64>,
    /// The custom fields that change: a key with null loses its value, one that is absent keeps it.
    pub custom_fields: Patch<RawJson>,
}

/// What happened to a contact last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The number of the event.
    pub sequence: i64,
    /// When it was.
    pub at: DateTime<Utc>,
}

/// The contacts of an organization with all their details.
#[async_trait]
pub trait ContactDetailsService: Send + Sync {
    /// The contacts that fit a search, with those that are archived or without them. Words are looked for by
    /// [`crate::search`], those that nobody has by how they are spelt.
    async fn find(
        &self,
        db: &Reader,
        search: &Search,
        window: &Window,
        archived: bool,
    ) -> Result<Listed<ContactDetails>>;

    /// As [`ContactDetailsService::find`], each contact with what happened to it last, if anything is known to have.
    async fn find_marked(
        &self,
        db: &Reader,
        search: &Search,
        window: &Window,
        archived: bool,
    ) -> Result<Listed<(ContactDetails, Option<Mark>)>>;

    /// One contact; `NotFound` when it is not of the organization.
    async fn details(&self, db: &Reader, id: i64) -> Result<ContactDetails>;

    /// Those of these contacts that are there, in the order of their ids, in two statements however many they are.
    async fn details_of(&self, db: &Reader, ids: &[i64]) -> Result<Vec<ContactDetails>>;

    /// As [`ContactDetailsService::details_of`], as a transaction sees them.
    async fn details_in(&self, tx: &Tx, ids: &[i64]) -> Result<Vec<ContactDetails>>;

    /// Makes a contact; `Conflict` with the owner when another one has one of its addresses.
    async fn create_details(&self, tx: &mut Tx, new: DetailsPatch) -> Result<ContactDetails>;

    /// Changes a contact and answers it as it is then. `Conflict` when it was merged into another one, or with the
    /// owner of an address.
    async fn update_details(&self, tx: &mut Tx, id: i64, patch: DetailsPatch) -> Result<ContactDetails>;

    /// Deletes a contact, frees its addresses and answers what it was. `Conflict` when it was merged into another one.
    async fn delete_details(&self, tx: &mut Tx, id: i64) -> Result<ContactDetails>;

    /// Puts a contact out of the way, or takes it back; it can be changed and written to all the same.
    async fn archive(&self, tx: &mut Tx, id: Uuid, archived: bool) -> Result<Contact>;
}

#[async_trait]
impl ContactDetailsService for PgContacts {
    async fn find(
        &self,
        db: &Reader,
        search: &Search,
        window: &Window,
        archived: bool,
    ) -> Result<Listed<ContactDetails>> {
        let found = find::find(db, search, window, archived).await?;
        let details = self.details_of(db, &found.items).await?;
        Ok(found.of(details, |details| details.contact.id))
    }

    async fn find_marked(
        &self,
        db: &Reader,
        search: &Search,
        window: &Window,
        archived: bool,
    ) -> Result<Listed<(ContactDetails, Option<Mark>)>> {
        let found = find::find(db, search, window, archived).await?;
        let (conn, organization) = (db.conn(), db.organization());
        let addresses = addresses::of(conn, organization, &found.items);
        let (marked, mut all) = try_join!(find::marked(db, &found.items), addresses)?;
        let details = marked.into_iter().map(|(contact, mark)| {
            let addresses = all.remove(&contact.id).unwrap_or_default();
            (ContactDetails::of(contact, addresses), mark)
        });
        Ok(found.of(details.collect(), |(details, _)| details.contact.id))
    }

    async fn details(&self, db: &Reader, id: i64) -> Result<ContactDetails> {
        one(load(db.conn(), db.organization(), &[id]).await?)
    }

    async fn details_of(&self, db: &Reader, ids: &[i64]) -> Result<Vec<ContactDetails>> {
        load(db.conn(), db.organization(), ids).await
    }

    async fn details_in(&self, tx: &Tx, ids: &[i64]) -> Result<Vec<ContactDetails>> {
        load(tx.conn(), tx.organization(), ids).await
    }

    async fn create_details(&self, tx: &mut Tx, new: DetailsPatch) -> Result<ContactDetails> {
        hold(tx, &new).await?;
        let (values, readdress) = patched(None, new)?;
        let contact = write::create(tx, values, readdress).await?;
        with_addresses(tx, contact).await
    }

    async fn update_details(&self, tx: &mut Tx, id: i64, patch: DetailsPatch) -> Result<ContactDetails> {
        let uuid = uuid_of(tx, id).await?;
        // Companies and agents are held before contacts: see `companies::hold`.
        hold(tx, &patch).await?;
        let old = write::lock(tx, uuid).await?;
        let (values, readdress) = patched(Some(&old), patch)?;
        let contact = write::update(tx, &old, values, readdress).await?;
        with_addresses(tx, contact).await
    }

    async fn delete_details(&self, tx: &mut Tx, id: i64) -> Result<ContactDetails> {
        let uuid = uuid_of(tx, id).await?;
        let old = write::lock(tx, uuid).await?;
        let details = with_addresses(tx, old).await?;
        write::delete(tx, &details.contact).await?;
        Ok(details)
    }

    async fn archive(&self, tx: &mut Tx, id: Uuid, archived: bool) -> Result<Contact> {
        let old = write::lock(tx, id).await?;
        write::archive(tx, old, archived).await
    }
}

/// The contacts with their addresses, in the order of their ids.
async fn load(conn: &AsyncPgConnection, organization: i64, ids: &[i64]) -> Result<Vec<ContactDetails>> {
    let query = visible(organization)
        .filter(contacts::id.eq(any_of(ids)))
        .order(contacts::id)
        .select(ContactRow::as_select());
    let rows = async {
        let rows: Vec<ContactRow> = query.load(&mut &*conn).await?;
        Ok(rows.into_iter().map(Contact::from).collect::<Vec<_>>())
    };
    let (contacts, mut all) = try_join!(rows, addresses::of(conn, organization, ids))?;
    let details = contacts.into_iter().map(|contact| {
        let addresses = all.remove(&contact.id).unwrap_or_default();
        ContactDetails::of(contact, addresses)
    });
    Ok(details.collect())
}

impl ContactDetails {
    pub(super) fn of(contact: Contact, mut addresses: Vec<ContactAddress>) -> Self {
        readdress::shown_first(&contact, &mut addresses);
        Self { contact, addresses }
    }
}

fn one(found: Vec<ContactDetails>) -> Result<ContactDetails> {
    let found = found.into_iter().next();
    found.ok_or(Error::not_found("Contact"))
}

async fn with_addresses(tx: &Tx, contact: Contact) -> Result<ContactDetails> {
    let addresses = write::current(tx, &contact).await?;
    Ok(ContactDetails { contact, addresses })
}

async fn uuid_of(tx: &Tx, id: i64) -> Result<Uuid> {
    let uuid = contacts::table
        .find((tx.organization(), id))
        .select(contacts::uuid)
        .first(&mut tx.conn())
        .await
        .optional()?;
    uuid.ok_or(Error::not_found("Contact"))
}

/// Holds the company and the agent that a write names.
///
/// # Errors
/// `Invalid` when there is no such one.
async fn hold(tx: &Tx, patch: &DetailsPatch) -> Result<()> {
    companies::hold_id(tx, patch.company.set()).await?;
    assigned::check(tx, patch.agent.set()).await
}

/// What is stored of a contact after a patch, or of a new one, and the change of its addresses.
fn patched(old: Option<&Contact>, patch: DetailsPatch) -> Result<(ContactValues, Readdress)> {
    let mut values = old.map(ContactValues::of).unwrap_or_default();
    values.first_name = patch.first_name.apply(values.first_name);
    values.last_name = patch.last_name.apply(values.last_name);
    values.company_id = patch.company.apply(values.company_id);
    values.company_role = patch.company_role.apply(values.company_role);
    values.national_id = patch.national_id.apply(values.national_id);
    values.provider_id = patch.provider_id.apply(values.provider_id);
    values.provider_name = patch.provider_name.apply(values.provider_name);
    values.metadata = patch
        .metadata
        .apply(values.metadata)
        .filter(|value| value.get() != "null");
    values.agent_id = patch.agent.apply(values.agent_id);
    values.custom_fields = match patch.custom_fields {
        Patch::Keep => values.custom_fields,
        Patch::Clear => RawJson::default(),
        Patch::Set(changes) => merged(&values.custom_fields, &changes)?,
    };
    let mut values = values.checked()?;
    let parts = |contact: &Contact| (contact.first_name.clone(), contact.last_name.clone());
    let (first, last) = (values.first_name.take(), values.last_name.take());
    if old.map(parts) == Some((first.clone(), last.clone())) {
        (values.first_name, values.last_name) = (first, last);
    } else {
        values.call(Name::parts(first, last));
        if values
            .name
            .as_ref()
            .is_some_and(|name| name.chars().count() > text::NAME)
        {
            let message = format!(
                "must have at most {} characters together with the first name",
                text::NAME
            );
            return Err(Error::invalid("last_name", message));
        }
    }
    let readdress = Readdress {
        email: patch.email,
        phone: patch.phone,
        all: patch.addresses,
    };
    Ok((values, readdress))
}
