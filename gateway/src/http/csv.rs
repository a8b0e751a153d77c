//! CSV: as the body of a request, and as an answer that is made while it is sent (RFC 4180).

use super::error::ApiError;
use super::media;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream, StreamExt};
use rapport_platform::{Error, Result};

/// The type of CSV files.
pub const MEDIA_TYPE: &str = "text/csv";
/// How large a CSV file may be, in bytes.
pub const LIMIT: usize = 64 * 1024 * 1024;

/// The CSV file that a request brings, piece by piece.
///
/// # Errors
/// 415 when it is of another type; in the stream 400 when it breaks off, 413 when it is too large.
pub fn body(
    request: &HttpRequest,
    payload: Payload,
) -> Result<impl Stream<Item = Result<Bytes, ApiError>> + Unpin + use<>, ApiError> {
    media::check(request, MEDIA_TYPE, |media_type| {
        media_type.essence_str() == MEDIA_TYPE
    })?;
    let mut size = 0;
    Ok(payload.map(move |piece| {
        let piece =
            piece.map_err(|error| ApiError::BadRequest(format!("The request body broke off: {error}")))?;
        size += piece.len();
        if size > LIMIT {
            return Err(ApiError::TooLarge { limit: LIMIT });
        }
        Ok(piece)
    }))
}

/// An answer that is downloaded as a file of this name. When the stream fails, the connection is broken off, so that
/// nobody takes what was sent for the whole.
pub fn download(name: &str, content: impl Stream<Item = Result<Bytes>> + 'static) -> HttpResponse {
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(name.to_owned())],
    };
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(disposition)
        .streaming(content.map(|piece| {
            piece.map_err(|error| {
                tracing::error!(%error, "a download was broken off");
                actix_web::error::ErrorInternalServerError("broken off")
            })
        }))
}

/// Rows as CSV, with line breaks of CR and LF.
///
/// # Errors
/// Never; writing to memory does not fail.
pub fn write<C: AsRef<[u8]>>(rows: impl IntoIterator<Item = impl IntoIterator<Item = C>>) -> Result<Bytes> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(Error::internal)?;
    }
    Ok(writer
        .into_inner()
        .map_err(|error| Error::internal(error.to_string()))?
        .into())
}
