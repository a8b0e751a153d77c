//! The statuses of a funnel.

use crate::http::{Answer, App, Auth, Body, Once, PathId, Write, ok};
use crate::surfaces::organizations::params::{FunnelId, FunnelStatusId};
use actix_web::{HttpResponse, delete, patch, post};
use rapport_platform::{Patch, ids};
use rapport_sales_pipeline::funnels::{FunnelStatus, FunnelStatusPatch, NewFunnelStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(create_funnel_status)
        .service(update_funnel_status)
        .service(delete_funnel_status);
}

/// A step of a funnel.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelStatusView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfR")]
    funnel_status_id: String,
    /// Its id on surfaces that have numbers.
    #[schema(example = 1024)]
    number: i64,
    #[schema(example = "Quoted")]
    name: String,
    /// Where it stands in its funnel, from 0.
    #[schema(example = 1)]
    position: usize,
}

impl From<FunnelStatus> for FunnelStatusView {
    fn from(status: FunnelStatus) -> Self {
        Self {
            funnel_status_id: ids::opaque(status.uuid),
            number: status.id,
            name: status.name,
            position: status.position,
        }
    }
}

/// A new status.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFunnelStatusBody {
    /// No other status of the funnel may have it.
    #[schema(max_length = 255, example = "Inspected")]
    name: String,
    /// Where it stands, from 0; at the end when absent.
    #[schema(example = 1)]
    position: Option<usize>,
}

/// Changes to a status. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunnelStatusPatchBody {
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Offered")]
    name: Patch<String>,
    /// Where it stands then, from 0; the others close ranks.
    #[serde(default)]
    #[schema(value_type = usize, example = 0)]
    position: Patch<usize>,
}

/// Create a funnel status
///
/// At `position`, or at the end; a funnel has at most 100.
#[utoipa::path(tag = "native", request_body = NewFunnelStatusBody, responses(
    (status = 201, body = FunnelStatusView),
    (status = 409, description = "name: another status of the funnel has this name"),
))]
#[post("/{funnel_id}/statuses")]
async fn create_funnel_status(
    auth: Auth<Write>,
    funnel: PathId<FunnelId>,
    app: App,
    once: Once,
    body: Body<NewFunnelStatusBody>,
) -> Answer {
    once.created(
        &app,
        &auth,
        body,
        async |tx, NewFunnelStatusBody { name, position }| {
            let new = NewFunnelStatus { name, position };
            let made = app.funnels.add_status(tx, funnel.0, new).await?;
            Ok(FunnelStatusView::from(made))
        },
    )
    .await
}

/// Update a funnel status
///
/// Its name and where it stands. An absent key leaves the field.
#[utoipa::path(tag = "native", request_body = FunnelStatusPatchBody, responses(
    (status = 200, body = FunnelStatusView),
    (status = 409, description = "name: another status of the funnel has this name"),
))]
#[patch("/{funnel_id}/statuses/{funnel_status_id}")]
async fn update_funnel_status(
    auth: Auth<Write>,
    funnel: PathId<FunnelId>,
    id: PathId<FunnelStatusId>,
    app: App,
    body: Body<FunnelStatusPatchBody>,
) -> Answer {
    let FunnelStatusPatchBody { name, position } = body.value;
    let patch = FunnelStatusPatch { name, position };
    let changed = app
        .db
        .write(&auth.ctx, async |tx| {
            app.funnels.update_status(tx, funnel.0, id.0, patch).await
        })
        .await?;
    ok(&FunnelStatusView::from(changed))
}

/// Delete a funnel status
///
/// Refused while conversations have it.
#[utoipa::path(tag = "native",
    responses((status = 204), (status = 409, description = "Conversations have this status")))]
#[delete("/{funnel_id}/statuses/{funnel_status_id}")]
async fn delete_funnel_status(
    auth: Auth<Write>,
    funnel: PathId<FunnelId>,
    id: PathId<FunnelStatusId>,
    app: App,
) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| {
            app.funnels.delete_status(tx, funnel.0, id.0).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
