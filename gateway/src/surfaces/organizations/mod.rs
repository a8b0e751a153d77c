//! The organizations surface, the native API: `/api/v2/organizations/…`. Snake case, opaque ids, cursors,
//! `{"detail"}` errors.

mod agents;
mod api_keys;
mod companies;
mod contacts;
mod conversations;
mod error;
mod fields;
mod messages;
mod organizations;
mod params;
mod time;

use crate::http::surface::guard;
use actix_web::middleware::from_fn;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use error::render;

/// Registers the surface's routes, and so documents them. The busiest come first: routes are tried in turn.
pub fn configure(config: &mut ServiceConfig) {
    let surface = scope("/api/v2/organizations")
        .service(
            scope("/{organization_id}/contacts")
                .configure(contacts::routes)
                .configure(conversations::routes_of_contacts),
        )
        .service(
            scope("/{organization_id}/conversations")
                .configure(messages::routes)
                .configure(conversations::routes),
        )
        .service(scope("/{organization_id}/companies").configure(companies::routes))
        .service(
            scope("/{organization_id}/agents")
                .configure(agents::routes)
                .configure(conversations::routes_of_agents),
        )
        .service(scope("/{organization_id}/files").configure(messages::file_routes))
        .service(scope("/{organization_id}/api-keys").configure(api_keys::routes))
        .configure(organizations::routes)
        .wrap(from_fn(|request, next| guard(render, request, next)));
    config.service(surface);
}
