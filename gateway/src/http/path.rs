//! Ids in paths.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use rapport_platform::{Error, ids};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use uuid::Uuid;

/// A parameter of the path that holds an opaque id.
pub trait PathParam: 'static {
    /// Its name in the path: `contact_id`.
    const NAME: &'static str;
    /// What it names, as the domain calls it: `Contact`.
    const WHAT: &'static str = "Record";
}

/// The largest numeric id, 2^53: up to there, every JSON reader keeps whole numbers exactly.
pub const MOST: i64 = 1 << 53;
/// What is wrong with a text that is no numeric id.
pub const NOT_A_NUMBER: &str = "must be a whole number from 1 to 2^53";

/// The id in the parameter `P`; `400 Invalid <name>` when it is not an opaque id.
#[derive(Debug)]
pub struct PathId<P>(pub Uuid, PhantomData<P>);

impl<P: PathParam> FromRequest for PathId<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get(P::NAME).and_then(ids::parse_opaque);
        ready(
            id.map(|id| Self(id, PhantomData))
                .ok_or_else(|| ApiError::BadRequest(format!("Invalid {}", P::NAME))),
        )
    }
}

/// The numeric id in the parameter `P`; `Invalid` naming it when it is no whole number from 1 to 2^53.
#[derive(Debug)]
pub struct PathNumber<P>(pub i64, PhantomData<P>);

impl<P: PathParam> FromRequest for PathNumber<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get(P::NAME).and_then(number);
        ready(
            id.map(|id| Self(id, PhantomData))
                .ok_or_else(|| Error::invalid(P::NAME, NOT_A_NUMBER).into()),
        )
    }
}

/// The numeric id that `text` writes in decimal digits.
pub fn number(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| plain);
    number.filter(|number| (1..=MOST).contains(number))
}

/// The UUID in the parameter `P`. Any text may be an id there, so one that is no UUID is that of no record.
#[derive(Debug)]
pub struct PathUuid<P>(pub Uuid, PhantomData<P>);

impl<P: PathParam> FromRequest for PathUuid<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get(P::NAME)
            .and_then(|text| text.parse().ok());
        ready(
            id.map(|id| Self(id, PhantomData))
                .ok_or_else(|| Error::not_found(P::WHAT).into()),
        )
    }
}

/// Declares parameters of paths: `path_params!(ContactId = "contact_id")`, `path_params!(TaskId = "taskId": "Task")`.
#[macro_export]
macro_rules! path_params {
    ($($name:ident = $text:literal $(: $what:literal)?),+ $(,)?) => {$(
        #[doc = concat!("The parameter `", $text, "`.")]
        #[derive(Debug)]
        pub struct $name;
        impl $crate::http::path::PathParam for $name {
            const NAME: &'static str = $text;
            $(const WHAT: &'static str = $what;)?
        }
    )+};
}
