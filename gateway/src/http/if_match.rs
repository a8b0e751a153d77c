//! `If-Match`: changes only what has not changed meanwhile.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header::{self, ETAG, EntityTag, Header, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use std::future::{Ready, ready};

/// The versions in which a record may be for the request to be carried out (RFC 9110, section 13.1.1), by the
/// entity tags that its answers carry; `None` when the request demands none, or has `*`.
#[derive(Debug)]
pub struct IfMatch(pub Option<Vec<i64>>);

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(versions(request).map(Self))
    }
}

fn versions(request: &HttpRequest) -> Result<Option<Vec<i64>>, ApiError> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Ok(None);
    }
    match header::IfMatch::parse(request) {
        Ok(header::IfMatch::Any) => Ok(None),
        Ok(header::IfMatch::Items(tags)) if !tags.is_empty() => {
            Ok(Some(tags.iter().filter_map(version).collect()))
        }
        _ => Err(ApiError::BadRequest("Invalid If-Match".to_owned())),
    }
}

/// The version for which a tag stands. A weak one stands for none, nor does one that is written otherwise than it is
/// given: the comparison is the strong one, character by character.
fn version(tag: &EntityTag) -> Option<i64> {
    let version: i64 = tag.tag().parse().ok()?;
    (!tag.weak && tag.tag() == version.to_string()).then_some(version)
}

/// The entity tag of a version.
pub fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Gives an answer the tag of the version that it shows.
#[must_use]
pub fn tagged(mut answer: HttpResponse, version: i64) -> HttpResponse {
    // Digits between quotes are a header value.
    if let Ok(tag) = HeaderValue::from_str(&tag(version)) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}
