//! The organizations surface, the native API: `/api/v2/organizations/…`. Snake case, opaque ids, cursors,
//! `{"detail"}` errors.

mod agents;
mod ai_employees;
mod analytics;
mod api_keys;
mod audit_logs;
mod channels;
mod companies;
mod contacts;
mod conversations;
mod drafts;
mod erasure;
mod error;
mod exports;
mod fields;
mod funnels;
mod imports;
mod merges;
mod messages;
mod moved;
mod operations;
mod organization;
mod params;
mod pipeline;
mod sales;
mod search;
mod settings;
mod solutions;
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
    id: solutions::id,
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
    ("audit logs", "Who changed what and when, field by field."),
    (
        "sales",
        "What may be sold to whom, for how much, and how far it has come.",
    ),
    (
        "message drafts",
        "First messages that are to be sent: now, later or by somebody.",
    ),
    (
        "response drafts",
        "The response in a conversation that is to be sent.",
    ),
    (
        "analytics",
        "Reports on conversations and sales: of the organization, and of one agent.",
    ),
    (
        openapi::NATIVE,
        "Operations that Rapport adds to the published reference.",
    ),
    (
        openapi::LEGACY,
        "The retired first version, in which an organization is a solution.",
    ),
];

/// Registers the surface's routes, and so documents them. The busiest come first: routes are tried in turn.
pub fn configure(config: &mut ServiceConfig) {
    let surface = scope("/api/v2/organizations")
        .service(
            scope("/{organization_id}/contacts")
                .configure(imports::first_routes)
                .configure(exports::routes_of_contacts)
                .configure(contacts::routes)
                .configure(imports::routes)
                .configure(erasure::routes_of_contacts)
                .configure(merges::routes_of_contacts)
                .configure(conversations::routes_of_contacts),
        )
        .service(
            scope("/{organization_id}/conversations")
                .configure(messages::routes)
                .configure(drafts::response_routes)
                .configure(conversations::routes),
        )
        .service(
            scope("/{organization_id}/companies")
                .configure(exports::routes_of_companies)
                .configure(companies::routes)
                .configure(merges::routes_of_companies),
        )
        .service(
            scope("/{organization_id}/agents")
                .configure(agents::routes)
                .configure(analytics::routes_of_agents)
                .configure(conversations::routes_of_agents)
                .configure(sales::routes_of_agents),
        )
        .service(scope("/{organization_id}/sales").configure(sales::routes))
        .service(scope("/{organization_id}/pipeline").configure(pipeline::routes))
        .service(scope("/{organization_id}/message-drafts").configure(drafts::message_routes))
        .service(scope("/{organization_id}/channels").configure(channels::routes))
        .service(scope("/{organization_id}/analytics").configure(analytics::routes))
        .service(scope("/{organization_id}/files").configure(messages::file_routes))
        .service(scope("/{organization_id}/audit-logs").configure(audit_logs::routes))
        .service(scope("/{organization_id}/api-keys").configure(api_keys::routes))
        .configure(settings::routes)
        .configure(search::routes)
        .configure(operations::routes)
        .service(scope("/{organization_id}/funnels").configure(funnels::routes))
        .service(scope("/{organization_id}/teams").configure(teams::routes))
        .service(scope("/{organization_id}/ai-employees").configure(ai_employees::routes))
        .configure(organization::routes)
        .wrap(from_fn(|request, next| guard(render, request, next)));
    let retired = scope("/api/v1/solutions")
        .configure(solutions::routes)
        .wrap(from_fn(|request, next| guard(render, request, next)))
        .wrap(from_fn(solutions::say_retired));
    config.service(surface).service(retired);
}
