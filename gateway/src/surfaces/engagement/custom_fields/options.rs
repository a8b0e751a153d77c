//! The options of lists.

use super::body::{NewOptionBody, OptionBody};
use super::view::CustomFieldListOptionView as View;
use super::{DefinitionId, OptionId};
use crate::http::path::PathNumber;
use crate::http::table::Table;
use crate::http::{Answer, App, Auth, Body, Once, Query, Read, Write, ok};
use crate::surfaces::engagement::listing::{ListQuery, TenantQuery};
use crate::surfaces::engagement::paging::ItemsView;
use crate::surfaces::engagement::table::{
    CreateCustomFieldListOption, DeleteCustomFieldListOption, GetCustomFieldListOption,
    GetCustomFieldListOptions, UpdateCustomFieldListOption,
};

pub(super) fn routes(table: &mut Table) {
    table
        .serve(GetCustomFieldListOptions, get_options)
        .serve(CreateCustomFieldListOption, create_option)
        .serve(GetCustomFieldListOption, get_option)
        .serve(UpdateCustomFieldListOption, update_option)
        .serve(DeleteCustomFieldListOption, delete_option);
}

/// List the options of a list
///
/// Newest first unless `sortBy` says otherwise. Fields to filter and sort by: `id`, `value`, `label`, `description`,
/// `createdAt`, `updatedAt`. `searchBy` looks into value, label and description.
#[utoipa::path(get, path = GetCustomFieldListOptions, impl_for = GetCustomFieldListOptions, tag = "custom fields",
    params(ListQuery, TenantQuery), responses((status = 200, body = ItemsView<View>)))]
async fn get_options(
    auth: Auth<Read>,
    definition: PathNumber<DefinitionId>,
    query: Query<ListQuery>,
    tenant: Query<TenantQuery>,
    app: App,
) -> Answer {
    tenant.0.check(&auth)?;
    let listing = query.0.read(&app, &auth, &format!("options/{}", definition.0))?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app
        .custom_fields
        .list_options(&reader, definition.0, &listing.search, &listing.window)
        .await?;
    ok(&listing.view(found, |one| View::of(one, auth.organization)))
}

/// Get an option
///
/// One option of the definition.
#[utoipa::path(get, path = GetCustomFieldListOption, impl_for = GetCustomFieldListOption, tag = "custom fields",
    responses((status = 200, body = View)))]
async fn get_option(
    auth: Auth<Read>,
    definition: PathNumber<DefinitionId>,
    id: PathNumber<OptionId>,
    app: App,
) -> Answer {
    let reader = app.reader(&auth.ctx).await?;
    let option = app.custom_fields.get_option(&reader, definition.0, id.0).await?;
    ok(&View::of(option, auth.organization))
}

/// Create an option
///
/// The definition must be of type LIST. 409 when it has an option with this value.
#[utoipa::path(post, path = CreateCustomFieldListOption, impl_for = CreateCustomFieldListOption,
    tag = "custom fields", request_body = NewOptionBody, responses((status = 200, body = View)))]
async fn create_option(
    auth: Auth<Write>,
    definition: PathNumber<DefinitionId>,
    app: App,
    once: Once,
    body: Body<NewOptionBody>,
) -> Answer {
    once.ok(&app, &auth, body, async |tx, body| {
        let option = app
            .custom_fields
            .create_option(tx, definition.0, body.into())
            .await?;
        Ok(View::of(option, auth.organization))
    })
    .await
}

/// Update an option
///
/// Label and description can be changed. The value may be said again.
#[utoipa::path(put, path = UpdateCustomFieldListOption, impl_for = UpdateCustomFieldListOption,
    tag = "custom fields", request_body = OptionBody, responses((status = 200, body = View)))]
async fn update_option(
    auth: Auth<Write>,
    definition: PathNumber<DefinitionId>,
    id: PathNumber<OptionId>,
    app: App,
    body: Body<OptionBody>,
) -> Answer {
    let patch = body.value.into_domain()?;
    let update = async |tx: &mut _| {
        app.custom_fields
            .update_option(tx, definition.0, id.0, patch)
            .await
    };
    let option = app.db.write(&auth.ctx, update).await?;
    ok(&View::of(option, auth.organization))
}

/// Delete an option
///
/// Answers what it was. Records that have its value lose it.
#[utoipa::path(delete, path = DeleteCustomFieldListOption, impl_for = DeleteCustomFieldListOption,
    tag = "custom fields", responses((status = 200, body = View)))]
async fn delete_option(
    auth: Auth<Write>,
    definition: PathNumber<DefinitionId>,
    id: PathNumber<OptionId>,
    app: App,
) -> Answer {
    let delete = async |tx: &mut _| app.custom_fields.delete_option(tx, definition.0, id.0).await;
    let option = app.db.write(&auth.ctx, delete).await?;
    ok(&View::of(option, auth.organization))
}
