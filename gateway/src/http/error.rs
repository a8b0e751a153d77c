//! What can go wrong with a request. A surface gives it its documented body.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use rapport_platform::Error;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The domain says no.
    #[error(transparent)]
    Domain(#[from] Error),
    /// The credential is not accepted.
    #[error("{0}")]
    Credential(Refused),
    /// A value in the path or the query, or the JSON text, cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such route.
    #[error("Not found")]
    RouteUnknown,
    /// The route is there, but not for this method.
    #[error("Method not allowed; allowed: {allow}")]
    MethodNotAllowed {
        /// The methods that are, for the `Allow` header.
        allow: String,
    },
    /// The body is larger than allowed.
    #[error("The request body is larger than {limit} bytes")]
    TooLarge {
        /// How many bytes are allowed.
        limit: usize,
    },
    /// The body is not in a form that is read here.
    #[error("The request body must be {wanted}")]
    MediaType {
        /// What would be: `application/json`, or `in UTF-8`.
        wanted: &'static str,
    },
}

/// Why a credential is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none.
    #[error("Missing API Key")]
    Missing,
    /// It is not known.
    #[error("Invalid API Key")]
    Invalid,
    /// It was switched off.
    #[error("API Key is inactive")]
    Inactive,
    /// Its time is over.
    #[error("API Key has expired")]
    Expired,
}

impl ApiError {
    /// The status that fits, where a surface documents no other.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Domain(error) => domain_status(error),
            Self::Credential(_) => StatusCode::UNAUTHORIZED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::RouteUnknown => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    /// What callers are told: never the cause of a failure on our side.
    pub fn public_message(&self, request_id: &str) -> String {
        match self {
            Self::Domain(Error::Internal(_)) => format!("Internal server error (request {request_id})"),
            Self::Domain(Error::Unavailable { .. }) => {
                format!("Temporarily unavailable, try again (request {request_id})")
            }
            other => other.to_string(),
        }
    }
}

fn domain_status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict { .. } => StatusCode::CONFLICT,
        Error::Stale { .. } => StatusCode::PRECONDITION_FAILED,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Without a body: the surface's middleware puts in the documented one.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}
