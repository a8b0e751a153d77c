//! The errors that an operation can answer with, in the surface's own words.

use super::document::{Document, Operation};
use super::parameters;
use crate::http::body::{JSON, LARGE_LIMIT, LIMIT};
use crate::http::csv;
use crate::http::dates::IN_THE_FUTURE;
use crate::http::error::{ApiError, Refused};
use crate::surfaces::Surface;
use actix_web::body::MessageBody;
use rapport_platform::{Error, Result};
use serde_json::{Map, Value, json};

const REQUEST_ID: &str = "0195878d2f4b7c3a9d1e5a6b7c8d9e0f";

/// An error with the name of its example.
type Case = (String, ApiError);

/// Puts the errors that many operations share among the components, as `Error403`.
pub fn components(document: &mut Document, surface: &Surface) -> Result<()> {
    let shared = refusals().into_iter().chain(unfitting()).chain(failures());
    for (status, response) in responses(surface, shared)? {
        document
            .component("responses")
            .insert(format!("Error{status}"), response);
    }
    Ok(())
}

/// The error answers of an operation by status.
pub fn of(document: &Document, operation: Operation<'_>, surface: &Surface) -> Result<Map<String, Value>> {
    let mut shared = failures();
    if operation.value["security"] != json!([{}]) {
        shared.extend(refusals());
    }
    if operation.value["requestBody"].is_object() {
        shared.extend(unfitting());
    }
    let mut all = responses(surface, shared)?;
    for (status, response) in &mut all {
        *response = json!({"$ref": format!("#/components/responses/Error{status}")});
    }
    all.extend(responses(surface, own(document, operation, surface))?);
    Ok(all)
}

fn refusals() -> Vec<Case> {
    vec![
        named("missing", ApiError::Credential(Refused::Missing)),
        named("invalid", ApiError::Credential(Refused::Invalid)),
        named("inactive", ApiError::Credential(Refused::Inactive)),
        named("expired", ApiError::Credential(Refused::Expired)),
        named("scope", Error::forbidden("API Key lacks the scope write")),
    ]
}

fn unfitting() -> Vec<Case> {
    vec![too_large(LIMIT), media_type(JSON)]
}

fn too_large(limit: usize) -> Case {
    named("too_large", ApiError::TooLarge { limit })
}

fn media_type(wanted: &'static str) -> Case {
    named("media_type", ApiError::MediaType { wanted })
}

fn failures() -> Vec<Case> {
    let message = String::new();
    vec![
        named("internal", Error::internal("a defect")),
        named("unavailable", Error::Unavailable { message }),
    ]
}

/// What goes wrong with just this operation's path, query and body.
fn own(document: &Document, operation: Operation<'_>, surface: &Surface) -> Vec<Case> {
    let mut cases = special(operation);
    for id in parameters::in_path(operation.path) {
        cases.extend((surface.bad_id)(id).map(|error| named(format!("invalid_{id}"), error)));
        let kind = kind(&parameters::subject(operation.path, id));
        cases.push(named(format!("unknown_{id}"), Error::not_found(kind)));
    }
    for name in parameters::in_query(document, operation) {
        match name {
            "cursor" => cases.push(named(
                "invalid_cursor",
                ApiError::BadRequest("Invalid cursor".to_owned()),
            )),
            "pageToken" => cases.push(named(
                "invalid_pageToken",
                Error::invalid("pageToken", "is not a token of this list and these filters"),
            )),
            "limit" | "pageSize" => cases.push(named(
                name,
                Error::invalid(name.to_owned(), "must be a whole number from 1 to 500"),
            )),
            "start_date" => {
                let message = "start_date must be less than or equal to end_date";
                cases.push(named("dates", ApiError::BadRequest(message.to_owned())));
                if parameters::is_required(document, operation, name) {
                    cases.push(named("future", ApiError::BadRequest(IN_THE_FUTURE.to_owned())));
                    cases.push(named("missing", Error::invalid("start_date", "is required")));
                }
            }
            "drafts" => cases.push(named(
                "drafts",
                Error::invalid(
                    "drafts",
                    "unknown variant `x`, expected one of `exclude`, `include`, `only`",
                ),
            )),
            "tz" => cases.push(named(
                "zone",
                Error::invalid("tz", "is no IANA time zone: Mars/Olympus"),
            )),
            _ => {}
        }
    }
    if operation.value["requestBody"]["content"][JSON].is_object() {
        cases.extend(unfit());
    }
    if parameters::repeatable(operation) {
        cases.extend(repeated());
    }
    if parameters::in_header(document, operation).any(|name| name == "If-Match") {
        let id = parameters::in_path(operation.path).last().unwrap_or_default();
        let kind = kind(&parameters::subject(operation.path, id));
        let unread = ApiError::BadRequest("Invalid If-Match".to_owned());
        cases.push(named("invalid_If-Match", unread));
        cases.push(named("stale", Error::stale(kind)));
    }
    let declared = &operation.value["responses"]["409"]["description"];
    if let Some(message) = declared.as_str().filter(|message| !message.is_empty()) {
        cases.push(named("conflict", Error::conflict(message.to_owned())));
    }
    cases
}

/// What is wrong with a body that is not the usual JSON of the usual size.
fn special(operation: Operation<'_>) -> Vec<Case> {
    if operation.value["requestBody"]["content"][csv::MEDIA_TYPE].is_object() {
        vec![too_large(csv::LIMIT), media_type(csv::MEDIA_TYPE)]
    } else if parameters::carries_many(operation) {
        vec![too_large(LARGE_LIMIT)]
    } else {
        Vec::new()
    }
}

fn unfit() -> Vec<Case> {
    let malformed = "Malformed JSON: expected value at line 1 column 10";
    vec![
        named("malformed", ApiError::BadRequest(malformed.to_owned())),
        named("unknown_key", Error::invalid("nmae", "unknown field `nmae`")),
    ]
}

fn repeated() -> Vec<Case> {
    vec![
        named(
            "still_running",
            Error::conflict("A request with this Idempotency-Key is still running"),
        ),
        named(
            "key_reused",
            Error::invalid("Idempotency-Key", "was used before with another request"),
        ),
    ]
}

/// What a parameter of the path names, as the domain calls it.
fn kind(subject: &str) -> &'static str {
    match subject {
        "organization" => "Organization",
        "contact" => "Contact",
        "company" => "Company",
        "agent" => "Agent",
        "conversation" => "Conversation",
        "message" => "Message",
        "API key" => "API key",
        "file" => "File",
        "sale" => "Sale",
        "audit log" => "Audit log",
        "channel" => "Channel",
        "draft" => "Message draft",
        "response" => "Response draft",
        "import" => "Import",
        "solution" => "Solution",
        "task" => "Task",
        "funnel" => "Funnel",
        "funnel status" => "Funnel status",
        "operation" => "Operation",
        "team" => "Team",
        "AI employee" => "AI employee",
        "definition" => "Custom field definition",
        "option" => "Custom field option",
        _ => "Record",
    }
}

fn named(name: impl Into<String>, error: impl Into<ApiError>) -> Case {
    (name.into(), error.into())
}

/// Response objects by status, with the body that the surface really gives each of `cases` as an example.
fn responses(surface: &Surface, cases: impl IntoIterator<Item = Case>) -> Result<Map<String, Value>> {
    let schema = format!("#/components/schemas/{}", (surface.error)().0);
    let mut found = Map::new();
    for (name, error) in cases {
        let answer = (surface.render)(&error, REQUEST_ID);
        let status = answer.status();
        let media_type = answer
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or("application/json").to_owned();
        let body = answer.into_body().try_into_bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).map_err(Error::internal)?;
        let response = found.entry(status.as_str()).or_insert_with(|| {
            let content = json!({&media_type: {"schema": {"$ref": schema}, "examples": {}}});
            json!({"description": meaning(surface, status.as_u16()), "content": content})
        });
        response["content"][&media_type]["examples"][name] = json!({"value": body});
    }
    Ok(found)
}

fn meaning(surface: &Surface, status: u16) -> &'static str {
    let shows = |error: &ApiError| (surface.render)(error, REQUEST_ID).status().as_u16() == status;
    match status {
        400 if shows(&Error::invalid("name", "must not be empty").into()) => {
            "A value is not acceptable; the error says which"
        }
        403 if !shows(&ApiError::Credential(Refused::Missing)) => "The API key lacks the scope",
        422 if !shows(&Error::invalid("name", "must not be empty").into()) => {
            "The `Idempotency-Key` was used before with another request"
        }
        400 => "An id or a cursor cannot be read, the range of dates is none, or the JSON is malformed",
        401 => "The API key is missing or not accepted",
        403 => "The API key is missing, not accepted, or lacks the scope",
        404 => "There is no such record in this organization",
        409 => "Another record or request is in the way",
        412 => "The record is not in the version of `If-Match`",
        413 => "The body is too large",
        415 => "The body is of another media type, not in UTF-8, or compressed",
        422 => "A value is not acceptable; the error says which",
        500 => "A defect of the server; the log has the request id",
        503 => "The database is out of reach; try again",
        _ => "An error",
    }
}
