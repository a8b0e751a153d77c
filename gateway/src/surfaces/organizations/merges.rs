//! Merging contacts with contacts, and companies with companies.

use super::companies::CompanyView;
use super::contacts::ContactView;
use super::fields::reference;
use super::params::{CompanyId, ContactId};
use crate::http::{Answer, App, Auth, Body, Once, PathId, Write};
use actix_web::http::StatusCode;
use actix_web::post;
use rapport_platform::Error;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes_of_contacts(config: &mut ServiceConfig) {
    config.service(merge_contacts);
}

pub(super) fn routes_of_companies(config: &mut ServiceConfig) {
    config.service(merge_companies);
}

/// Which records are to become part of the one in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// Their ids, in the order in which they give what the record lacks.
    #[schema(min_items = 1, max_items = 100, example = json!(["HR_id_0001sTvKHLu1nfyQT7mTfK"]))]
    from: Vec<String>,
}

impl MergeBody {
    fn ids(&self) -> Result<Vec<Uuid>, Error> {
        self.from.iter().map(|id| reference("from", id)).collect()
    }
}

/// Merge contacts
///
/// The contacts in `from` become part of the contact in the path, which takes over their e-mail addresses and
/// telephone numbers (all of them lead to it), their conversations and sales, and in their order the values and custom
/// fields that it lacks; its own win. A role is taken over only with its company. The others are deleted; GET of their
/// ids is answered with 301 and the id of this contact, and writes to them with 409.
#[utoipa::path(tag = "native", request_body = MergeBody, responses(
    (status = 200, body = ContactView),
    (status = 409, description = "from[0]: the contact was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[post("/{contact_id}/merge")]
async fn merge_contacts(
    auth: Auth<Write>,
    id: PathId<ContactId>,
    app: App,
    once: Once,
    body: Body<MergeBody>,
) -> Answer {
    once.answered(&app, &auth, body, async |tx, body| {
        let from = body.ids()?;
        Ok((
            StatusCode::OK,
            ContactView::from(app.merges.contacts(tx, id.0, &from).await?),
        ))
    })
    .await
}

/// Merge companies
///
/// The companies in `from` become part of the company in the path, which takes over their contacts and sales, and in
/// their order the values and custom fields that it lacks; its own win. The others are gone; GET of their ids is
/// answered with 301 and the id of this company, and writes to them with 409.
#[utoipa::path(tag = "native", request_body = MergeBody, responses(
    (status = 200, body = CompanyView),
    (status = 409, description = "from[0]: the company was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[post("/{company_id}/merge")]
async fn merge_companies(
    auth: Auth<Write>,
    id: PathId<CompanyId>,
    app: App,
    once: Once,
    body: Body<MergeBody>,
) -> Answer {
    once.answered(&app, &auth, body, async |tx, body| {
        let from = body.ids()?;
        Ok((
            StatusCode::OK,
            CompanyView::from(app.merges.companies(tx, id.0, &from).await?),
        ))
    })
    .await
}
