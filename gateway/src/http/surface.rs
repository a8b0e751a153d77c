//! What wraps a whole surface: its credentials, and its documented error body.

use super::auth;
use super::error::ApiError;
use super::fallback::check_encoding;
use super::observe::RequestId;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

/// How a surface words an error: its status and its body.
pub type Render = fn(&ApiError, &str) -> HttpResponse;

/// Admits the request if its credential is accepted, and words whatever goes wrong.
///
/// # Errors
/// None: every error has become an answer.
pub async fn guard<B: MessageBody + 'static>(
    render: Render,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let admitted = auth::admit(&request).await;
    if let Err(error) = admitted.and_then(|()| check_encoding(request.uri())) {
        let id = RequestId::of(&request.extensions());
        let answer = worded(render, &error, &id);
        return Ok(request.into_response(answer));
    }
    word_errors(render, request, next).await
}

/// Words whatever goes wrong; for what needs no credential.
///
/// # Errors
/// None: every error has become an answer.
pub async fn word_errors<B: MessageBody + 'static>(
    render: Render,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let Some(error) = response.response().error() else {
        return Ok(response.map_into_boxed_body());
    };
    let id = RequestId::of(&response.request().extensions());
    let answer = match error.as_error::<ApiError>() {
        Some(error) => worded(render, error, &id),
        // What actix refuses before any handler of ours, such as a path that is not UTF-8.
        None => worded(render, &foreign(response.status(), error), &id),
    };
    Ok(response.into_response(answer).map_into_boxed_body())
}

fn foreign(status: StatusCode, error: &Error) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => ApiError::RouteUnknown,
        status if status.is_client_error() => ApiError::BadRequest(error.to_string()),
        _ => ApiError::Domain(rapport_platform::Error::internal(error.to_string())),
    }
}

fn worded(render: Render, error: &ApiError, request_id: &str) -> HttpResponse {
    let mut answer = render(error, request_id);
    if answer.status().is_server_error() {
        tracing::error!(request_id, %error, "request failed");
    }
    let header = match error {
        ApiError::MethodNotAllowed { allow } => HeaderValue::from_str(allow).ok().map(|value| (ALLOW, value)),
        ApiError::Domain(rapport_platform::Error::RateLimited { retry_after }) => {
            Some((RETRY_AFTER, HeaderValue::from(*retry_after)))
        }
        _ => None,
    };
    if let Some((name, value)) = header {
        answer.headers_mut().insert(name, value);
    }
    answer
}
