//! Funnels and their statuses.

mod statuses;

use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use crate::surfaces::organizations::params::FunnelId;
use crate::surfaces::organizations::time;
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use rapport_platform::ids;
use rapport_sales_pipeline::funnels::{Funnel, NewFunnel};
use serde::{Deserialize, Serialize};
use statuses::FunnelStatusView;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_funnel)
        .service(list_funnels)
        .service(create_funnel)
        .service(rename_funnel)
        .service(delete_funnel)
        .configure(statuses::routes);
}

/// What conversations go through, from one status to the next.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfQ")]
    funnel_id: String,
    /// Its id on surfaces that have numbers.
    #[schema(example = 1024)]
    number: i64,
    #[schema(example = "Roof repairs")]
    name: String,
    /// In their order.
    statuses: Vec<FunnelStatusView>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Funnel> for FunnelView {
    fn from(funnel: Funnel) -> Self {
        Self {
            funnel_id: ids::opaque(funnel.uuid),
            number: funnel.id,
            name: funnel.name,
            statuses: funnel.statuses.into_iter().map(FunnelStatusView::from).collect(),
            created_at: funnel.created_at,
        }
    }
}

/// A new funnel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFunnelBody {
    /// No other funnel of the organization may have it.
    #[schema(max_length = 255, example = "Window repairs")]
    name: String,
    /// The names of its statuses, in their order; at most 100.
    #[serde(default)]
    #[schema(example = json!(["New", "Quoted", "Won"]))]
    statuses: Vec<String>,
}

/// Another name for a funnel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunnelNameBody {
    /// No other funnel of the organization may have it.
    #[schema(max_length = 255, example = "Roofs")]
    name: String,
}

/// List funnels
///
/// Newest first, each with its statuses.
#[utoipa::path(tag = "native", params(PageQuery), responses((status = 200, body = ListView<FunnelView>)))]
#[get("")]
async fn list_funnels(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "funnels", "", PAGE)?;
    let found = app
        .funnels
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, FunnelView>(found))
}

/// Get a funnel
///
/// One funnel of the organization, with its statuses.
#[utoipa::path(tag = "native", responses((status = 200, body = FunnelView)))]
#[get("/{funnel_id}")]
async fn get_funnel(auth: Auth<Read>, id: PathId<FunnelId>, app: App) -> Answer {
    let funnel = app.funnels.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&FunnelView::from(funnel))
}

/// Create a funnel
///
/// An organization has none at first.
#[utoipa::path(tag = "native", request_body = NewFunnelBody,
    responses((status = 201, body = FunnelView), (status = 409, description = "name: another funnel has this name")))]
#[post("")]
async fn create_funnel(auth: Auth<Write>, app: App, once: Once, body: Body<NewFunnelBody>) -> Answer {
    once.created(&app, &auth, body, async |tx, NewFunnelBody { name, statuses }| {
        let new = NewFunnel { name, statuses };
        Ok(FunnelView::from(app.funnels.create(tx, new).await?))
    })
    .await
}

/// Rename a funnel
///
/// Its statuses and conversations stay in it.
#[utoipa::path(tag = "native", request_body = FunnelNameBody,
    responses((status = 200, body = FunnelView), (status = 409, description = "name: another funnel has this name")))]
#[patch("/{funnel_id}")]
async fn rename_funnel(
    auth: Auth<Write>,
    id: PathId<FunnelId>,
    app: App,
    body: Body<FunnelNameBody>,
) -> Answer {
    let renamed = app
        .db
        .write(&auth.ctx, async |tx| {
            app.funnels.rename(tx, id.0, body.value.name).await
        })
        .await?;
    ok(&FunnelView::from(renamed))
}

/// Delete a funnel
///
/// With its statuses; refused while conversations are in it.
#[utoipa::path(tag = "native",
    responses((status = 204), (status = 409, description = "Conversations are in this funnel")))]
#[delete("/{funnel_id}")]
async fn delete_funnel(auth: Auth<Write>, id: PathId<FunnelId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.funnels.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
