//! The HTTP surfaces: each speaks one published API reference.

pub mod engagement;
pub mod organizations;

use crate::http::ApiError;
use crate::http::surface::Render;
use crate::openapi::NamedSchema;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the server and the documents need to know of a surface.
pub struct Surface {
    /// Its name in URLs and on the command line.
    pub name: &'static str,
    /// Its name in titles.
    pub title: &'static str,
    /// What it is, in Markdown; precedes what holds on all surfaces.
    pub description: &'static str,
    /// What keeps its operation ids and schema names apart from other surfaces'; empty for the native one.
    pub prefix: &'static str,
    /// Whether its operation ids are names of the reference, which stay as they are.
    pub names_operations: bool,
    /// Its tags with their descriptions, in the order in which they are shown.
    pub tags: &'static [(&'static str, &'static str)],
    /// Registers its routes.
    pub configure: fn(&mut ServiceConfig),
    /// Words its errors.
    pub render: Render,
    /// The schema of its error body.
    pub error: fn() -> NamedSchema,
    /// The schema of an id in its paths, given the name of the parameter.
    pub id: fn(&str) -> Value,
    /// What is answered when the parameter of this name holds no id; `None` where any text is one.
    pub bad_id: fn(&str) -> Option<ApiError>,
}

/// All surfaces.
pub static ALL: [Surface; 2] = [organizations::SURFACE, engagement::SURFACE];

/// The surface of this name.
pub fn find(name: &str) -> Option<&'static Surface> {
    ALL.iter().find(|surface| surface.name == name)
}
