//! What stands before the paths of a document: introduction, server, security schemes, tags.

use super::document::Document;
use crate::surfaces::{self, Surface};
use serde_json::{Value, json};

/// What holds on every surface.
const COMMON: &str = include_str!("description.md");

/// The introduction of one surface's document.
pub fn surface(surface: &Surface) -> Document {
    let tags = surface
        .tags
        .iter()
        .map(|(name, description)| json!({"name": name, "description": description}))
        .collect::<Value>();
    introduction(
        &format!("Rapport: {}", surface.title),
        &format!("{}\n{COMMON}", surface.description),
        &tags,
    )
}

/// The introduction of the document of all surfaces.
pub fn merged() -> Document {
    let surfaces = surfaces::ALL
        .iter()
        .map(|surface| format!("\n# {}\n{}", surface.title, surface.description));
    introduction(
        "Rapport",
        &format!("{COMMON}{}", surfaces.collect::<String>()),
        &json!([]),
    )
}

fn introduction(title: &str, description: &str, tags: &Value) -> Document {
    Document::new(json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "description": description,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{"url": "/", "description": "The server that gave you this document"}],
        "security": security(),
        "tags": tags,
        "paths": {},
        "components": {
            "securitySchemes": {
                "ApiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-KEY",
                    "description": "An API key, `sk_live_…` or `sk_test_…`.",
                },
                "Bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The same API key, as `Authorization: Bearer …`.",
                },
            },
        },
    }))
}

/// Either form of the API key.
pub fn security() -> Value {
    json!([{"ApiKey": []}, {"Bearer": []}])
}
