//! Companies.

use super::fields::reference;
use super::params::CompanyId;
use super::{moved, time};
use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use rapport_crm_core::{Company, CompanyPatch, NewCompany};
use rapport_platform::{Error, Patch, RawJson, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_company)
        .service(list_companies)
        .service(create_company)
        .service(update_company)
        .service(delete_company);
}

/// A firm outside the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanyView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: String,
    #[schema(example = "HyperRep Consumer Group")]
    name: String,
    /// In lower case, without scheme and path.
    #[schema(example = "hyperrep.com")]
    domain: Option<String>,
    /// The organization's own fields.
    #[schema(value_type = HashMap<String, Value>, example = json!({"notes": "Priority account"}))]
    custom_fields: RawJson,
    #[schema(example = "123 Main St, Anytown USA")]
    address: Option<String>,
    /// The agent who looks after it.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    agent_id: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Company> for CompanyView {
    fn from(company: Company) -> Self {
        Self {
            company_id: ids::opaque(company.uuid),
            name: company.name,
            domain: company.domain,
            custom_fields: company.custom_fields,
            address: company.address,
            agent_id: company.agent.map(ids::opaque),
            created_at: company.created_at,
        }
    }
}

/// A new company.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCompanyBody {
    #[schema(max_length = 255, example = "Ferris Aircraft")]
    name: String,
    /// A domain or an address that holds one; it must have a dot.
    #[schema(example = "ferrisaircraft.com")]
    domain: Option<String>,
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Enterprise account"}))]
    custom_fields: Option<RawJson>,
    #[schema(max_length = 1000, example = "100 Coastline Ave, Coast City, CA")]
    address: Option<String>,
    /// An agent of the organization.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
}

impl NewCompanyBody {
    fn into_domain(self) -> Result<NewCompany, Error> {
        Ok(NewCompany {
            name: self.name,
            domain: self.domain,
            address: self.address,
            agent: self.agent_id.map(|id| reference("agent_id", &id)).transpose()?,
            custom_fields: self.custom_fields,
        })
    }
}

/// Changes to a company. An absent key leaves the field, `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyPatchBody {
    /// It cannot be cleared.
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Ferris Aircraft")]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "ferrisaircraft.com")]
    domain: Patch<String>,
    /// Replaces the whole object.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Enterprise account"}))]
    custom_fields: Patch<RawJson>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000, example = "100 Coastline Ave, Coast City, CA")]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = json!(null))]
    agent_id: Patch<String>,
}

impl CompanyPatchBody {
    fn into_domain(self) -> Result<CompanyPatch, Error> {
        Ok(CompanyPatch {
            name: self.name,
            domain: self.domain,
            address: self.address,
            agent: self.agent_id.try_map(|id| reference("agent_id", &id))?,
            custom_fields: self.custom_fields,
        })
    }
}

/// List companies
///
/// The companies of the organization, newest first.
#[utoipa::path(tag = "companies", params(PageQuery), responses((status = 200, body = ListView<CompanyView>)))]
#[get("")]
async fn list_companies(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "companies", "", PAGE)?;
    let found = app
        .companies
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, CompanyView>(found))
}

/// Get a company
///
/// One company of the organization. The id of a company that was merged leads to the one it became part of.
#[utoipa::path(tag = "companies", responses((status = 200, body = CompanyView), 
    (status = 301, body = moved::MovedView, headers(("Location" = String, description = "The path of the other record")),
        description = "The record was merged into another one")))]
#[get("/{company_id}")]
async fn get_company(auth: Auth<Read>, id: PathId<CompanyId>, app: App, request: HttpRequest) -> Answer {
    let reader = app.reader(&auth.ctx).await?;
    match app.companies.get(&reader, id.0).await {
        Ok(company) => ok(&CompanyView::from(company)),
        Err(error) => moved::company(&app, &reader, (id.0, &request), error.into()).await,
    }
}

/// Create a company
///
/// The name is required; the domain is stored in lower case, without scheme and path.
#[utoipa::path(tag = "companies", request_body = NewCompanyBody, responses((status = 201, body = CompanyView)))]
#[post("")]
async fn create_company(auth: Auth<Write>, app: App, once: Once, body: Body<NewCompanyBody>) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        Ok(CompanyView::from(
            app.companies.create(tx, body.into_domain()?).await?,
        ))
    })
    .await
}

/// Update a company
///
/// An absent key leaves the field, `null` clears it.
#[utoipa::path(tag = "native", request_body = CompanyPatchBody, responses(
    (status = 200, body = CompanyView),
    (status = 409, description = "The company was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[patch("/{company_id}")]
async fn update_company(
    auth: Auth<Write>,
    id: PathId<CompanyId>,
    app: App,
    body: Body<CompanyPatchBody>,
) -> Answer {
    let patch = body.value.into_domain()?;
    let company = app
        .db
        .write(&auth.ctx, async |tx| app.companies.update(tx, id.0, patch).await)
        .await?;
    ok(&CompanyView::from(company))
}

/// Delete a company
///
/// Its contacts and sales remain, without a company.
#[utoipa::path(tag = "native", responses(
    (status = 204), (status = 409, description = "The company was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[delete("/{company_id}")]
async fn delete_company(auth: Auth<Write>, id: PathId<CompanyId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.company_removal.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
