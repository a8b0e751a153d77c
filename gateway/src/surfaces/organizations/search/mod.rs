//! Search.

mod query;

use crate::http::{Answer, App, Auth, Query, Read, ok};
use actix_web::get;
use query::SearchParameters;
use rapport_crm_core::search::Hit;
use rapport_platform::ids;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(search_records);
}

/// A contact or a company that was found. What only the other kind has is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitView {
    /// `contact` or `company`.
    #[schema(example = "contact")]
    r#type: &'static str,
    /// The `contact_id` or the `company_id`.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    id: String,
    #[schema(example = "Diana Prince")]
    name: Option<String>,
    #[schema(example = "diana@example.com")]
    email: Option<String>,
    #[schema(example = "513-867-5309")]
    phone_number: Option<String>,
    /// The company that a contact works for.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: Option<String>,
    #[schema(example = "HyperRep Consumer Group")]
    company_name: Option<String>,
    /// The domain of a company.
    #[schema(example = json!(null))]
    domain: Option<String>,
}

impl From<Hit> for HitView {
    fn from(hit: Hit) -> Self {
        let (company_id, company_name) = hit.company.map(|(uuid, name)| (ids::opaque(uuid), name)).unzip();
        Self {
            r#type: hit.kind.name(),
            id: ids::opaque(hit.uuid),
            name: hit.name,
            email: hit.email,
            phone_number: hit.phone_number,
            company_id,
            company_name,
            domain: hit.domain,
        }
    }
}

/// What was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchView {
    data: Vec<HitView>,
}

/// Search contacts and companies
///
/// Looks through the names, e-mail addresses and telephone numbers of contacts and the names and domains of companies.
/// What begins with the text comes first, then what holds all of its words, then what is spelt alike (`Dianna` finds
/// Diana). Neither case nor accents count. Telephone numbers are found by at least their last four digits, however they
/// are typed. One letter finds only names that begin with it.
#[utoipa::path(tag = "native", params(SearchParameters), responses((status = 200, body = SearchView)))]
#[get("/{organization_id}/search")]
async fn search_records(auth: Auth<Read>, query: Query<SearchParameters>, app: App) -> Answer {
    let query = query.0.read()?;
    let reader = app.report_reader(&auth.ctx).await?;
    let hits = app.search.search(&reader, &query).await?;
    ok(&SearchView {
        data: hits.into_iter().map(HitView::from).collect(),
    })
}
