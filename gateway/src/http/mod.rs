//! What all surfaces share: credentials, bodies, queries, paging, errors, request ids.

pub mod auth;
pub mod body;
pub mod csv;
pub mod dates;
pub mod encoding;
pub mod error;
pub mod fallback;
pub mod health;
pub mod if_match;
pub mod media;
pub mod metrics;
pub mod object;
pub mod observe;
pub mod once;
pub mod paging;
pub mod path;
pub mod query;
pub mod surface;
pub mod table;
pub mod time;

pub use auth::{Admin, Auth, Read, Write};
pub use body::Body;
pub use dates::{DateQuery, ReportQuery};
pub use error::ApiError;
pub use once::Once;
pub use paging::{ListView, PageQuery, PaginationView};
pub use path::{PathId, PathNumber, PathUuid};
pub use query::Query;

/// The services, as handlers take them.
pub type App = actix_web::web::Data<crate::app::App>;

/// What handlers answer.
pub type Answer = Result<actix_web::HttpResponse, ApiError>;

/// A JSON answer of status 200.
///
/// # Errors
/// When `view` has no JSON form, which is a defect.
pub fn ok(view: &impl serde::Serialize) -> Answer {
    json(actix_web::http::StatusCode::OK, view)
}

/// A JSON answer.
///
/// # Errors
/// When `view` has no JSON form, which is a defect.
pub fn json(status: actix_web::http::StatusCode, view: &impl serde::Serialize) -> Answer {
    // Enough for a single record, and for a list a start that saves most of the growing.
    let mut body = Vec::with_capacity(2048);
    serde_json::to_writer(&mut body, view).map_err(rapport_platform::Error::internal)?;
    Ok(actix_web::HttpResponse::build(status)
        .content_type("application/json")
        .body(body))
}
