//! Typed query strings.

use super::body::keyed;
use super::encoding;
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
    if !encoding::is_sound(query) {
        let message = "The query string is not correctly percent-encoded";
        return Err(ApiError::BadRequest(message.to_owned()));
    }
    refuse_nul(query)?;
    let pairs = form_urlencoded::parse(query.as_bytes());
    let text = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(text).map_err(|error| {
        let field = error.path().to_string();
        let cause = error.into_inner().to_string();
        match keyed(&cause) {
            Some((name, message)) => Error::invalid(name.to_owned(), message).into(),
            None => Error::invalid(field, cause).into(),
        }
    })
}

/// Refuses NUL characters, which PostgreSQL cannot keep or compare.
fn refuse_nul(query: &str) -> Result<(), Error> {
    // A NUL cannot stand in a query as itself.
    if !query.contains("%00") {
        return Ok(());
    }
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    match pairs.find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        Some((name, _)) => Err(Error::invalid(
            name.replace('\0', ""),
            "must not contain NUL characters",
        )),
        None => Ok(()),
    }
}
