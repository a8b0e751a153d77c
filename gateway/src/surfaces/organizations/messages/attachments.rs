//! What the documented message has no key for: its HTML form and its attachments.

use super::super::params::{ConversationId, FileId, MessageId};
use crate::http::{Answer, App, Auth, PathId, Read, ok};
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, get};
use futures_util::TryStreamExt;
use rapport_inbox::files::Attachment;
use rapport_platform::ids;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the route of the files themselves.
pub(in super::super) fn routes(config: &mut ServiceConfig) {
    config.service(get_file);
}

/// The HTML form of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageHtmlView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfJ")]
    message_id: String,
    /// Sanitised: no scripts, styles or forms.
    #[schema(example = "<p>Hi Diana, just checking in.</p>")]
    body_html: Option<String>,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfM")]
    file_id: String,
    #[schema(example = "roof.jpg")]
    name: String,
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// In bytes.
    #[schema(example = 48213)]
    size: i64,
    /// By which the HTML form shows it (RFC 2392).
    #[schema(example = json!(null))]
    content_id: Option<String>,
}

impl From<Attachment> for AttachmentView {
    fn from(attachment: Attachment) -> Self {
        Self {
            file_id: ids::opaque(attachment.file.uuid),
            name: attachment.file.name,
            content_type: attachment.file.content_type,
            size: attachment.file.size_bytes,
            content_id: attachment.content_id,
        }
    }
}

/// The files that came with a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentsView {
    data: Vec<AttachmentView>,
}

/// Get a message's HTML form
///
/// Sanitised; null when the message is plain text.
#[utoipa::path(tag = "native", responses((status = 200, body = MessageHtmlView)))]
#[get("/{conversation_id}/messages/{message_id}/html")]
pub(super) async fn get_message_html(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    id: PathId<MessageId>,
    app: App,
) -> Answer {
    let message = app
        .messages
        .get(&app.reader(&auth.ctx).await?, conversation.0, id.0)
        .await?;
    ok(&MessageHtmlView {
        message_id: ids::opaque(message.uuid),
        body_html: message.html,
    })
}

/// List a message's attachments
///
/// In the order in which they came.
#[utoipa::path(tag = "native", responses((status = 200, body = AttachmentsView)))]
#[get("/{conversation_id}/messages/{message_id}/attachments")]
pub(super) async fn list_attachments(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    id: PathId<MessageId>,
    app: App,
) -> Answer {
    let reader = app.reader(&auth.ctx).await?;
    let message = app.messages.get(&reader, conversation.0, id.0).await?;
    let found = app.files.attachments(&reader, message.uuid).await?;
    ok(&AttachmentsView {
        data: found.into_iter().map(AttachmentView::from).collect(),
    })
}

/// Download a file
///
/// Always as a download, never shown in the browser.
#[utoipa::path(tag = "native", responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The file's content")
))]
#[get("/{file_id}")]
async fn get_file(auth: Auth<Read>, id: PathId<FileId>, app: App) -> Answer {
    let (file, content) = app.files.open(&app.reader(&auth.ctx).await?, id.0).await?;
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(file.name)],
    };
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header(disposition)
        .no_chunking(u64::try_from(file.size_bytes).unwrap_or_default())
        .streaming(content.map_err(actix_web::error::ErrorInternalServerError)))
}
