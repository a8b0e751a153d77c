//! Messages.

mod attachments;
mod body;
mod view;

use super::params::{ConversationId, MessageId};
use crate::http::{
    Answer, App, Auth, Body, DateQuery, ListView, Once, PageQuery, PathId, Query, Read, Write, ok,
};
use actix_web::{get, post};
use body::NewMessageBody;
use rapport_inbox::messages::MessageFilter;
use utoipa_actix_web::service_config::ServiceConfig;
use view::MessageView;

pub(super) use attachments::routes as file_routes;

const PAGE: i64 = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list_messages)
        .service(get_message)
        .service(create_message)
        .service(attachments::get_message_html)
        .service(attachments::list_attachments);
}

/// List messages
///
/// The messages of a conversation, newest first. The dates limit when they were sent.
#[utoipa::path(tag = "messages", params(PageQuery, DateQuery), responses((status = 200, body = ListView<MessageView>)))]
#[get("/{conversation_id}/messages")]
async fn list_messages(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    app: App,
) -> Answer {
    let dates = dates.0.read()?;
    let filter = MessageFilter {
        from: dates.from,
        to: dates.to,
    };
    let binding = format!("{} {filter:?}", conversation.0);
    let page = page.0.of(&app, &auth.ctx, "messages", &binding, PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app
        .messages
        .list(&reader, conversation.0, &filter, &page.request)
        .await?;
    ok(&page.view::<_, MessageView>(found))
}

/// Get a message
///
/// One message of a conversation.
#[utoipa::path(tag = "messages", responses((status = 200, body = MessageView)))]
#[get("/{conversation_id}/messages/{message_id}")]
async fn get_message(
    auth: Auth<Read>,
    conversation: PathId<ConversationId>,
    id: PathId<MessageId>,
    app: App,
) -> Answer {
    let message = app
        .messages
        .get(&app.reader(&auth.ctx).await?, conversation.0, id.0)
        .await?;
    ok(&MessageView::from(message))
}

/// Create a message
///
/// It is recorded as sent (or received) through the channel `sandbox`: nothing leaves the system.
#[utoipa::path(tag = "native", request_body = NewMessageBody, responses((status = 201, body = MessageView)))]
#[post("/{conversation_id}/messages")]
async fn create_message(
    auth: Auth<Write>,
    conversation: PathId<ConversationId>,
    app: App,
    once: Once,
    body: Body<NewMessageBody>,
) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        let message = app
            .messages
            .create(tx, conversation.0, body.into_domain()?)
            .await?;
        Ok(MessageView::from(message))
    })
    .await
}
