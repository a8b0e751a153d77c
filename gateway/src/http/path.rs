//! Opaque ids in paths.

use super::error::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use rapport_platform::ids;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use uuid::Uuid;

/// A parameter of the path that holds an opaque id.
pub trait PathParam: 'static {
    /// Its name in the path: `contact_id`.
    const NAME: &'static str;
}

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

/// Declares parameters of paths: `path_params!(ContactId = "contact_id")`.
#[macro_export]
macro_rules! path_params {
    ($($name:ident = $text:literal),+ $(,)?) => {$(
        #[doc = concat!("The parameter `", $text, "`.")]
        #[derive(Debug)]
        pub struct $name;
        impl $crate::http::path::PathParam for $name {
            const NAME: &'static str = $text;
        }
    )+};
}
