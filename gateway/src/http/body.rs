//! Typed JSON bodies.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use rapport_platform::Error;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use sha2::{Digest, Sha256};

/// How large a JSON body may be, in bytes.
pub const LIMIT: usize = 1024 * 1024;

/// A JSON body as a `T`. Malformed JSON is refused with line and column, a value that does not fit and an
/// unknown key naming the field.
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
    let typed = is_json(request);
    let payload = payload.take();
    Box::pin(async move {
        if !typed {
            return Err(ApiError::MediaType);
        }
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

fn is_json(request: &HttpRequest) -> bool {
    let header = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = header
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
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
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let cause = error.into_inner();
        match cause.classify() {
            Category::Data => unfit(&field, &cause.to_string()),
            _ => ApiError::BadRequest(format!("Malformed JSON: {cause}")),
        }
    })?;
    json.end()
        .map_err(|error| ApiError::BadRequest(format!("Malformed JSON: {error}")))?;
    Ok(value)
}

/// The position serde adds says nothing to those who sent one line of JSON; the field does.
fn unfit(field: &str, message: &str) -> ApiError {
    let message = message.split(" at line ").next().unwrap_or(message).to_owned();
    let field = if field == "." {
        "body".to_owned()
    } else {
        field.to_owned()
    };
    Error::invalid(field, message).into()
}
