//! Conversations as they are shown.

use crate::http::time;
use crate::surfaces::engagement::contacts::ContactView;
use chrono::{DateTime, Utc};
use rapport_inbox::funnel_conversations::{ChannelSession, FunnelConversation};
use rapport_platform::RawJson;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The way between a conversation and one address of its contact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelSessionView {
    #[schema(value_type = f64, example = 1024)]
    id: i64,
    /// The organization.
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0a")]
    tenant_id: Uuid,
    #[schema(value_type = f64, example = 1024)]
    funnel_conversation_id: i64,
    /// The address on the side of the organization; null until messages run through it.
    #[schema(value_type = Option<f64>, example = json!(null))]
    funnel_address_id: Option<i64>,
    /// The address of the contact; null when the contact does not have it any more.
    #[schema(value_type = Option<f64>, example = 1024)]
    contact_address_id: Option<i64>,
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    archived_at: Option<DateTime<Utc>>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    start_time: DateTime<Utc>,
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    end_time: Option<DateTime<Utc>>,
    /// The kind of the contact's address.
    #[schema(example = "PHONE")]
    channel_type: String,
    /// What the provider calls it; null until messages run through it.
    #[schema(example = json!(null))]
    messaging_conversation_id: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    updated_at: DateTime<Utc>,
}

impl ChannelSessionView {
    fn of(session: ChannelSession, conversation: i64, tenant: Uuid) -> Self {
        Self {
            id: session.id,
            tenant_id: tenant,
            funnel_conversation_id: conversation,
            funnel_address_id: None,
            contact_address_id: session.contact_address,
            archived_at: session.archived_at,
            start_time: session.start_at,
            end_time: session.end_at,
            channel_type: session.channel_type,
            messaging_conversation_id: None,
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}

/// A conversation in a funnel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    #[schema(value_type = f64, example = 1024)]
    id: i64,
    /// The organization.
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0a")]
    tenant_id: Uuid,
    #[schema(value_type = f64, example = 1024)]
    contact_id: i64,
    /// The user it is assigned to.
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Option<i64>,
    #[schema(value_type = f64, example = 1024)]
    funnel_id: i64,
    /// Null in a funnel without statuses.
    #[schema(value_type = Option<f64>, example = 1024)]
    funnel_status_id: Option<i64>,
    /// Since when it is put away.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    archived_at: Option<DateTime<Utc>>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    updated_at: DateTime<Utc>,
    /// One for each address that the contact had when the conversation was made.
    channel_sessions: Vec<ChannelSessionView>,
    /// The contact.
    contacts: Vec<ContactView>,
    #[schema(value_type = HashMap<String, Value>, example = json!({"topic": "roof"}))]
    custom_fields: RawJson,
}

impl ConversationView {
    /// Of the organization `tenant`.
    pub fn of(conversation: FunnelConversation, contact: ContactView, tenant: Uuid) -> Self {
        let sessions = conversation.sessions.into_iter();
        Self {
            id: conversation.id,
            tenant_id: tenant,
            contact_id: conversation.contact,
            user_id: conversation.agent,
            funnel_id: conversation.funnel,
            funnel_status_id: conversation.status,
            archived_at: conversation.archived_at,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel_sessions: sessions
                .map(|session| ChannelSessionView::of(session, conversation.id, tenant))
                .collect(),
            contacts: vec![contact],
            custom_fields: conversation.custom_fields,
        }
    }
}
