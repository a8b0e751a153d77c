//! Sales.

mod body;
mod query;
mod quote;
mod view;

use super::params::{AgentId, SaleId};
use crate::http::if_match::{IfMatch, tagged};
use crate::http::{
    Answer, App, Auth, Body, DateQuery, ListView, Once, PageQuery, PathId, Query, Read, Write, ok,
};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post};
use body::{NewSaleBody, SalePatchBody, SaleStatusBody};
use query::{DraftsQuery, SaleQuery};
use rapport_platform::Error;
use rapport_sales_pipeline::sales::{Drafts, Expected, Sale, SaleFilter};
use utoipa_actix_web::service_config::ServiceConfig;
use view::SaleView;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_sale)
        .service(list_sales)
        .service(create_sale)
        .service(update_sale)
        .service(delete_sale)
        .service(change_sale_status);
}

pub(super) fn routes_of_agents(config: &mut ServiceConfig) {
    config.service(list_agent_sales);
}

/// List sales
///
/// Newest first by their creation, which the dates limit. Drafts are left out unless they are asked for.
#[utoipa::path(
    tag = "sales",
    params(PageQuery, DateQuery, SaleQuery, DraftsQuery),
    responses((status = 200, body = ListView<SaleView>))
)]
#[get("")]
async fn list_sales(
    auth: Auth<Read>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    (filter, drafts): (Query<SaleQuery>, Query<DraftsQuery>),
    app: App,
) -> Answer {
    let filter = filter.0.into_filter(&dates.0, drafts.0)?;
    list(&app, &auth, page.0, filter).await
}

/// List an agent's sales
///
/// Those that the agent owns, newest first by their creation, which the dates limit. Drafts are left out unless they
/// are asked for. Sales of an agent who was deleted are in the list of all, under `owner_id`.
#[utoipa::path(
    tag = "agents",
    params(PageQuery, DateQuery, DraftsQuery),
    responses((status = 200, body = ListView<SaleView>))
)]
#[get("/{agent_id}/sales")]
async fn list_agent_sales(
    auth: Auth<Read>,
    id: PathId<AgentId>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    drafts: Query<DraftsQuery>,
    app: App,
) -> Answer {
    let filter = SaleFilter {
        owner: Some(id.0),
        ..SaleQuery::default().into_filter(&dates.0, drafts.0)?
    };
    app.agents.get(&app.reader(&auth.ctx).await?, id.0).await?;
    list(&app, &auth, page.0, filter).await
}

async fn list(app: &App, auth: &Auth<Read>, page: PageQuery, filter: SaleFilter) -> Answer {
    let page = page.of(app, &auth.ctx, "sales", &format!("{filter:?}"), PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app.sales.list(&reader, &filter, &page.request).await?;
    ok(&page.view::<_, SaleView>(found))
}

/// Get a sale
///
/// One sale of the organization. A draft is not found unless it is asked for. `ETag` tells its version.
#[utoipa::path(
    tag = "sales",
    params(DraftsQuery),
    responses((status = 200, body = SaleView, headers(("ETag" = String, description = "The version, for `If-Match`."))))
)]
#[get("/{sale_id}")]
async fn get_sale(auth: Auth<Read>, id: PathId<SaleId>, drafts: Query<DraftsQuery>, app: App) -> Answer {
    let sale = app.sales.get(&app.reader(&auth.ctx).await?, id.0).await?;
    if !Drafts::from(drafts.0.drafts).admit(sale.draft) {
        return Err(Error::not_found("Sale").into());
    }
    answer(sale)
}

fn answer(sale: Sale) -> Answer {
    let version = sale.version;
    Ok(tagged(ok(&SaleView::from(sale))?, version))
}

/// Create a sale
///
/// It begins in the first stage of the pipeline. Its total price is computed from the products, exactly.
#[utoipa::path(
    tag = "native",
    request_body = NewSaleBody,
    responses((status = 201, body = SaleView, headers(("ETag" = String, description = "The version, for `If-Match`."))))
)]
#[post("")]
async fn create_sale(auth: Auth<Write>, app: App, once: Once, body: Body<NewSaleBody>) -> Answer {
    let made = once.tagged(&app, &auth, body, StatusCode::CREATED, async |tx, body| {
        let sale = app.sales.create(tx, body.into_domain()?).await?;
        Ok((sale.version, SaleView::from(sale)))
    });
    Box::pin(made).await
}

/// Update a sale
///
/// An absent key leaves the field. With `If-Match` it is changed only in that version.
#[utoipa::path(
    tag = "native",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the version that may be changed.")),
    request_body = SalePatchBody,
    responses((status = 200, body = SaleView, headers(("ETag" = String, description = "The version, for `If-Match`."))))
)]
#[patch("/{sale_id}")]
async fn update_sale(
    auth: Auth<Write>,
    id: PathId<SaleId>,
    expected: IfMatch,
    app: App,
    body: Body<SalePatchBody>,
) -> Answer {
    let (patch, expected) = (body.value.into_domain()?, expected_version(expected));
    let change = app.db.write(&auth.ctx, async |tx| {
        app.sales.update(tx, id.0, patch, &expected).await
    });
    answer(Box::pin(change).await?)
}

fn expected_version(header: IfMatch) -> Expected {
    header.0.map_or(Expected::Any, Expected::OneOf)
}

/// Delete a sale
///
/// It is no longer shown or counted. With `If-Match` it is deleted only in that version.
#[utoipa::path(
    tag = "native",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the version that may be deleted.")),
    responses((status = 204))
)]
#[delete("/{sale_id}")]
async fn delete_sale(auth: Auth<Write>, id: PathId<SaleId>, expected: IfMatch, app: App) -> Answer {
    let expected = expected_version(expected);
    app.db
        .write(&auth.ctx, async |tx| app.sales.delete(tx, id.0, &expected).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change the status of a sale
///
/// Puts it into another stage of the pipeline, which is appended to its history. Of several equal changes at once one
/// is made; the others are refused with 409. With `If-Match` it is changed only in that version.
#[utoipa::path(
    tag = "native",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the version that may be changed.")),
    request_body = SaleStatusBody,
    responses(
        (status = 200, body = SaleView, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 409, description = "The sale already has the status Accepted"),
    )
)]
#[post("/{sale_id}/status")]
async fn change_sale_status(
    auth: Auth<Write>,
    id: PathId<SaleId>,
    expected: IfMatch,
    app: App,
    (once, body): (Once, Body<SaleStatusBody>),
) -> Answer {
    let expected = expected_version(expected);
    let change = once.tagged(&app, &auth, body, StatusCode::OK, async |tx, body| {
        let to = body.into_domain()?;
        let sale = app.sales.change_status(tx, id.0, to, &expected).await?;
        Ok((sale.version, SaleView::from(sale)))
    });
    Box::pin(change).await
}
