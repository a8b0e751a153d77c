//! What differs between the surfaces, for tests that hold for all of them.

use rapport::openapi;
use rapport::surfaces;
use serde_json::{Value, json};

/// What a surface answers.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// The surface's name.
    pub name: &'static str,
    /// The status when the credential is not accepted.
    pub refused: u16,
    /// The status when a value is not acceptable.
    pub invalid: u16,
    /// The body of an error.
    pub body: fn(u16, &str) -> Value,
    /// An id for this parameter or field that no record has.
    pub unknown: fn(&str) -> String,
}

const ORGANIZATIONS: Expected = Expected {
    name: "organizations",
    refused: 403,
    invalid: 422,
    body: |_, message| json!({"detail": message}),
    unknown: |_| "HR_id_0001sTvKHLu1nfyQT7mTfZ".to_owned(),
};

const ENGAGEMENT: Expected = Expected {
    name: "engagement",
    refused: 401,
    invalid: 400,
    body: |status, message| {
        let reason = match status {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            _ => "BadRequest",
        };
        json!({"code": status, "error": reason, "message": message, "details": {}})
    },
    unknown: |name| match name {
        "taskId" => "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f".to_owned(),
        _ => "9007199254740992".to_owned(),
    },
};

const ALL: [Expected; 2] = [ORGANIZATIONS, ENGAGEMENT];

/// What the surface of this name answers.
pub fn expected(name: &str) -> Expected {
    let found = ALL.into_iter().find(|expected| expected.name == name);
    found.unwrap_or_else(|| panic!("what {name} answers is not told here"))
}

/// The document of every surface, with what the surface answers.
pub fn documents() -> Vec<(Expected, openapi::Document)> {
    let document = |surface| openapi::document(surface).expect("a document");
    let all = surfaces::ALL.iter();
    all.map(|surface| (expected(surface.name), document(surface)))
        .collect()
}
