//! The organizations surface, the native API: `/api/v2/organizations/…`. Snake case, opaque ids, cursors,
//! `{"detail"}` errors.

mod contacts;
mod error;
mod params;
mod time;

use crate::http::surface::guard;
use actix_web::middleware::from_fn;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use error::render;

/// Registers the surface's routes, and so documents them.
pub fn configure(config: &mut ServiceConfig) {
    let surface = scope("/api/v2/organizations")
        .service(scope("/{organization_id}/contacts").configure(contacts::routes))
        .wrap(from_fn(|request, next| guard(render, request, next)));
    config.service(surface);
}
