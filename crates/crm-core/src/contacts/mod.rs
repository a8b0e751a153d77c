//! Contacts: the people on the other side of a conversation.

mod addresses;
mod assigned;
mod details;
mod erasure;
mod find;
mod list;
pub(crate) mod many;
mod name;
mod people;
mod readdress;
mod references;
pub(crate) mod rows;
mod service;
mod write;

pub use details::{ContactDetails, ContactDetailsService, DetailsPatch, Mark};
pub use erasure::{ContactErasure, Erased, ErasureParticipant};
pub use list::{CONTACTS, is_lookup};
pub use name::Name;
pub use people::{Manner, NewPerson, People, Said, Stored};
pub use references::{hold, hold_all, hold_owner};
pub use service::PgContacts;

pub(crate) use assigned::unassign;
pub(crate) use references::successor;
pub(crate) use rows::ContactValues;
pub(crate) use service::{is_nobody, nobody};
pub(crate) use write::{RECORD, addressed, changes, current, current_of, owner, read_all, store};

use crate::address::Address;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, RawJson, Reader, Result, Tx};
use uuid::Uuid;

/// A person outside the organization.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The full name: see [`Name`].
    pub name: Option<String>,
    /// Its first part.
    pub first_name: Option<String>,
    /// Its last part.
    pub last_name: Option<String>,
    /// The first e-mail address, as typed.
    pub email: Option<String>,
    /// The first telephone number, as typed.
    pub phone_number: Option<String>,
    /// The company the contact works for.
    pub company: Option<Uuid>,
    /// The numeric id of that company.
    pub company_id: Option<i64>,
    /// What the contact does there.
    pub company_role: Option<String>,
    /// The number by which the contact's country knows it.
    pub national_id: Option<String>,
    /// What another system calls the contact.
    pub provider_id: Option<String>,
    /// That system.
    pub provider_name: Option<String>,
    /// Any JSON value but null.
    pub metadata: Option<RawJson>,
    /// The numeric id of the agent who looks after the contact.
    pub agent: Option<i64>,
    /// A JSON object of the organization's own fields.
    pub custom_fields: RawJson,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Since when it is out of the way: lists that callers filter leave it out unless they ask for it.
    pub archived_at: Option<DateTime<Utc>>,
}

/// One of the addresses of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactAddress {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The numeric id of the contact.
    pub contact: i64,
    /// The address.
    pub address: Address,
    /// Since when the contact has it.
    pub created_at: DateTime<Utc>,
    /// When it was last typed in another way.
    pub updated_at: DateTime<Utc>,
}

/// What a contact is made of. At least one of name, e-mail and phone number is needed.
#[derive(Debug, Clone, Default)]
pub struct NewContact {
    /// The full name.
    pub name: Option<String>,
    /// An e-mail address no other contact of the organization has.
    pub email: Option<String>,
    /// A telephone number no other contact of the organization has.
    pub phone_number: Option<String>,
    /// A company of the organization.
    pub company: Option<Uuid>,
    /// What the contact does there.
    pub company_role: Option<String>,
    /// A JSON object of the organization's own fields; empty when absent.
    pub custom_fields: Option<RawJson>,
}

/// Changes to a contact; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ContactPatch {
    /// The full name.
    pub name: Patch<String>,
    /// The e-mail address; the former one is given up, but no other one that the contact has. Cleared, the next of those
    /// is shown.
    pub email: Patch<String>,
    /// The telephone number, as with the e-mail address.
    pub phone_number: Patch<String>,
    /// A company of the organization.
    pub company: Patch<Uuid>,
    /// What the contact does there.
    pub company_role: Patch<String>,
    /// Replaces the whole object; cleared it is empty.
    pub custom_fields: Patch<RawJson>,
}

/// The contacts of an organization. [`ContactErasure`] erases them for good.
#[async_trait]
pub trait ContactService: Send + Sync {
    /// All contacts, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Contact>>;

    /// One contact; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Contact>;

    /// Makes a contact; `Conflict` when another one has its e-mail address or phone number.
    async fn create(&self, tx: &mut Tx, new: NewContact) -> Result<Contact>;

    /// Changes a contact and answers it as it is then. `Conflict` when it was merged into another one.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ContactPatch) -> Result<Contact>;

    /// Deletes a contact and frees its addresses. Its conversations remain. `Conflict` when it was merged into
    /// another one.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;

    /// The contact with this address, made with `name` when there is none. Two calls at once with the
    /// same new address make one contact.
    async fn resolve(&self, tx: &mut Tx, address: Address, name: Option<String>) -> Result<Contact>;
}
