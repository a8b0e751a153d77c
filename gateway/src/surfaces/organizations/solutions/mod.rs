//! The retired first version of the API: `/api/v1/solutions`. A solution is an organization.

mod view;

use super::analytics::window;
use crate::http::{Answer, App, Auth, Query, Read, ReportQuery, ok};
use crate::openapi;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::get;
use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::middleware::Next;
use rapport_crm_core::Organization;
use rapport_platform::ids;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use view::SolutionAnalyticsView;

/// The parameter of the path that names the organization.
const SOLUTION: &str = "solution_id";
/// Since when it is retired (RFC 9745): 2026-05-30.
const DEPRECATED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("deprecation"),
    HeaderValue::from_static("@1780099200"),
);

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list_solutions).service(get_solution_analytics);
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct SolutionView {
    #[schema(value_type = String, format = Uuid, example = "550e8400-e29b-41d4-a716-446655440000")]
    uuid: Uuid,
    #[schema(example = "Acme Roofing")]
    name: String,
}

impl From<Organization> for SolutionView {
    fn from(organization: Organization) -> Self {
        Self {
            uuid: organization.uuid,
            name: organization.name,
        }
    }
}

/// List solutions
///
/// The organizations that the API key may use. Use `GET /api/v2/organizations` instead.
#[utoipa::path(
    tag = "legacy",
    responses((
        status = 200,
        body = Vec<SolutionView>,
        headers(
            ("Deprecation" = String, description = "Since when it is retired (RFC 9745)."),
            ("Link" = String, description = "What takes its place, as `successor-version`."),
        )
    ))
)]
#[get("")]
async fn list_solutions(auth: Auth<Read>, app: App) -> Answer {
    let own = auth.credential.organizations.iter();
    let ids: Vec<_> = own.map(|one| one.organization).collect();
    let found = app.organizations.list(&app.db.directory().await?, &ids).await?;
    ok(&found.into_iter().map(SolutionView::from).collect::<Vec<_>>())
}

/// Get a solution's analytics
///
/// A lead is a conversation whose first message was received; the leads of the window are those whose first message
/// is in it, and what became of them is told as it is now. Use the operations below `/api/v2/organizations/…/analytics`
/// instead.
#[utoipa::path(
    tag = "legacy",
    params(ReportQuery),
    responses((
        status = 200,
        body = SolutionAnalyticsView,
        headers(
            ("Deprecation" = String, description = "Since when it is retired (RFC 9745)."),
            ("Link" = String, description = "What takes its place, as `successor-version`."),
        )
    ))
)]
#[get("/{solution_id}/analytics")]
async fn get_solution_analytics(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    let window = window(&query.0, &app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    let report = app.analytics.solution(&reader, window, app.db.now()).await?;
    ok(&SolutionAnalyticsView::of(&report)?)
}

/// Says of every answer that it is of a retired version, and which takes its place.
pub(super) async fn say_retired<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let solution = response.request().match_info().get(SOLUTION);
    let successor = match solution.and_then(ids::parse_either) {
        Some(uuid) => format!(
            "/api/v2/organizations/{}/analytics/conversations",
            ids::opaque(uuid)
        ),
        None => "/api/v2/organizations".to_owned(),
    };
    let link = HeaderValue::from_str(&format!("<{successor}>; rel=\"successor-version\""))?;
    let (name, since) = DEPRECATED;
    response.headers_mut().insert(name, since);
    response.headers_mut().insert(LINK, link);
    Ok(response)
}

/// The schema of an id in this surface's paths.
pub(super) fn id(parameter: &str) -> Value {
    if parameter == SOLUTION {
        return json!({"type": "string", "format": "uuid", "example": "550e8400-e29b-41d4-a716-446655440000"});
    }
    openapi::opaque_id(parameter)
}
