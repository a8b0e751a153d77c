//! Definitions of custom fields.

use super::Id;
use super::body::{DefinitionBody, ForceQuery, NewDefinitionBody};
use super::view::CustomFieldDefinitionView as View;
use crate::http::path::PathNumber;
use crate::http::table::Table;
use crate::http::{Answer, App, Auth, Body, Once, Query, Read, Write, ok};
use crate::surfaces::engagement::listing::{ListQuery, TenantQuery};
use crate::surfaces::engagement::paging::ItemsView;
use crate::surfaces::engagement::table::{
    CreateCustomFieldDefinition, DeleteCustomFieldDefinition, GetCustomFieldDefinition,
    GetCustomFieldDefinitions, UpdateCustomFieldDefinition,
};

pub(super) fn routes(table: &mut Table) {
    table
        .serve(GetCustomFieldDefinitions, get_definitions)
        .serve(CreateCustomFieldDefinition, create_definition)
        .serve(GetCustomFieldDefinition, get_definition)
        .serve(UpdateCustomFieldDefinition, update_definition)
        .serve(DeleteCustomFieldDefinition, delete_definition);
}

/// List custom field definitions
///
/// Newest first unless `sortBy` says otherwise. Fields to filter and sort by: `id`, `entityType`, `fieldKey`,
/// `fieldLabel`, `fieldType`, `description`, `createdAt`, `updatedAt`. `searchBy` looks into key, label and description.
#[utoipa::path(get, path = GetCustomFieldDefinitions, impl_for = GetCustomFieldDefinitions, tag = "custom fields",
    params(ListQuery, TenantQuery), responses((status = 200, body = ItemsView<View>)))]
async fn get_definitions(
    auth: Auth<Read>,
    query: Query<ListQuery>,
    tenant: Query<TenantQuery>,
    app: App,
) -> Answer {
    tenant.0.check(&auth)?;
    let listing = query.0.read(&app, &auth, "definitions")?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app
        .custom_fields
        .list(&reader, &listing.search, &listing.window)
        .await?;
    ok(&listing.view(found, |one| View::of(one, auth.organization)))
}

/// Get a custom field definition
///
/// One definition of the organization.
#[utoipa::path(get, path = GetCustomFieldDefinition, impl_for = GetCustomFieldDefinition, tag = "custom fields",
    responses((status = 200, body = View)))]
async fn get_definition(auth: Auth<Read>, id: PathNumber<Id>, app: App) -> Answer {
    let definition = app.custom_fields.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&View::of(definition, auth.organization))
}

/// Create a custom field definition
///
/// From then on the values of the key are checked wherever they are written, and can be filtered and sorted by. Values
/// that records have already stay. 409 when the key is defined for the entity type.
#[utoipa::path(post, path = CreateCustomFieldDefinition, impl_for = CreateCustomFieldDefinition,
    tag = "custom fields", request_body = NewDefinitionBody, responses((status = 200, body = View)))]
async fn create_definition(auth: Auth<Write>, app: App, once: Once, body: Body<NewDefinitionBody>) -> Answer {
    once.ok(&app, &auth, body, async |tx, body| {
        let definition = app.custom_fields.create(tx, body.into()).await?;
        Ok(View::of(definition, auth.organization))
    })
    .await
}

/// Update a custom field definition
///
/// Label and description can be changed. Entity type, key and type may be said again.
#[utoipa::path(put, path = UpdateCustomFieldDefinition, impl_for = UpdateCustomFieldDefinition,
    tag = "custom fields", request_body = DefinitionBody, responses((status = 200, body = View)))]
async fn update_definition(
    auth: Auth<Write>,
    id: PathNumber<Id>,
    app: App,
    body: Body<DefinitionBody>,
) -> Answer {
    let patch = body.value.into_domain()?;
    let definition = app
        .db
        .write(&auth.ctx, async |tx| {
            app.custom_fields.update(tx, id.0, patch).await
        })
        .await?;
    ok(&View::of(definition, auth.organization))
}

/// Delete a custom field definition
///
/// Answers what it was. 409 while records have values of it, unless `force` is true, which removes them.
#[utoipa::path(delete, path = DeleteCustomFieldDefinition, impl_for = DeleteCustomFieldDefinition,
    tag = "custom fields", params(ForceQuery),
    responses((status = 200, body = View), (status = 409, description = "Records have values of the field")))]
async fn delete_definition(
    auth: Auth<Write>,
    id: PathNumber<Id>,
    query: Query<ForceQuery>,
    app: App,
) -> Answer {
    let force = query.0.force();
    let definition = app
        .db
        .write(&auth.ctx, async |tx| {
            app.custom_fields.delete(tx, id.0, force).await
        })
        .await?;
    ok(&View::of(definition, auth.organization))
}
