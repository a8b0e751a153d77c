//! Typed query strings.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use rapport_platform::Error;
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};

/// The query string as a `T`; a value that does not fit is refused naming its parameter.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    check_encoding(query)?;
    let pairs = form_urlencoded::parse(query.as_bytes());
    let text = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(text).map_err(|error| {
        let field = error.path().to_string();
        Error::invalid(field, error.into_inner().to_string()).into()
    })
}

/// Every `%` must be followed by two hexadecimal digits (RFC 3986, 2.1), and the bytes must be UTF-8.
fn check_encoding(query: &str) -> Result<(), ApiError> {
    let refused = || ApiError::BadRequest("The query string is not correctly percent-encoded".to_owned());
    let mut parts = query.split('%');
    parts.next();
    let sound = parts.all(|part| {
        part.as_bytes()
            .iter()
            .take(2)
            .filter(|byte| byte.is_ascii_hexdigit())
            .count()
            == 2
    });
    if !sound || percent_encoding::percent_decode_str(query).decode_utf8().is_err() {
        return Err(refused());
    }
    Ok(())
}
