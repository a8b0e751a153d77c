//! The engagement surface: `/api/v1/…` and `/api/v2/calls/agent`. Camel case, numeric ids, page tokens,
//! `{code, error, message, details}` errors. The organization is the credential's own.

mod contacts;
mod conversations;
mod custom_fields;
mod error;
mod kept;
pub mod listing;
pub mod number;
pub mod paging;
mod params;
pub mod table;
mod tasks;

use super::Surface;
use crate::http::surface::guard;
use crate::http::table::Table;
use crate::openapi;
use actix_web::middleware::from_fn;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use error::render;

/// The surface, for the server and the documents.
pub const SURFACE: Surface = Surface {
    name: "engagement",
    title: "Engagement",
    description: include_str!("description.md"),
    prefix: "engagement",
    names_operations: true,
    tags: TAGS,
    configure,
    render,
    error: openapi::schema::<error::ErrorView>,
    id: number::in_path,
    bad_id: number::unread,
};

const TAGS: &[(&str, &str)] = &[
    ("tasks", "What somebody is to do in a conversation, and by when."),
    (
        "contacts",
        "The people on the other side of a conversation, and their addresses.",
    ),
    (
        "custom fields",
        "What the free fields of contacts and other records may hold.",
    ),
    (
        "conversations",
        "Conversations that go through a funnel, one by one or many at once.",
    ),
];

/// Where the operations of the [`table`] lie.
const BASES: [&str; 2] = ["/api/v1", "/api/v2/calls"];

/// Registers the surface's routes, and so documents them.
pub fn configure(config: &mut ServiceConfig) {
    for base in BASES {
        let surface = scope(base)
            .configure(|config| routes(&mut Table::below(base, table::ALL, config)))
            .wrap(from_fn(|request, next| guard(render, request, next)));
        config.service(surface);
    }
}

/// Gives each operation its handler.
fn routes(table: &mut Table) {
    tasks::routes(table);
    contacts::routes(table);
    custom_fields::routes(table);
    conversations::routes(table);
}
