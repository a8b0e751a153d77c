//! Organizations: the tenants. They form a tree of two levels; a key of the upper one opens those below, and
//! a key of any opens its sandbox.

mod check;
mod provision;
mod rows;
mod sandbox;
mod service;

pub use provision::{NewTenant, Tenant, provision};
pub(crate) use sandbox::home;
pub use service::PgOrganizations;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Directory, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// A tenant.
#[derive(Debug, Clone)]
pub struct Organization {
    /// The numeric id.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The organization above it.
    pub parent: Option<Uuid>,
    /// The live organization whose sandbox it is.
    pub sandbox_of: Option<Uuid>,
    /// The name.
    pub name: String,
    /// The ISO 3166 region in which national telephone numbers are read: `US`.
    pub default_region: String,
    /// Its own e-mail addresses, in lower case; `@acme.example` stands for a whole domain.
    pub email_addresses: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an organization is made of.
#[derive(Debug, Clone, Default)]
pub struct NewOrganization {
    /// The name.
    pub name: String,
    /// The ISO 3166 region in which national telephone numbers are read; `US` when absent.
    pub default_region: Option<String>,
    /// Its own e-mail addresses, or `@` and a domain for all of that domain; at most 100.
    pub email_addresses: Vec<String>,
}

/// Changes to an organization; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OrganizationPatch {
    /// The name; it cannot be cleared.
    pub name: Patch<String>,
    /// The region; cleared it is `US`.
    pub default_region: Patch<String>,
    /// Replaces all addresses; cleared there are none.
    pub email_addresses: Patch<Vec<String>>,
}

/// The organizations themselves.
#[async_trait]
pub trait OrganizationService: Send + Sync {
    /// Those of these numeric ids, as a credential names them, in the order in which they were made.
    async fn list(&self, directory: &Directory, ids: &[i64]) -> Result<Vec<Organization>>;

    /// The reader's organization.
    async fn get(&self, db: &Reader) -> Result<Organization>;

    /// Makes an organization below the transaction's; `Invalid` when that one is itself below another.
    /// Those at the top are made by [`provision`], with somebody to run them.
    async fn create(&self, tx: &mut Tx, new: NewOrganization) -> Result<Organization>;

    /// Changes the transaction's organization and answers it as it is then.
    async fn update(&self, tx: &mut Tx, patch: OrganizationPatch) -> Result<Organization>;
}
