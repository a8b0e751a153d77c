//! Merging: several records that turn out to be one.

mod companies;
mod contacts;
mod fields;
mod service;

pub use service::PgMerges;
pub(crate) use service::serialize;

use crate::{Company, Contact};
use async_trait::async_trait;
use rapport_platform::{Reader, Result, Tx};
use uuid::Uuid;

/// How many records may be merged into one at once.
pub const MOST: usize = 100;

/// Records that become part of another one, each by its numeric id and its UUID.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The records that go.
    pub from: Vec<(i64, Uuid)>,
    /// The record that stays.
    pub into: (i64, Uuid),
}

impl Merge {
    /// The ids of the records that go.
    pub fn gone(&self) -> Vec<i64> {
        self.from.iter().map(|(id, _)| *id).collect()
    }
}

/// What else refers to records that are merged. A domain that stores such references implements it.
#[async_trait]
pub trait References: Send + Sync {
    /// Lets whatever refers to the records that go refer to the one that stays. The records themselves are held;
    /// whoever holds several others here takes them in the order of their ids.
    async fn follow(&self, tx: &mut Tx, merge: &Merge) -> Result<()>;
}

/// Merges contacts with contacts, and companies with companies.
///
/// The record that stays takes over what refers to the others, and their values where it has none itself. `NotFound`
/// when it is not of the organization, `Invalid` of `from` when another one is not, when it is among them, or when
/// there are none or more than [`MOST`]; `Conflict` when one of them was merged before. Within an organization,
/// merges follow one another.
#[async_trait]
pub trait MergeService: Send + Sync {
    /// Makes the contacts `from` part of `into` and answers it as it is then. It takes over their addresses, and in
    /// their order their values and custom fields where it has none.
    async fn contacts(&self, tx: &mut Tx, into: Uuid, from: &[Uuid]) -> Result<Contact>;

    /// Makes the companies `from` part of `into` and answers it as it is then, as with contacts.
    async fn companies(&self, tx: &mut Tx, into: Uuid, from: &[Uuid]) -> Result<Company>;

    /// The contact of which this one became part in the end; `None` when it is part of none, or of a deleted one.
    async fn contact_successor(&self, db: &Reader, contact: Uuid) -> Result<Option<Uuid>>;

    /// The company of which this one became part in the end; `None` when it is part of none, or of a deleted one.
    async fn company_successor(&self, db: &Reader, company: Uuid) -> Result<Option<Uuid>>;
}
