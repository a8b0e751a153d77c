//! Drafts of first messages.

use super::super::fields::reference;
use super::super::params::DraftId;
use super::super::time;
use super::body::WriterName;
use super::delivery::DraftDeliveryView;
use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use rapport_inbox::drafts::{Draft, NewMessageDraft, Recipient, Sending};
use rapport_inbox::messages::Modality;
use rapport_platform::{Error, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(in super::super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_message_draft)
        .service(list_message_drafts)
        .service(create_message_draft)
        .service(delete_message_draft)
        .service(get_message_draft_delivery);
}

/// How a first message goes out.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftModalityName {
    /// By e-mail.
    Email,
    /// As a text message.
    Text,
}

impl From<DraftModalityName> for Modality {
    fn from(name: DraftModalityName) -> Self {
        match name {
            DraftModalityName::Email => Self::Email,
            DraftModalityName::Text => Self::Text,
        }
    }
}

/// A first message that is to be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageDraftView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfP")]
    draft_id: String,
    #[schema(example = "Following up on your quote")]
    subject: Option<String>,
    /// Sanitised: no scripts, styles or forms.
    #[schema(example = "<p>Hi Diana, checking in on the quote we sent yesterday.</p>")]
    body_html: Option<String>,
    #[schema(example = "email")]
    modality: DraftModalityName,
    /// The agent who wrote it.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    agent_id: Option<String>,
    #[schema(example = "Diana Prince")]
    recipient_name: Option<String>,
    #[schema(example = "diana@example.com")]
    recipient_email: Option<String>,
    #[schema(example = "513-867-5309")]
    recipient_phone_number: Option<String>,
    #[schema(example = json!([]))]
    cc_emails: Vec<String>,
    #[schema(example = json!([]))]
    bcc_emails: Vec<String>,
    /// When it is sent by itself; null when it waits.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    scheduled_send_at: Option<DateTime<Utc>>,
    /// A slug.
    #[schema(example = "sales-follow-up")]
    folder: String,
    #[serde(with = "time")]
    #[schema(example = "2026-05-21T14:30:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Draft> for MessageDraftView {
    fn from(draft: Draft) -> Self {
        Self {
            draft_id: ids::opaque(draft.uuid),
            subject: draft.subject,
            body_html: draft.body_html,
            modality: match draft.modality {
                Some(Modality::Text) => DraftModalityName::Text,
                _ => DraftModalityName::Email,
            },
            agent_id: draft.agent.map(ids::opaque),
            recipient_name: draft.recipient.name,
            recipient_email: draft.recipient.email,
            recipient_phone_number: draft.recipient.phone_number,
            cc_emails: draft.cc_emails,
            bcc_emails: draft.bcc_emails,
            scheduled_send_at: draft.scheduled_send_at,
            folder: draft.folder.unwrap_or_default(),
            created_at: draft.created_at,
        }
    }
}

/// A draft that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewMessageDraftView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfP")]
    draft_id: String,
    /// Whether it is sent by itself.
    #[schema(example = false)]
    scheduled_to_send: bool,
    /// When; null when it waits.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    scheduled_send_at: Option<DateTime<Utc>>,
    /// A slug.
    #[schema(example = "drafts")]
    folder: String,
}

impl From<Draft> for NewMessageDraftView {
    fn from(draft: Draft) -> Self {
        Self {
            draft_id: ids::opaque(draft.uuid),
            scheduled_to_send: draft.scheduled_send_at.is_some(),
            scheduled_send_at: draft.scheduled_send_at,
            folder: draft.folder.unwrap_or_default(),
        }
    }
}

/// A first message: it needs a subject or a body, and the address that its modality uses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessageDraftBody {
    #[schema(example = "email")]
    modality: DraftModalityName,
    #[schema(max_length = 255, example = "Diana Prince")]
    to_user_name: Option<String>,
    /// Needed for `email`.
    #[schema(max_length = 254, example = "diana@example.com")]
    to_email: Option<String>,
    /// Needed for `text`. A national number belongs to the organization's region.
    #[schema(max_length = 255, example = json!(null))]
    to_phone_number: Option<String>,
    #[schema(example = json!([]))]
    cc_emails: Option<Vec<String>>,
    #[schema(example = json!([]))]
    bcc_emails: Option<Vec<String>>,
    /// One line.
    #[schema(max_length = 998, example = "Following up on your quote")]
    subject: Option<String>,
    /// Sanitised before it is stored. Needed for `text`, with some text in it.
    #[schema(example = "<p>Hi Diana, checking in on the quote we sent yesterday.</p>")]
    body_html: Option<String>,
    /// Send it without waiting for anybody: at once, or at `scheduled_send_at`. Excludes `add_notification`.
    #[schema(example = false)]
    autosend_draft: Option<bool>,
    /// Ask for somebody to look at it: the event `draft.notification_requested`. Excludes `autosend_draft`.
    #[schema(example = false)]
    add_notification: Option<bool>,
    /// Slugged: `Sales Follow-up` becomes `sales-follow-up`. Where the conversation will lie; `drafts`, the
    /// default, leads to the inbox.
    #[schema(max_length = 100, example = "Sales Follow-up")]
    folder: Option<String>,
    /// Send it at this time, which lies ahead.
    #[serde(default, with = "time::option")]
    #[schema(example = json!(null))]
    scheduled_send_at: Option<DateTime<Utc>>,
    /// The agent who writes it; the key's agent when absent.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    /// Who wrote it; `human` when absent.
    #[schema(example = json!(null))]
    authorship: Option<WriterName>,
}

impl NewMessageDraftBody {
    fn into_domain(self) -> Result<NewMessageDraft, Error> {
        Ok(NewMessageDraft {
            modality: self.modality.into(),
            recipient: Recipient {
                name: self.to_user_name,
                email: self.to_email,
                phone_number: self.to_phone_number,
            },
            agent: self.agent_id.map(|id| reference("agent_id", &id)).transpose()?,
            subject: self.subject,
            folder: self.folder,
            body_html: self.body_html,
            cc_emails: self.cc_emails.unwrap_or_default(),
            bcc_emails: self.bcc_emails.unwrap_or_default(),
            authorship: self.authorship.map(Into::into),
            sending: Sending {
                autosend: self.autosend_draft.unwrap_or_default(),
                add_notification: self.add_notification.unwrap_or_default(),
                scheduled_send_at: self.scheduled_send_at,
            },
        })
    }
}

/// List message drafts
///
/// First messages that are not sent, those with a time included; newest first.
#[utoipa::path(tag = "message drafts", params(PageQuery), responses((status = 200, body = ListView<MessageDraftView>)))]
#[get("")]
async fn list_message_drafts(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "message-drafts", "", PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app.message_drafts.list(&reader, &page.request).await?;
    ok(&page.view::<_, MessageDraftView>(found))
}

/// Get a message draft
///
/// One first message, sent or not.
#[utoipa::path(tag = "message drafts", responses((status = 200, body = MessageDraftView)))]
#[get("/{draft_id}")]
async fn get_message_draft(auth: Auth<Read>, id: PathId<DraftId>, app: App) -> Answer {
    let draft = app
        .message_drafts
        .get(&app.reader(&auth.ctx).await?, id.0)
        .await?;
    ok(&MessageDraftView::from(draft))
}

/// Create a message draft
///
/// The first message to somebody. Sending it finds the contact by its address or makes one, and makes a
/// conversation with it. There must be an active channel for the modality.
#[utoipa::path(tag = "message drafts", request_body = NewMessageDraftBody, responses((status = 201, body = NewMessageDraftView)))]
#[post("")]
async fn create_message_draft(
    auth: Auth<Write>,
    app: App,
    once: Once,
    body: Body<NewMessageDraftBody>,
) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        let draft = app.message_drafts.create(tx, body.into_domain()?).await?;
        Ok(NewMessageDraftView::from(draft))
    })
    .await
}

/// Delete a message draft
///
/// One that waits for its time is not sent then. One that was sent cannot be deleted.
#[utoipa::path(tag = "message drafts", responses(
    (status = 204),
    (status = 409, description = "The draft has been sent")
))]
#[delete("/{draft_id}")]
async fn delete_message_draft(auth: Auth<Write>, id: PathId<DraftId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.message_drafts.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get a message draft's delivery
///
/// What became of it: the message it was sent as, or why it was not.
#[utoipa::path(tag = "native", responses((status = 200, body = DraftDeliveryView)))]
#[get("/{draft_id}/delivery")]
async fn get_message_draft_delivery(auth: Auth<Read>, id: PathId<DraftId>, app: App) -> Answer {
    let draft = app
        .message_drafts
        .get(&app.reader(&auth.ctx).await?, id.0)
        .await?;
    ok(&DraftDeliveryView::from(draft))
}
