//! Swagger UI under `/docs/`, with a chooser of documents.

use super::site::File;
use crate::surfaces;
use actix_web::web::Bytes;
use rapport_platform::{Error, Result};
use std::sync::Arc;
use utoipa_swagger_ui::{Config, Url};

/// Swagger UI styles its elements in place, draws its icons from data URLs and calls the API it describes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// What its page refers to.
const FILES: [&str; 8] = [
    "",
    "swagger-initializer.js",
    "index.css",
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "favicon-16x16.png",
    "favicon-32x32.png",
];

/// Its files; the initializer knows the documents of all surfaces.
pub fn files() -> Result<Vec<File>> {
    let paths = surfaces::ALL
        .iter()
        .map(|surface| format!("/openapi/{}.json", surface.name));
    let paths: Vec<String> = paths.collect();
    let all = Url::with_primary("All surfaces", "/openapi.json", true);
    let each = surfaces::ALL
        .iter()
        .zip(&paths)
        .map(|(surface, path)| Url::new(surface.title, path));
    let config = Config::new(std::iter::once(all).chain(each))
        .validator_url("none")
        .persist_authorization(true)
        .display_request_duration(true)
        .try_it_out_enabled(true)
        .default_models_expand_depth(0)
        .filter(true);
    let config = Arc::new(config);
    FILES.into_iter().map(|name| file(name, config.clone())).collect()
}

fn file(name: &str, config: Arc<Config<'_>>) -> Result<File> {
    let found = utoipa_swagger_ui::serve(name, config).map_err(|error| Error::internal(error.to_string()))?;
    let found = found.ok_or_else(|| Error::internal(format!("Swagger UI lacks {name:?}")))?;
    Ok(File {
        path: format!("/docs/{name}"),
        media_type: found.content_type,
        policy: name.is_empty().then_some(POLICY),
        gzip: found.gzpipped,
        body: Bytes::from(found.bytes.into_owned()),
    })
}
