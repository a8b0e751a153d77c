//! Where records are that became part of others.

use crate::http::{Answer, ApiError, App};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use rapport_platform::{Error, Reader, ids};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Into which record the one asked for was merged.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedView {
    /// The id of the record of which it is part now; `Location` has the whole path.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfK")]
    merged_into: String,
}

/// The answer to a request that failed with `error`: where the contact is if it was merged, or else the error.
pub async fn contact(
    app: &App,
    reader: &Reader,
    (id, request): (Uuid, &HttpRequest),
    error: ApiError,
) -> Answer {
    if !matches!(&error, ApiError::Domain(Error::NotFound { what: "Contact" })) {
        return Err(error);
    }
    let successor = app.merges.contact_successor(reader, id).await?;
    successor
        .map(|successor| moved(request, id, successor))
        .ok_or(error)
}

/// As [`contact`], of a company.
pub async fn company(
    app: &App,
    reader: &Reader,
    (id, request): (Uuid, &HttpRequest),
    error: ApiError,
) -> Answer {
    if !matches!(&error, ApiError::Domain(Error::NotFound { what: "Company" })) {
        return Err(error);
    }
    let successor = app.merges.company_successor(reader, id).await?;
    successor
        .map(|successor| moved(request, id, successor))
        .ok_or(error)
}

fn moved(request: &HttpRequest, id: Uuid, successor: Uuid) -> HttpResponse {
    let merged_into = ids::opaque(successor);
    let mut location = request.path().replace(&ids::opaque(id), &merged_into);
    if !request.query_string().is_empty() {
        location = format!("{location}?{}", request.query_string());
    }
    HttpResponse::build(StatusCode::MOVED_PERMANENTLY)
        .insert_header((LOCATION, location))
        .json(MovedView { merged_into })
}
