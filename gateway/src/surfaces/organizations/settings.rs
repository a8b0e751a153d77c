//! What an organization has set: shown apart, because the documented form of an organization is its id and name.

use crate::http::object::objects;
use crate::http::{Answer, App, Auth, Read, ok};
use actix_web::get;
use rapport_crm_core::Organization;
use rapport_crm_core::organizations::{BusinessHours, Opening};
use rapport_platform::{Error, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_settings);
}

/// A time of day at which the organization is open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct OpeningBody {
    /// `HH:MM`, by the clock on the wall.
    #[schema(example = "09:00")]
    start: String,
    /// `HH:MM`, later than the start; at most `24:00`.
    #[schema(example = "17:00")]
    end: String,
}

/// When the organization is open on each day of the week, in its time zone. The openings of a day must not
/// overlap; on a day that is absent or has none it is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct WeekBody {
    #[serde(default)]
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    monday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    tuesday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    wednesday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    thursday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "16:00"}]))]
    friday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([]))]
    saturday: Vec<OpeningBody>,
    #[serde(default)]
    #[schema(example = json!([]))]
    sunday: Vec<OpeningBody>,
}

objects!(OpeningBody, WeekBody);

impl WeekBody {
    /// The week, checked.
    pub(super) fn into_domain(self) -> Result<BusinessHours, Error> {
        let week = [
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        ];
        BusinessHours::parse(week.map(|day| day.into_iter().map(|one| (one.start, one.end)).collect()))
    }
}

/// A time of day at which the organization is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpeningView {
    /// `HH:MM`, by the clock on the wall.
    #[schema(example = "09:00")]
    start: String,
    /// `HH:MM`, at most `24:00`.
    #[schema(example = "17:00")]
    end: String,
}

/// When the organization is open on each day of the week, in its time zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekView {
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    monday: Vec<OpeningView>,
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    tuesday: Vec<OpeningView>,
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    wednesday: Vec<OpeningView>,
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    thursday: Vec<OpeningView>,
    #[schema(example = json!([{"start": "09:00", "end": "17:00"}]))]
    friday: Vec<OpeningView>,
    #[schema(example = json!([]))]
    saturday: Vec<OpeningView>,
    #[schema(example = json!([]))]
    sunday: Vec<OpeningView>,
}

impl From<&BusinessHours> for WeekView {
    fn from(hours: &BusinessHours) -> Self {
        let view = |opening: &Opening| OpeningView {
            start: opening.start(),
            end: opening.end(),
        };
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] =
            hours.week().each_ref().map(|day| day.iter().map(view).collect());
        Self {
            monday,
            tuesday,
            wednesday,
            thursday,
            friday,
            saturday,
            sunday,
        }
    }
}

/// What an organization has set.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfD")]
    organization_id: String,
    #[schema(example = "Acme Roofing")]
    name: String,
    /// The organization above it.
    #[schema(example = json!(null))]
    parent_organization_id: Option<String>,
    /// The ISO 3166 region in which national telephone numbers are read.
    #[schema(example = "US")]
    default_region: String,
    /// Its own e-mail addresses; `@example.com` stands for a whole domain.
    #[schema(example = json!(["@acme.example.com"]))]
    email_addresses: Vec<String>,
    /// The IANA time zone in which its day begins.
    #[schema(example = "America/New_York")]
    time_zone: String,
    business_hours: WeekView,
    /// The ISO 4217 code of the currency in which it sells.
    #[schema(example = "USD")]
    currency: String,
}

impl From<Organization> for SettingsView {
    fn from(organization: Organization) -> Self {
        Self {
            organization_id: ids::opaque(organization.uuid),
            name: organization.name,
            parent_organization_id: organization.parent.map(ids::opaque),
            default_region: organization.default_region,
            email_addresses: organization.email_addresses,
            time_zone: organization.time_zone.name().to_owned(),
            business_hours: WeekView::from(&organization.business_hours),
            currency: organization.currency.code().to_owned(),
        }
    }
}

/// Get an organization's settings
///
/// All that can be set of an organization. `PATCH` of the organization changes it.
#[utoipa::path(tag = "native", responses((status = 200, body = SettingsView)))]
#[get("/{organization_id}/settings")]
async fn get_settings(auth: Auth<Read>, app: App) -> Answer {
    let organization = app.organizations.get(&app.reader(&auth.ctx).await?).await?;
    ok(&SettingsView::from(organization))
}
