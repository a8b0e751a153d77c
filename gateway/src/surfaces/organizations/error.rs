//! The surface's one error body: `{"detail": "…"}`.

use crate::http::ApiError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorView {
    /// What went wrong.
    #[schema(example = "Contact not found")]
    detail: String,
}

/// Words an error. Every failure of the API key is 403 here.
pub fn render(error: &ApiError, request_id: &str) -> HttpResponse {
    let status = match error {
        ApiError::Credential(_) => StatusCode::FORBIDDEN,
        other => other.status(),
    };
    HttpResponse::build(status).json(ErrorView {
        detail: error.public_message(request_id),
    })
}
