//! The organizations themselves.

use super::settings::WeekBody;
use crate::http::{Admin, Answer, App, Auth, Body, Once, Read, ok};
use actix_web::{get, patch, post};
use rapport_crm_core::{NewOrganization, Organization, OrganizationPatch};
use rapport_platform::{Error, Patch, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list_organizations)
        .service(create_organization)
        .service(update_organization);
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfD")]
    organization_id: String,
    #[schema(example = "Acme Roofing")]
    name: String,
}

impl From<Organization> for OrganizationView {
    fn from(organization: Organization) -> Self {
        Self {
            organization_id: ids::opaque(organization.uuid),
            name: organization.name,
        }
    }
}

/// The organizations a credential may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationsView {
    data: Vec<OrganizationView>,
}

/// A new organization below the credential's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganizationBody {
    #[schema(max_length = 255, example = "Acme Roofing North")]
    name: String,
    /// The ISO 3166 region in which national telephone numbers are read; `US` when absent.
    #[schema(example = "US")]
    default_region: Option<String>,
    /// Its own e-mail addresses; `@example.com` stands for a whole domain.
    #[serde(default)]
    #[schema(example = json!(["@north.example.com"]))]
    email_addresses: Vec<String>,
    /// The IANA time zone in which its day begins; `UTC` when absent.
    #[schema(example = "America/Chicago")]
    time_zone: Option<String>,
    /// When it is open, in its time zone; Monday to Friday from 09:00 to 17:00 when absent.
    business_hours: Option<WeekBody>,
    /// The ISO 4217 code of the currency in which it sells; `USD` when absent.
    #[schema(example = "USD")]
    currency: Option<String>,
}

impl NewOrganizationBody {
    fn into_domain(self) -> Result<NewOrganization, Error> {
        Ok(NewOrganization {
            name: self.name,
            default_region: self.default_region,
            email_addresses: self.email_addresses,
            time_zone: self.time_zone,
            business_hours: self.business_hours.map(WeekBody::into_domain).transpose()?,
            currency: self.currency,
        })
    }
}

/// Changes to an organization. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationPatchBody {
    /// It cannot be cleared.
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Acme Roofing")]
    name: Patch<String>,
    /// Cleared it is `US`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "US")]
    default_region: Patch<String>,
    /// Replaces all of them.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, example = json!(["@acme.example.com"]))]
    email_addresses: Patch<Vec<String>>,
    /// Cleared it is `UTC`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "America/New_York")]
    time_zone: Patch<String>,
    /// Replaces the whole week; cleared it is Monday to Friday from 09:00 to 17:00.
    #[serde(default)]
    #[schema(value_type = Option<WeekBody>)]
    business_hours: Patch<WeekBody>,
    /// Cleared it is `USD`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "EUR")]
    currency: Patch<String>,
}

impl OrganizationPatchBody {
    fn into_domain(self) -> Result<OrganizationPatch, Error> {
        Ok(OrganizationPatch {
            name: self.name,
            default_region: self.default_region,
            email_addresses: self.email_addresses,
            time_zone: self.time_zone,
            business_hours: self.business_hours.try_map(WeekBody::into_domain)?,
            currency: self.currency,
        })
    }
}

/// List organizations
///
/// Those that the credential may use: its own, then those below it.
#[utoipa::path(tag = "organizations", responses((status = 200, body = OrganizationsView)))]
#[get("")]
async fn list_organizations(auth: Auth<Read>, app: App) -> Answer {
    let ids: Vec<_> = auth
        .credential
        .organizations
        .iter()
        .map(|one| one.organization)
        .collect();
    let found = app.organizations.list(&app.db.directory().await?, &ids).await?;
    ok(&OrganizationsView {
        data: found.into_iter().map(OrganizationView::from).collect(),
    })
}

/// Create an organization
///
/// It stands below the credential's own organization, whose keys open it too. There are two levels.
/// Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = NewOrganizationBody, responses((status = 201, body = OrganizationView)))]
#[post("")]
async fn create_organization(
    auth: Auth<Admin>,
    app: App,
    once: Once,
    body: Body<NewOrganizationBody>,
) -> Answer {
    let created = once.created(&app, &auth, body, async |tx, body| {
        let made = app.organizations.create(tx, body.into_domain()?).await?;
        Ok(OrganizationView::from(made))
    });
    let answer = created.await;
    // Others hear of it in a moment; who made it may use it with the next request.
    app.credentials.clear();
    answer
}

/// Update an organization
///
/// An absent key leaves the field. What is not part of its documented form is read at `…/settings`. Needs the scope
/// `admin`.
#[utoipa::path(tag = "native", request_body = OrganizationPatchBody, responses((status = 200, body = OrganizationView)))]
#[patch("/{organization_id}")]
async fn update_organization(auth: Auth<Admin>, app: App, body: Body<OrganizationPatchBody>) -> Answer {
    let patch = body.value.into_domain()?;
    let changed = app
        .db
        .write(&auth.ctx, async |tx| app.organizations.update(tx, patch).await)
        .await?;
    ok(&OrganizationView::from(changed))
}
