//! Typed JSON bodies.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use rapport_platform::Error;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

/// The type of JSON bodies.
pub const JSON: &str = "application/json";
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
        let typed = is_json(request);
        let payload = payload.take();
        Box::pin(async move {
            if !typed {
                return Err(ApiError::MediaType { wanted: JSON });
            }
            let bytes = read(payload).await?;
            Ok(Self {
                value: parse(&bytes)?,
                digest: Sha256::digest(&bytes).into(),
            })
        })
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
    essence == JSON || (essence.starts_with("application/") && essence.ends_with("+json"))
}

async fn read(mut payload: Payload) -> Result<Vec<u8>, ApiError> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|error| ApiError::BadRequest(format!("The request body broke off: {error}")))?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(ApiError::TooLarge { limit: LIMIT });
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
