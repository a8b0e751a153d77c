//! Contacts.

mod body;
mod search;
mod view;

use super::listing::ListQuery;
use super::paging::ItemsView;
use super::table::{CreateContact, DeleteContact, GetContact, GetContacts, SearchContacts, UpdateContact};
use crate::http::path::PathNumber;
use crate::http::table::Table;
use crate::http::{Answer, ApiError, App, Auth, Body, Once, Query, Read, Write, ok};
use body::{ContactBody, NewContactBody, named};
use rapport_crm_core::contacts::{ContactDetails, is_lookup};
use rapport_crm_core::query::Search;
use rapport_platform::{Error, Reader};
use search::SearchBody;
pub use view::ContactView;
use view::DocumentsView;

crate::path_params! {
    Id = "id": "Contact",
}

pub(super) fn routes(table: &mut Table) {
    table
        .serve(GetContacts, get_contacts)
        .serve(CreateContact, create_contact)
        .serve(SearchContacts, search_contacts)
        .serve(GetContact, get_contact)
        .serve(UpdateContact, update_contact)
        .serve(DeleteContact, delete_contact);
}

fn view<P>(auth: &Auth<P>, details: ContactDetails) -> ContactView {
    ContactView::of(details, auth.organization)
}

/// A reader for a search: what is as quick as a point read goes with those, other searches keep out of their way.
async fn reader(app: &App, auth: &Auth<Read>, search: &Search) -> Result<Reader, ApiError> {
    if is_lookup(search) {
        Ok(app.reader(&auth.ctx).await?)
    } else {
        Ok(app.report_reader(&auth.ctx).await?)
    }
}

/// List contacts
///
/// Newest first unless `sortBy` says otherwise; archived contacts are left out. Fields to filter and sort by: `id`,
/// `firstName`, `lastName`, `email`, `phone`, `nationalId`, `providerId`, `providerName`, `userId`, `contactCompanyId`,
/// `companyPosition`, `createdAt`, `updatedAt`, `customFields.<key>` of every defined key; to filter by only:
/// `addresses.address`, `addresses.channelType`, `addresses.id`. `email`, `phone` and `addresses.address` are matched
/// however an address is typed, and by any of its kind. `searchBy` looks into names and addresses as a search does.
#[utoipa::path(get, path = GetContacts, impl_for = GetContacts, tag = "contacts", params(ListQuery),
    responses((status = 200, body = ItemsView<ContactView>)))]
async fn get_contacts(auth: Auth<Read>, query: Query<ListQuery>, app: App) -> Answer {
    let listing = query.0.read(&app, &auth, "contacts")?;
    let reader = reader(&app, &auth, &listing.search).await?;
    let found = app
        .contact_details
        .find(&reader, &listing.search, &listing.window, false);
    let found = found.await.map_err(|error| match error {
        Error::Invalid { field, message } if field == "search" => Error::invalid("searchBy", message),
        other => other,
    })?;
    ok(&listing.view(found, |one| view(&auth, one)))
}

/// Get a contact
///
/// One contact of the organization, archived or not, with its custom fields and addresses.
#[utoipa::path(get, path = GetContact, impl_for = GetContact, tag = "contacts",
    responses((status = 200, body = ContactView)))]
async fn get_contact(auth: Auth<Read>, id: PathNumber<Id>, app: App) -> Answer {
    let reader = app.reader(&auth.ctx).await?;
    let details = app.contact_details.details(&reader, id.0).await?;
    ok(&view(&auth, details))
}

/// Create a contact
///
/// `email` and `phone` become the first `EMAIL` and `PHONE` addresses. 409 with `details.contactId` when another contact
/// has one of the addresses.
#[utoipa::path(post, path = CreateContact, impl_for = CreateContact, tag = "contacts", request_body = NewContactBody,
    responses((status = 200, body = ContactView), (status = 409, description = "Another contact has the address")))]
async fn create_contact(auth: Auth<Write>, app: App, once: Once, body: Body<NewContactBody>) -> Answer {
    once.ok(&app, &auth, body, async |tx, body| {
        let new = body.into_domain()?;
        let details = app.contact_details.create_details(tx, new).await;
        Ok(view(&auth, details.map_err(named)?))
    })
    .await
}

/// Update a contact
///
/// An absent key leaves the field, `null` clears it; so do the keys within `customFields`. `addresses` replaces all
/// addresses; without it, `email` and `phone` take the place of the first `EMAIL` and `PHONE` address. 409 with
/// `details.contactId` when another contact has one of the addresses.
#[utoipa::path(put, path = UpdateContact, impl_for = UpdateContact, tag = "contacts", request_body = ContactBody,
    responses((status = 200, body = ContactView), (status = 409, description = "Another contact has the address")))]
async fn update_contact(auth: Auth<Write>, id: PathNumber<Id>, app: App, body: Body<ContactBody>) -> Answer {
    let patch = body.value.into_domain()?;
    let details = app
        .db
        .write(&auth.ctx, async |tx| {
            app.contact_details.update_details(tx, id.0, patch).await
        })
        .await;
    ok(&view(&auth, details.map_err(named)?))
}

/// Delete a contact
///
/// Answers the contact as it was. Its addresses become free for others; its conversations remain, and its sales remain
/// without it.
#[utoipa::path(delete, path = DeleteContact, impl_for = DeleteContact, tag = "contacts",
    responses((status = 200, body = ContactView),
        (status = 409, description = "The contact was merged into HR_id_0001sTvKHLu1nfyQT7mTfK")))]
async fn delete_contact(auth: Auth<Write>, id: PathNumber<Id>, app: App) -> Answer {
    let details = app
        .db
        .write(&auth.ctx, async |tx| {
            app.contact_details.delete_details(tx, id.0).await
        })
        .await?;
    ok(&view(&auth, details))
}

/// Search contacts
///
/// All filters must hold; one with `or: true` joins the one before it by OR. Fields are those of the list of contacts,
/// and `archivedAt`. `search` finds the contacts that have all of its words in their name or e-mail address, or an address
/// that begins with it, and telephone numbers by at least their last four digits; when there are none, those whose names
/// are spelt alike. When fifty contacts have words in their names that begin with those, others that have them within
/// words or e-mail addresses only may be left out. What is written is found at once. `totalCount` is null unless it is
/// asked for.
#[utoipa::path(post, path = SearchContacts, impl_for = SearchContacts, tag = "contacts", request_body = SearchBody,
    responses((status = 200, body = DocumentsView)))]
async fn search_contacts(auth: Auth<Read>, app: App, body: Body<SearchBody>) -> Answer {
    let (search, window, archived, tokens) = body.value.read(&app, &auth)?;
    let reader = reader(&app, &auth, &search).await?;
    let found = app
        .contact_details
        .find_marked(&reader, &search, &window, archived)
        .await?;
    let next = found.next.as_ref().map(|after| tokens.seal(after));
    ok(&DocumentsView::of(found, next, auth.organization))
}
