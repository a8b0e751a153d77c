//! Typed JSON bodies.

use super::error::ApiError;
use super::media;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use mime::Mime;
use rapport_platform::Error;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};

/// The type of JSON bodies.
pub const JSON: &str = "application/json";
/// How large a JSON body may be, in bytes.
pub const LIMIT: usize = 1024 * 1024;

/// A JSON body as a `T`. Malformed JSON is refused with line and column; a value that does not fit, a key that is
/// missing and one that is not known naming the field.
#[derive(Debug)]
pub struct Body<T> {
    /// What the body says.
    pub value: T,
    /// A digest of its bytes, by which a repeated request is recognised.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        take(request, payload, LIMIT)
    }
}

/// How large the JSON body of a request that carries many items may be, in bytes.
pub const LARGE_LIMIT: usize = 4 * 1024 * 1024;

/// As [`Body`], of a request that carries many items.
#[derive(Debug)]
pub struct Large<T>(pub Body<T>);

impl<T: DeserializeOwned + 'static> FromRequest for Large<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = take(request, payload, LARGE_LIMIT);
        Box::pin(async { body.await.map(Self) })
    }
}

fn take<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> LocalBoxFuture<'static, Result<Body<T>, ApiError>> {
    let checked = media::check(request, JSON, is_json);
    let payload = payload.take();
    Box::pin(async move {
        checked?;
        let bytes = read(payload, limit).await?;
        Ok(Body {
            value: parse(&bytes)?,
            digest: Sha256::digest(&bytes).into(),
        })
    })
}

/// A key that may stand in a body and means nothing there, such as one that the server itself keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

fn is_json(media_type: &Mime) -> bool {
    let json = media_type.subtype() == mime::JSON || media_type.suffix() == Some(mime::JSON);
    media_type.type_() == mime::APPLICATION && json
}

async fn read(mut payload: Payload, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|error| ApiError::BadRequest(format!("The request body broke off: {error}")))?;
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would take the items of a list for the fields in their order; for those of `objects!` it does not.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| malformed(&error))?;
        let message = match bytes.trim_ascii() {
            b"null" => "must not be null",
            _ => "must be a JSON object",
        };
        return Err(Error::invalid("body", message).into());
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| unfit(bytes, error))?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(cause: &serde_json::Error) -> ApiError {
    ApiError::BadRequest(format!("Malformed JSON: {cause}"))
}

/// Says which field is to blame, unless the body is no JSON at all. The kind of the error does not tell: some values
/// that are only of the wrong type, such as null for a name of a list, count as errors of syntax.
fn unfit(bytes: &[u8], error: serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    if let Err(cause) = serde_json::from_slice::<IgnoredAny>(bytes) {
        return malformed(&cause);
    }
    // What is correct JSON may still hold numbers that a tree cannot.
    let body: Option<Value> = serde_json::from_slice(bytes).ok();
    let (path, cause) = (error.path().clone(), error.into_inner());
    let text = cause.to_string();
    // The position says nothing to those who sent one line of JSON; the field does.
    let message = text.split(" at line ").next().unwrap_or(&text);
    let (key, message) = match keyed(message) {
        Some((key, message)) => (Some(key), message),
        None if message.starts_with("unknown field") => (None, message),
        None if body.is_some_and(|body| at(&body, &path).is_some_and(Value::is_null)) => {
            (None, "must not be null")
        }
        None if cause.is_data() => (None, message),
        None => (None, "is of the wrong type"),
    };
    Error::invalid(named(&path, key), message.to_owned()).into()
}

/// The key that serde names in its message rather than in the path, which leads to the object around it.
pub(super) fn keyed(message: &str) -> Option<(&str, &'static str)> {
    let said = [
        ("missing field `", "is required"),
        ("duplicate field `", "is given twice"),
    ];
    said.into_iter().find_map(|(start, meaning)| {
        let (key, _) = message.strip_prefix(start)?.rsplit_once('`')?;
        Some((key, meaning))
    })
}

/// `products[2].quantity`; the body itself is `body`.
fn named(path: &Path, key: Option<&str>) -> String {
    let root = path.iter().next().is_none();
    match (root, key) {
        (true, key) => key.unwrap_or("body").to_owned(),
        (false, None) => path.to_string(),
        (false, Some(key)) => format!("{path}.{key}"),
    }
}

/// The value to which the path leads.
fn at<'a>(body: &'a Value, path: &Path) -> Option<&'a Value> {
    path.iter().try_fold(body, |value, step| match step {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        Segment::Enum { .. } => Some(value),
        Segment::Unknown => None,
    })
}
