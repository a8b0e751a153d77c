//! The surface's one error body: `{"code": 400, "error": "BadRequest", "message": "…", "details": {…}}`.

use crate::http::ApiError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use rapport_platform::Error;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The field whose misuse has a status of its own.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorView {
    /// The HTTP status.
    #[schema(value_type = f64, example = 400)]
    code: u16,
    /// The reason, for programs.
    #[schema(example = "BadRequest")]
    error: &'static str,
    /// What went wrong, for people.
    #[schema(example = "objective: must not be empty")]
    message: String,
    /// More about it: `fields` names what is to blame for a 400.
    #[schema(value_type = HashMap<String, Value>, example = json!({"fields": {"objective": {"message": "must not be empty"}}}))]
    details: Map<String, Value>,
}

/// Words an error. What cannot be accepted is 400 here, and every failure of the API key itself 401.
pub fn render(error: &ApiError, request_id: &str) -> HttpResponse {
    let status = status(error);
    HttpResponse::build(status).json(ErrorView {
        code: status.as_u16(),
        error: reason(status),
        message: error.public_message(request_id),
        details: details(error),
    })
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::Domain(Error::Invalid { field, .. }) if field != IDEMPOTENCY_KEY => StatusCode::BAD_REQUEST,
        other => other.status(),
    }
}

fn reason(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        413 => "PayloadTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableEntity",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        _ => "InternalServerError",
    }
}

fn details(error: &ApiError) -> Map<String, Value> {
    let details = match error {
        ApiError::Domain(Error::Invalid { field, message }) => fields(field, message),
        ApiError::BadRequest(message) => fields("request", message),
        ApiError::Domain(Error::Conflict {
            other: Some(other), ..
        }) => {
            json!({format!("{}Id", other.what): other.id})
        }
        ApiError::TooLarge { limit } => json!({"limit": limit}),
        _ => json!({}),
    };
    match details {
        Value::Object(details) => details,
        _ => Map::new(),
    }
}

fn fields(name: &str, message: &str) -> Value {
    json!({"fields": {name: {"message": message}}})
}
