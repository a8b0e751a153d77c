//! Companies: the firms for which contacts work.

mod references;
mod removal;
pub(crate) mod rows;
mod service;

pub use references::{find, hold};
pub use removal::{CompanyParticipant, CompanyRemoval};
pub use service::PgCompanies;
pub(crate) use service::unassign;

pub(crate) use references::{hold_id, move_contacts, named, redirect, successor};
pub(crate) use service::{RECORD, changes, check, owner, read_all, remove, store};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, RawJson, Reader, Result, Tx};
use uuid::Uuid;

/// A firm outside the organization.
#[derive(Debug, Clone)]
pub struct Company {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The name.
    pub name: String,
    /// The internet domain in its normal form: `acme.example`.
    pub domain: Option<String>,
    /// The postal address, in one line or several.
    pub address: Option<String>,
    /// The agent who looks after it.
    pub agent: Option<Uuid>,
    /// A JSON object of the organization's own fields.
    pub custom_fields: RawJson,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a company is made of.
#[derive(Debug, Clone, Default)]
pub struct NewCompany {
    /// The name.
    pub name: String,
    /// The internet domain, or an address that holds it: `https://Acme.example/about`.
    pub domain: Option<String>,
    /// The postal address, at most 1,000 characters.
    pub address: Option<String>,
    /// An agent of the organization.
    pub agent: Option<Uuid>,
    /// A JSON object of the organization's own fields; empty when absent.
    pub custom_fields: Option<RawJson>,
}

/// Changes to a company; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct CompanyPatch {
    /// The name; it cannot be cleared.
    pub name: Patch<String>,
    /// The internet domain, or an address that holds it.
    pub domain: Patch<String>,
    /// The postal address, at most 1,000 characters.
    pub address: Patch<String>,
    /// An agent of the organization.
    pub agent: Patch<Uuid>,
    /// Replaces the whole object; cleared it is empty.
    pub custom_fields: Patch<RawJson>,
}

/// The companies of an organization. [`CompanyRemoval`] deletes them.
#[async_trait]
pub trait CompanyService: Send + Sync {
    /// All companies, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Company>>;

    /// One company; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Company>;

    /// Makes a company.
    async fn create(&self, tx: &mut Tx, new: NewCompany) -> Result<Company>;

    /// Changes a company and answers it as it is then. `Conflict` when it was merged into another one.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: CompanyPatch) -> Result<Company>;
}
