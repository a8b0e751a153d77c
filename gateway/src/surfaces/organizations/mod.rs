//! The organizations surface, the native API: `/api/v2/organizations/…`. Snake case, opaque ids, cursors,
//! `{"detail"}` errors.

mod agents;
mod ai_employees;
mod api_keys;
mod companies;
mod contacts;
mod conversations;
mod error;
mod fields;
mod funnels;
mod messages;
mod organization;
mod params;
mod settings;
mod teams;
mod time;

use super::Surface;
use crate::http::ApiError;
use crate::http::surface::guard;
use crate::openapi;
use actix_web::middleware::from_fn;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use error::render;

/// The surface, for the server and the documents.
pub const SURFACE: Surface = Surface {
    name: "organizations",
    title: "Organizations",
    description: include_str!("description.md"),
    prefix: "",
    names_operations: false,
    tags: TAGS,
    configure,
    render,
    error: openapi::schema::<error::ErrorView>,
    id: openapi::opaque_id,
    bad_id: |name| Some(ApiError::BadRequest(format!("Invalid {name}"))),
};

const TAGS: &[(&str, &str)] = &[
    ("organizations", "The organizations that the API key may use."),
    (
        "contacts",
        "People outside the organization, found by e-mail address and phone number.",
    ),
    ("companies", "The companies that contacts work for."),
    ("agents", "The people who work in the organization."),
    (
        "conversations",
        "Threads between contacts and the organization, over every channel.",
    ),
    (
        "messages",
        "What was said in a conversation: e-mails, texts, calls, chats, forms.",
    ),
    (
        openapi::NATIVE,
        "Operations that Rapport adds to the published reference.",
    ),
];

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
        .configure(settings::routes)
        .service(scope("/{organization_id}/funnels").configure(funnels::routes))
        .service(scope("/{organization_id}/teams").configure(teams::routes))
        .service(scope("/{organization_id}/ai-employees").configure(ai_employees::routes))
        .configure(organization::routes)
        .wrap(from_fn(|request, next| guard(render, request, next)));
    config.service(surface);
}
