//! Collects what the handlers of a surface say about themselves.

use super::document::Document;
use super::info;
use crate::surfaces::Surface;
use rapport_platform::{Error, Result};
use serde_json::{Map, Value};
use utoipa_actix_web::AppExt;

/// Paths and schemas of the routes that the surface registers, under its own introduction.
pub fn collect(surface: &Surface) -> Result<Document> {
    let (_, api) = actix_web::App::new()
        .into_utoipa_app()
        .configure(surface.configure)
        .split_for_parts();
    let mut document = info::surface(surface);
    document.put("paths", json(&api.paths)?);
    let schemas = document.component("schemas");
    let components = api.components.unwrap_or_default();
    for (name, schema) in components.schemas {
        schemas.insert(name, json(&schema)?);
    }
    let (name, schema) = (surface.error)();
    schemas.insert(name, json(&schema)?);
    sort(schemas);
    Ok(document)
}

fn json(part: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(part).map_err(Error::internal)
}

/// By name, so that the document does not depend on the order in which handlers are registered.
fn sort(schemas: &mut Map<String, Value>) {
    schemas.sort_keys();
}
