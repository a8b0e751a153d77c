//! Conversations in funnels.

mod body;
mod field;
mod report;
mod view;

use super::contacts::ContactView;
use super::table::{BulkCreate, BulkUpdate, Create};
use crate::http::body::Large;
use crate::http::table::Table;
use crate::http::{Answer, App, Auth, Body, Once, Write};
use body::{BulkCreateBody, BulkUpdateBody, NewConversation, items, read_change, read_new, refusal};
use rapport_inbox::funnel_conversations::FunnelConversation;
use rapport_platform::{Error, Result, Tx};
use report::BulkView;
use serde_json::value::RawValue;
use view::ConversationView;

pub(super) fn routes(table: &mut Table) {
    table
        .serve(Create, create)
        .serve(BulkCreate, bulk_create)
        .serve(BulkUpdate, bulk_update);
}

/// The conversation with its contact, as the transaction sees them.
async fn view<P>(
    app: &App,
    auth: &Auth<P>,
    tx: &Tx,
    conversation: FunnelConversation,
) -> Result<ConversationView> {
    let found = app
        .contact_details
        .details_in(tx, &[conversation.contact])
        .await?;
    let contact = found.into_iter().next().ok_or(Error::not_found("Contact"))?;
    let contact = ContactView::of(contact, auth.organization);
    Ok(ConversationView::of(conversation, contact, auth.organization))
}

/// Create a conversation
///
/// It is in a funnel, and with one contact: that of `contactId`, or the one that `contact` describes. What is described is
/// matched by its `phones` in their order, then its `emails`, then its `nationalId`; the contact found is updated with
/// what is said of it, and one is made when there is none. Two requests at once with the same new address make one
/// contact. An address that belongs to another contact than the one found stays there.
#[utoipa::path(post, path = Create, impl_for = Create, tag = "conversations", request_body = NewConversation,
    responses((status = 200, body = ConversationView)))]
async fn create(auth: Auth<Write>, app: App, once: Once, body: Body<Box<RawValue>>) -> Answer {
    once.ok(&app, &auth, body, async |tx, body| {
        let new = read_new(&body).map_err(refusal)?;
        let made = app.funnel_conversations.create(tx, new).await?;
        view(&app, &auth, tx, made).await
    })
    .await
}

/// Create many conversations
///
/// 1 to 1,000 items, each as in `Create`; each is judged by itself, and those that are sound are stored, all at once. What
/// became of each is in the report, which can be looked up later by its `operationId`. An item with the contact and the
/// funnel of an item before it is a duplicate and left out. A contact with an open conversation in the funnel gets another
/// one, with a warning, and so does a contact of whom an address is said that belongs to another one, which keeps it.
#[utoipa::path(post, path = BulkCreate, impl_for = BulkCreate, tag = "conversations", request_body = BulkCreateBody,
    responses((status = 200, body = BulkView)))]
async fn bulk_create(auth: Auth<Write>, app: App, once: Once, body: Large<BulkCreateBody>) -> Answer {
    once.ok(&app, &auth, body.0, async |tx, body| {
        let items = items(&body.conversations, read_new)?;
        let (operation, report) = app.funnel_conversations.create_all(tx, items).await?;
        Ok(BulkView::of("created", operation, report))
    })
    .await
}

/// Update many conversations
///
/// 1 to 1,000 items, each with the `id` of a conversation in a funnel. An absent key leaves a field, `null` clears it; of
/// `customFields` the keys that are named change, and one with `null` is removed. `phones` and `emails` take the place of
/// those the contact has; one that belongs to another contact is refused. Each item is judged by itself, and those that are
/// sound are stored, all at once. A second item for the same conversation is a duplicate and left out.
#[utoipa::path(put, path = BulkUpdate, impl_for = BulkUpdate, tag = "conversations", request_body = BulkUpdateBody,
    responses((status = 200, body = BulkView)))]
async fn bulk_update(auth: Auth<Write>, app: App, once: Once, body: Large<BulkUpdateBody>) -> Answer {
    once.ok(&app, &auth, body.0, async |tx, body| {
        let items = items(&body.conversations, read_change)?;
        let (operation, report) = app.funnel_conversations.update_all(tx, items).await?;
        Ok(BulkView::of("updated", operation, report))
    })
    .await
}
