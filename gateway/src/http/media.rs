//! What a request says of its body.

use super::error::ApiError;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::{HttpMessage, HttpRequest};
use mime::Mime;

/// Refuses a body that is of a media type which does not fit, written in another charset than UTF-8, or compressed.
///
/// # Errors
/// 415; `wanted` is the media type to name.
pub fn check(
    request: &HttpRequest,
    wanted: &'static str,
    fits: impl FnOnce(&Mime) -> bool,
) -> Result<(), ApiError> {
    let Some(media_type) = request.mime_type().ok().flatten().filter(fits) else {
        return Err(ApiError::MediaType { wanted });
    };
    let charset = media_type.get_param(mime::CHARSET);
    if charset.is_some_and(|charset| charset != mime::UTF_8 && charset != "us-ascii") {
        return Err(ApiError::MediaType { wanted: "in UTF-8" });
    }
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let wanted = "sent as it is, without a Content-Encoding";
        return Err(ApiError::MediaType { wanted });
    }
    Ok(())
}
