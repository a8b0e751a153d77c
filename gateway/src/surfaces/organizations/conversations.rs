//! Conversations.

use super::fields::reference;
use super::params::{AgentId, ContactId, ConversationId};
use super::{moved, time};
use crate::http::{
    Answer, ApiError, App, Auth, Body, DateQuery, ListView, Once, PageQuery, PathId, Query, Read, Write, ok,
};
use actix_web::{HttpRequest, get, patch, post};
use chrono::{DateTime, Utc};
use rapport_inbox::conversations::{Conversation, ConversationFilter, ConversationPatch, NewConversation};
use rapport_platform::{Error, Patch, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;
const CONTACT_PAGE: i64 = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_conversation)
        .service(list_conversations)
        .service(create_conversation)
        .service(update_conversation);
}

pub(super) fn routes_of_contacts(config: &mut ServiceConfig) {
    config.service(list_contact_conversations);
}

pub(super) fn routes_of_agents(config: &mut ServiceConfig) {
    config.service(list_agent_conversations);
}

/// What is said with one contact about one matter.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfH")]
    conversation_id: String,
    #[serde(with = "time")]
    #[schema(example = "2026-04-29T14:00:00.000000Z")]
    start_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-04-29T16:00:00.000000Z")]
    last_activity_at: DateTime<Utc>,
    /// A slug: `sales-follow-up`.
    #[schema(example = "inbox")]
    folder: String,
    /// Whether everything received has been read.
    #[schema(example = false)]
    is_read: bool,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    contact_id: String,
}

impl From<Conversation> for ConversationView {
    fn from(conversation: Conversation) -> Self {
        Self {
            conversation_id: ids::opaque(conversation.uuid),
            start_at: conversation.start_at,
            last_activity_at: conversation.last_activity_at,
            folder: conversation.folder,
            is_read: conversation.is_read,
            contact_id: ids::opaque(conversation.contact),
        }
    }
}

/// A new conversation, without messages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversationBody {
    /// A contact of the organization.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    contact_id: String,
    /// The agent it is assigned to.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    /// Slugged: `Sales Follow-up` becomes `sales-follow-up`. `inbox` when absent.
    #[schema(max_length = 100, example = "Sales Follow-up")]
    folder: Option<String>,
    /// What replies without references are matched by.
    #[schema(max_length = 998, example = "Your roof")]
    subject: Option<String>,
}

impl NewConversationBody {
    fn into_domain(self) -> Result<NewConversation, Error> {
        Ok(NewConversation {
            contact: reference("contact_id", &self.contact_id)?,
            agent: self.agent_id.map(|id| reference("agent_id", &id)).transpose()?,
            folder: self.folder,
            subject: self.subject,
            start_at: None,
        })
    }
}

/// Changes to a conversation. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationPatchBody {
    /// Slugged.
    #[schema(max_length = 100, example = "primary")]
    folder: Option<String>,
    #[schema(example = true)]
    is_read: Option<bool>,
    /// The agent it is assigned to; `null` assigns it to nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = json!(null))]
    agent_id: Patch<String>,
}

/// List conversations
///
/// Newest first by their start, which does not change while they go on; so a walk through the pages meets
/// each exactly once. Only a message from before its start, as imports bring, moves a conversation down the list. The
/// dates limit the start.
#[utoipa::path(tag = "conversations", params(PageQuery, DateQuery), responses((status = 200, body = ListView<ConversationView>)))]
#[get("")]
async fn list_conversations(
    auth: Auth<Read>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    app: App,
) -> Answer {
    list(
        &app,
        &auth,
        ConversationFilter::default(),
        (page.0, PAGE),
        &dates.0,
    )
    .await
}

/// List a contact's conversations
///
/// Newest first by their start. The id of a contact that was merged leads to the one it became part of.
#[utoipa::path(tag = "contacts", params(PageQuery), responses(
    (status = 200, body = ListView<ConversationView>),
    (status = 301, body = moved::MovedView, headers(("Location" = String, description = "The path of the other record")),
        description = "The record was merged into another one")
))]
#[get("/{contact_id}/conversations")]
async fn list_contact_conversations(
    auth: Auth<Read>,
    id: PathId<ContactId>,
    page: Query<PageQuery>,
    app: App,
    request: HttpRequest,
) -> Answer {
    let filter = ConversationFilter {
        contact: Some(id.0),
        ..ConversationFilter::default()
    };
    match list(&app, &auth, filter, (page.0, CONTACT_PAGE), &DateQuery::default()).await {
        Ok(answer) => Ok(answer),
        Err(error) => moved::contact(&app, &app.reader(&auth.ctx).await?, (id.0, &request), error).await,
    }
}

/// List an agent's conversations
///
/// Those assigned to the agent, newest first by their start. The dates limit the start.
#[utoipa::path(tag = "agents", params(PageQuery, DateQuery), responses((status = 200, body = ListView<ConversationView>)))]
#[get("/{agent_id}/conversations")]
async fn list_agent_conversations(
    auth: Auth<Read>,
    id: PathId<AgentId>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    app: App,
) -> Answer {
    let filter = ConversationFilter {
        agent: Some(id.0),
        ..ConversationFilter::default()
    };
    list(&app, &auth, filter, (page.0, PAGE), &dates.0).await
}

async fn list(
    app: &App,
    auth: &Auth<Read>,
    filter: ConversationFilter,
    (page, default): (PageQuery, i64),
    dates: &DateQuery,
) -> Result<actix_web::HttpResponse, ApiError> {
    let dates = dates.read()?;
    let filter = ConversationFilter {
        from: dates.from,
        to: dates.to,
        ..filter
    };
    let page = page.of(app, &auth.ctx, "conversations", &format!("{filter:?}"), default)?;
    let found = app
        .conversations
        .list(&app.reader(&auth.ctx).await?, &filter, &page.request)
        .await?;
    ok(&page.view::<_, ConversationView>(found))
}

/// Get a conversation
///
/// One conversation of the organization.
#[utoipa::path(tag = "conversations", responses((status = 200, body = ConversationView)))]
#[get("/{conversation_id}")]
async fn get_conversation(auth: Auth<Read>, id: PathId<ConversationId>, app: App) -> Answer {
    let conversation = app.conversations.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&ConversationView::from(conversation))
}

/// Create a conversation
///
/// With a contact of the organization; it has no messages at first.
#[utoipa::path(tag = "native", request_body = NewConversationBody, responses((status = 201, body = ConversationView)))]
#[post("")]
async fn create_conversation(
    auth: Auth<Write>,
    app: App,
    once: Once,
    body: Body<NewConversationBody>,
) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        Ok(ConversationView::from(
            app.conversations.create(tx, body.into_domain()?).await?,
        ))
    })
    .await
}

/// Update a conversation
///
/// Its folder, whether it is read, and the agent it is assigned to. An absent key leaves the field.
#[utoipa::path(tag = "native", request_body = ConversationPatchBody, responses((status = 200, body = ConversationView)))]
#[patch("/{conversation_id}")]
async fn update_conversation(
    auth: Auth<Write>,
    id: PathId<ConversationId>,
    app: App,
    body: Body<ConversationPatchBody>,
) -> Answer {
    let ConversationPatchBody {
        folder,
        is_read,
        agent_id,
    } = body.value;
    let agent = agent_id.try_map(|id| reference("agent_id", &id))?;
    let patch = ConversationPatch {
        folder,
        is_read,
        agent,
    };
    let changed = app
        .db
        .write(&auth.ctx, async |tx| {
            app.conversations.update(tx, id.0, patch).await
        })
        .await?;
    ok(&ConversationView::from(changed))
}
