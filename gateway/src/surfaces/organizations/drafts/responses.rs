//! Drafts of responses.

use super::super::params::{ConversationId, ResponseId};
use super::super::time;
use super::body::WriterName;
use super::delivery::DraftDeliveryView;
use crate::http::{
    Answer, App, Auth, Body, DateQuery, ListView, Once, PageQuery, PathId, Query, Read, Write, ok,
};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use rapport_inbox::drafts::{Draft, DraftFilter, NewResponseDraft, Sending, Upsert};
use rapport_platform::ids;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(in super::super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list_response_drafts)
        .service(get_response_draft)
        .service(put_response_draft)
        .service(delete_response_draft)
        .service(get_response_draft_delivery);
}

/// A response that is to be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseDraftView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfQ")]
    response_id: String,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfH")]
    conversation_id: String,
    /// Sanitised: no scripts, styles or forms.
    #[schema(example = "<p>Hi Diana, thanks for the follow-up. We can do Tuesday at 2pm.</p>")]
    body_html: String,
    /// The conversation's contact.
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
    #[serde(with = "time")]
    #[schema(example = "2026-05-21T14:35:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Draft> for ResponseDraftView {
    fn from(draft: Draft) -> Self {
        Self {
            response_id: ids::opaque(draft.uuid),
            conversation_id: draft.conversation.map(ids::opaque).unwrap_or_default(),
            body_html: draft.body_html.unwrap_or_default(),
            recipient_name: draft.recipient.name,
            recipient_email: draft.recipient.email,
            recipient_phone_number: draft.recipient.phone_number,
            cc_emails: draft.cc_emails,
            bcc_emails: draft.bcc_emails,
            scheduled_send_at: draft.scheduled_send_at,
            created_at: draft.created_at,
        }
    }
}

/// A response draft that was made or overwritten.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewResponseDraftView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfQ")]
    response_id: String,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfH")]
    conversation_id: String,
    /// Whether it is sent by itself.
    #[schema(example = false)]
    scheduled_to_send: bool,
    /// When; null when it waits.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    scheduled_send_at: Option<DateTime<Utc>>,
}

impl From<Draft> for NewResponseDraftView {
    fn from(draft: Draft) -> Self {
        Self {
            response_id: ids::opaque(draft.uuid),
            conversation_id: draft.conversation.map(ids::opaque).unwrap_or_default(),
            scheduled_to_send: draft.scheduled_send_at.is_some(),
            scheduled_send_at: draft.scheduled_send_at,
        }
    }
}

/// A response to the contact of the conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResponseDraftBody {
    /// Sanitised before it is stored.
    #[schema(example = "<p>Hi Diana, thanks for the follow-up. We can do Tuesday at 2pm.</p>")]
    body_html: String,
    #[schema(example = json!([]))]
    cc_emails: Option<Vec<String>>,
    #[schema(example = json!([]))]
    bcc_emails: Option<Vec<String>>,
    /// Send it without waiting for anybody: at once, or at `scheduled_send_at`. Excludes `add_notification`.
    #[schema(example = false)]
    autosend_draft: Option<bool>,
    /// Ask for somebody to look at it: the event `draft.notification_requested`. Excludes `autosend_draft`.
    #[schema(example = false)]
    add_notification: Option<bool>,
    /// Send it at this time, which lies ahead.
    #[serde(default, with = "time::option")]
    #[schema(example = json!(null))]
    scheduled_send_at: Option<DateTime<Utc>>,
    /// Who wrote it; `human` when absent. What the AI wrote counts as changed by a person when a request that
    /// does not say `ai` overwrites it with another body.
    #[schema(example = json!(null))]
    authorship: Option<WriterName>,
}

impl NewResponseDraftBody {
    fn into_domain(self) -> NewResponseDraft {
        NewResponseDraft {
            body_html: self.body_html,
            cc_emails: self.cc_emails.unwrap_or_default(),
            bcc_emails: self.bcc_emails.unwrap_or_default(),
            authorship: self.authorship.map(Into::into),
            sending: Sending {
                autosend: self.autosend_draft.unwrap_or_default(),
                add_notification: self.add_notification.unwrap_or_default(),
                scheduled_send_at: self.scheduled_send_at,
            },
        }
    }
}

/// List response drafts
///
/// The response of a conversation that is not sent; there is at most one. The dates limit when it was made.
#[utoipa::path(tag = "response drafts", params(PageQuery, DateQuery), responses((status = 200, body = ListView<ResponseDraftView>)))]
#[get("/{conversation_id}/response-drafts")]
async fn list_response_drafts(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    app: App,
) -> Answer {
    let dates = dates.0.read()?;
    let filter = DraftFilter {
        from: dates.from,
        to: dates.to,
    };
    let binding = format!("{} {filter:?}", conversation.0);
    let page = page.0.of(&app, &auth.ctx, "response-drafts", &binding, PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app
        .response_drafts
        .list(&reader, conversation.0, &filter, &page.request)
        .await?;
    ok(&page.view::<_, ResponseDraftView>(found))
}

/// Get a response draft
///
/// One response of a conversation, sent or not.
#[utoipa::path(tag = "response drafts", responses((status = 200, body = ResponseDraftView)))]
#[get("/{conversation_id}/response-drafts/{response_id}")]
async fn get_response_draft(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    id: PathId<ResponseId>,
    app: App,
) -> Answer {
    let draft = app
        .response_drafts
        .get(&app.reader(&auth.ctx).await?, conversation.0, id.0)
        .await?;
    ok(&ResponseDraftView::from(draft))
}

/// Create or overwrite the response draft
///
/// A conversation has one response that is not sent: a second request overwrites it, its time included, and
/// answers 200 with the same id. It goes the way of the conversation's last message: e-mail, text or live
/// chat, else e-mail. There must be an active channel for that.
#[utoipa::path(tag = "response drafts", request_body = NewResponseDraftBody, responses(
    (status = 201, body = NewResponseDraftView, description = "Created"),
    (status = 200, body = NewResponseDraftView, description = "The draft that was there is overwritten")
))]
#[post("/{conversation_id}/response-drafts")]
async fn put_response_draft(
    auth: Auth<Write>,
    conversation: PathId<ConversationId>,
    app: App,
    once: Once,
    body: Body<NewResponseDraftBody>,
) -> Answer {
    once.answered(&app, &auth, body, async |tx, body| {
        let drafts = &app.response_drafts;
        let (status, draft) = match drafts.put(tx, conversation.0, body.into_domain()).await? {
            Upsert::Created(draft) => (StatusCode::CREATED, draft),
            Upsert::Overwritten(draft) => (StatusCode::OK, draft),
        };
        Ok((status, NewResponseDraftView::from(draft)))
    })
    .await
}

/// Delete a response draft
///
/// One that waits for its time is not sent then. One that was sent cannot be deleted.
#[utoipa::path(tag = "response drafts", responses(
    (status = 204),
    (status = 409, description = "The draft has been sent")
))]
#[delete("/{conversation_id}/response-drafts/{response_id}")]
async fn delete_response_draft(
    auth: Auth<Write>,
    conversation: PathId<ConversationId>,
    id: PathId<ResponseId>,
    app: App,
) -> Answer {
    let drafts = &app.response_drafts;
    app.db
        .write(&auth.ctx, async |tx| {
            drafts.delete(tx, conversation.0, id.0).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get a response draft's delivery
///
/// What became of it: the message it was sent as, or why it was not.
#[utoipa::path(tag = "native", responses((status = 200, body = DraftDeliveryView)))]
#[get("/{conversation_id}/response-drafts/{response_id}/delivery")]
async fn get_response_draft_delivery(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    id: PathId<ResponseId>,
    app: App,
) -> Answer {
    let draft = app
        .response_drafts
        .get(&app.reader(&auth.ctx).await?, conversation.0, id.0)
        .await?;
    ok(&DraftDeliveryView::from(draft))
}
