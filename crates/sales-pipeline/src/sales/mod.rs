//! Sales: what may be sold to whom, for how much, and how far it has come.

mod companies;
mod deletions;
mod links;
mod load;
mod log;
mod merges;
mod rows;
mod service;
mod status;
mod store;

pub use companies::CompanySales;
pub use deletions::FollowDeletions;
pub use merges::FollowMerges;
pub use service::PgSales;

use crate::quote::{NewQuote, Quote};
use async_trait::async_trait;
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, RawJson, Reader, Result, Tx};
use uuid::Uuid;

/// How many contacts, and how many conversations, a sale may have.
pub const MOST_LINKS: usize = 100;

/// A sale.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// Whether it is still being drafted: not shown where only sales are, and not counted.
    pub draft: bool,
    /// The agent whose sale it is.
    pub owner: Option<Uuid>,
    /// The company that buys.
    pub company: Option<Uuid>,
    /// The contacts it is made with, as they were given; if there are any, exactly one is the primary one. One that is
    /// deleted goes, and the first of the others becomes primary if it was.
    pub contacts: Vec<SaleContact>,
    /// The conversations about it, as they were given.
    pub conversations: Vec<Uuid>,
    /// What is offered, and its price.
    pub quote: Quote,
    /// A JSON object of the organization's own fields.
    pub custom_fields: RawJson,
    /// The stage it stands in: the last of its history.
    pub status: StatusChange,
    /// The stages it has reached, oldest first.
    pub history: Vec<StatusChange>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it reached the stage it stands in.
    pub last_activity_at: DateTime<Utc>,
}

/// A contact of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleContact {
    /// The contact.
    pub contact: Uuid,
    /// Whether it is the one to talk to.
    pub is_primary: bool,
}

/// That a sale reached a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// What the stage was called then.
    pub label: String,
    /// The status of the stage.
    pub status: Option<String>,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// Which sales are wanted; by default all that are no drafts.
#[derive(Debug, Clone, Default)]
pub struct SaleFilter {
    /// Only those made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those made before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only those of this agent, who may be deleted.
    pub owner: Option<Uuid>,
    /// Only those with this company.
    pub company: Option<Uuid>,
    /// Only those that stand in this stage.
    pub stage: Option<Uuid>,
    /// Only those that stand in the stage with this status.
    pub status: Option<String>,
    /// Only those with this total price or more, whatever the currency.
    pub min_value: Option<BigDecimal>,
    /// Only those with this total price or less, whatever the currency.
    pub max_value: Option<BigDecimal>,
    /// Whether drafts are among them.
    pub drafts: Drafts,
}

/// Whether drafts are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Drafts {
    /// Only what is no draft.
    #[default]
    Exclude,
    /// Drafts and what is none.
    Include,
    /// Only drafts.
    Only,
}

impl Drafts {
    /// Whether a sale that is a draft, or is none, is wanted.
    pub fn admit(self, draft: bool) -> bool {
        match self {
            Self::Exclude => !draft,
            Self::Include => true,
            Self::Only => draft,
        }
    }
}

/// What a sale is made of. It begins in the first stage of the pipeline.
#[derive(Debug, Clone, Default)]
pub struct NewSale {
    /// Whether it is still being drafted.
    pub draft: bool,
    /// An agent of the organization.
    pub owner: Option<Uuid>,
    /// A company of the organization.
    pub company: Option<Uuid>,
    /// Contacts of the organization, at most [`MOST_LINKS`].
    pub contacts: Vec<NewSaleContact>,
    /// Conversations of the organization, at most [`MOST_LINKS`].
    pub conversations: Vec<Uuid>,
    /// What is offered.
    pub quote: NewQuote,
    /// A JSON object of the organization's own fields; empty when absent.
    pub custom_fields: Option<RawJson>,
}

/// A contact for a sale.
#[derive(Debug, Clone, Copy)]
pub struct NewSaleContact {
    /// The contact.
    pub contact: Uuid,
    /// Whether it is the primary one. When absent: the only contact is, one among several is not.
    pub is_primary: Option<bool>,
}

/// Changes to a sale; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct SalePatch {
    /// `false` ends the drafting; a sale that is none cannot become a draft.
    pub draft: Patch<bool>,
    /// An agent of the organization, deleted only if the sale is that one's already.
    pub owner: Patch<Uuid>,
    /// A company of the organization.
    pub company: Patch<Uuid>,
    /// Replaces all contacts; cleared there are none.
    pub contacts: Patch<Vec<NewSaleContact>>,
    /// Replaces all conversations; cleared there are none.
    pub conversations: Patch<Vec<Uuid>>,
    /// Replaces the whole quote; it cannot be cleared.
    pub quote: Patch<NewQuote>,
    /// Replaces the whole object; cleared it is empty.
    pub custom_fields: Patch<RawJson>,
}

/// Which stage is meant.
#[derive(Debug, Clone)]
pub enum StageChoice {
    /// The one with this id.
    Stage(Uuid),
    /// The one with this status, or the only one without.
    Status(Option<String>),
}

/// In which version a sale must be for a change to be made; `Stale` otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// In any.
    #[default]
    Any,
    /// In one of these.
    OneOf(Vec<i64>),
}

/// The sales of an organization. Changes of one sale follow one another.
#[async_trait]
pub trait SaleService: Send + Sync {
    /// Sales, newest first by (`created_at`, `id`). `NotFound` of `Agent` or `Company` when the one in the filter is
    /// not of the organization.
    async fn list(&self, db: &Reader, filter: &SaleFilter, page: &PageRequest) -> Result<Page<Sale>>;

    /// One sale, also a draft; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Sale>;

    /// Makes a sale. `Invalid` names what cannot be accepted: `associated_contacts[1].contact_id`.
    async fn create(&self, tx: &mut Tx, new: NewSale) -> Result<Sale>;

    /// Changes a sale and answers it as it is then.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: SalePatch, expected: &Expected) -> Result<Sale>;

    /// Deletes a sale.
    async fn delete(&self, tx: &mut Tx, id: Uuid, expected: &Expected) -> Result<()>;

    /// Lets a sale reach a stage and answers it as it is then; `Conflict` when it stands there already, so that of
    /// several equal changes at once one is made.
    async fn change_status(
        &self,
        tx: &mut Tx,
        id: Uuid,
        to: StageChoice,
        expected: &Expected,
    ) -> Result<Sale>;
}
