//! Organizations: the tenants. They form a tree of two levels; a key of the upper one opens those below, and
//! a key of any opens its sandbox.

mod check;
mod hours;
mod provision;
mod rows;
mod sandbox;
mod service;

pub use hours::{BusinessHours, Opening};
pub use provision::{NewTenant, Tenant, provision};
pub(crate) use sandbox::{find_sandbox, home, sandbox_of};
pub use service::PgOrganizations;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use iso_currency::Currency;
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
    /// The IANA time zone in which its day begins: `America/New_York`.
    pub time_zone: Tz,
    /// When it is open, in its time zone.
    pub business_hours: BusinessHours,
    /// The ISO 4217 currency in which it sells.
    pub currency: Currency,
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
    /// The IANA time zone in which its day begins; `UTC` when absent.
    pub time_zone: Option<String>,
    /// When it is open; Monday to Friday from 09:00 to 17:00 when absent.
    pub business_hours: Option<BusinessHours>,
    /// The ISO 4217 code of the currency in which it sells; `USD` when absent.
    pub currency: Option<String>,
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
    /// The time zone; cleared it is `UTC`.
    pub time_zone: Patch<String>,
    /// Replaces the whole week; cleared it is the default one.
    pub business_hours: Patch<BusinessHours>,
    /// The currency; cleared it is `USD`.
    pub currency: Patch<String>,
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
