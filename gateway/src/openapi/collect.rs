//! Collects what the handlers of a surface say about themselves.

use super::document::Document;
use super::{info, schemas};
use crate::surfaces::Surface;
use rapport_platform::{Error, Result};
use serde_json::{Map, Value};
use utoipa_actix_web::AppExt;

/// Paths and schemas of the routes that the surface registers, under its own introduction; sorted, so that the
/// document does not depend on the order in which handlers are registered.
pub fn collect(surface: &Surface) -> Result<Document> {
    let (_, api) = actix_web::App::new()
        .into_utoipa_app()
        .configure(surface.configure)
        .split_for_parts();
    let mut document = info::surface(surface);
    let mut paths = json(&api.paths)?;
    paths.as_object_mut().into_iter().for_each(Map::sort_keys);
    document.put("paths", paths);
    let found = document.component("schemas");
    for (name, schema) in api.components.unwrap_or_default().schemas {
        found.insert(name, json(&schema)?);
    }
    let (name, schema) = (surface.error)();
    found.insert(name, json(&schema)?);
    found.sort_keys();
    schemas::tidy(&mut document);
    Ok(document)
}

fn json(part: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(part).map_err(Error::internal)
}
