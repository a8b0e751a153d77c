//! Funnel conversations: conversations that go through a funnel, made and changed one by one or many at once.
//!
//! # Contacts
//! The contact is named by its id, or described. What is described is matched by its telephone numbers in their order,
//! then its e-mail addresses, then its national id; the contact found is updated with what is said of it, else one is
//! made. Matching is race-free: see [`People`](rapport_crm_core::contacts::People).
//!
//! # Channel sessions
//! A channel session is the way between the conversation and one address of its contact. It is made with the
//! conversation, for each address that the contact has then, and lasts as long as the conversation, or until it is
//! archived. What is not known before a message runs through it is absent.
//!
//! # Many at once
//! Each item is judged by itself. The sound ones are stored by a handful of statements, the same number for one and for a
//! thousand. An item with the contact and the funnel of one before it, or an update of the same conversation, is a
//! duplicate: it is left out. A contact who has an open conversation in the funnel already gets another one, with a
//! warning.

mod check;
mod create;
mod draft;
mod references;
mod retry;
mod rows;
mod service;
mod update;
mod write;

pub use service::PgFunnelConversations;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::NewPerson;
use rapport_crm_core::operations::{Issue, Report};
use rapport_platform::{Patch, RawJson, Result, Tx};
use uuid::Uuid;

/// A conversation in a funnel.
#[derive(Debug, Clone)]
pub struct FunnelConversation {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The numeric id of its contact.
    pub contact: i64,
    /// The numeric id of the agent it is assigned to.
    pub agent: Option<i64>,
    /// The numeric id of its funnel.
    pub funnel: i64,
    /// The numeric id of its status; `None` in a funnel without statuses.
    pub status: Option<i64>,
    /// Since when it is put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// A JSON object of the organization's own fields.
    pub custom_fields: RawJson,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The ways to its contact.
    pub sessions: Vec<ChannelSession>,
}

/// The way between a conversation and one address of its contact.
#[derive(Debug, Clone)]
pub struct ChannelSession {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The numeric id of the address; `None` when the contact does not have it any more.
    pub contact_address: Option<i64>,
    /// The kind of the address: `PHONE`.
    pub channel_type: String,
    /// When it began.
    pub start_at: DateTime<Utc>,
    /// When it ended.
    pub end_at: Option<DateTime<Utc>>,
    /// Since when it is put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a conversation in a funnel is made of.
#[derive(Debug, Clone)]
pub struct NewFunnelConversation {
    /// When it was made; now when absent.
    pub created_at: Option<DateTime<Utc>>,
    /// The numeric id of the agent it is assigned to.
    pub agent: Option<i64>,
    /// The numeric id of the funnel.
    pub funnel: i64,
    /// The numeric id of one of the funnel's statuses; the first one when absent.
    pub status: Option<i64>,
    /// Since when it is put away.
    pub archived_at: Option<DateTime<Utc>>,
    /// A JSON object of the organization's own fields.
    pub custom_fields: Option<RawJson>,
    /// The numeric id of the contact, who is then not looked for.
    pub contact: Option<i64>,
    /// What is said of the contact. Needed unless `contact` is there.
    pub person: Option<NewPerson>,
}

/// Changes to a conversation in a funnel; what is kept stays as it is.
#[derive(Debug, Clone)]
pub struct FunnelConversationPatch {
    /// The numeric id of the conversation.
    pub id: i64,
    /// When it was made.
    pub created_at: Patch<DateTime<Utc>>,
    /// The numeric id of the agent it is assigned to.
    pub agent: Patch<i64>,
    /// The numeric id of one of the funnel's statuses.
    pub status: Patch<i64>,
    /// Since when it is put away.
    pub archived_at: Patch<DateTime<Utc>>,
    /// The custom fields that change: a key with null loses its value, one that is absent keeps it.
    pub custom_fields: Patch<RawJson>,
    /// The numeric id by which the contact is named; it must be that of the conversation's contact.
    pub contact: Option<i64>,
    /// What is said of the contact: addresses take the place of those of their kind.
    pub person: Option<NewPerson>,
}

/// An item that could not be read.
#[derive(Debug, Clone, Default)]
pub struct Unread {
    /// The numeric id of the record that it names, as far as it could be read.
    pub item_id: Option<i64>,
    /// What is wrong with it.
    pub issues: Vec<Issue>,
}

/// The conversations in funnels of an organization. Issues name fields as the engagement surface does: `funnelId`.
#[async_trait]
pub trait FunnelConversationService: Send + Sync {
    /// Makes a conversation; `Invalid` when it names what is not there.
    async fn create(&self, tx: &mut Tx, new: NewFunnelConversation) -> Result<FunnelConversation>;

    /// Makes many conversations. Answers the id of the operation, and what became of each.
    async fn create_all(
        &self,
        tx: &mut Tx,
        items: Vec<Result<NewFunnelConversation, Unread>>,
    ) -> Result<(Uuid, Report)>;

    /// Changes many conversations. Answers the id of the operation, and what became of each.
    async fn update_all(
        &self,
        tx: &mut Tx,
        items: Vec<Result<FunnelConversationPatch, Unread>>,
    ) -> Result<(Uuid, Report)>;
}
