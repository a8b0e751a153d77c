//! What happens to every request: an id, security headers, one log line, and figures.

use crate::http::App;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use std::sync::Arc;
use std::time::{Duration, Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

/// The id by which a request is found in the logs.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id noted with a request.
    pub fn of(extensions: &Extensions) -> Arc<str> {
        extensions
            .get::<Self>()
            .map_or_else(|| "".into(), |id| id.0.clone())
    }
}

/// Gives the request its id, and its answer the id and the security headers; logs and counts it.
///
/// # Errors
/// What the service answers.
pub async fn observe<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = callers_id(request.headers()).unwrap_or_else(|| fresh_id(&request));
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    harden(response.headers_mut());
    record(&response, &id, started.elapsed());
    Ok(response)
}

/// The one log line and the figures of a request.
fn record<B>(response: &ServiceResponse<B>, id: &str, took: Duration) {
    let request = response.request();
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("-");
    let status = response.status();
    if let Some(app) = request.app_data::<App>() {
        app.metrics
            .count(request.method().as_str(), route, status.as_str(), took);
    }
    tracing::info!(
        request_id = id,
        method = request.method().as_str(),
        route,
        status = status.as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
}

/// The caller's own id, if it is short and plain enough to stand in a log.
fn callers_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    ((1..=LONGEST).contains(&id.len()) && id.chars().all(plain)).then(|| id.into())
}

fn fresh_id(request: &ServiceRequest) -> Arc<str> {
    match request.app_data::<App>() {
        Some(app) => app.db.uuid(app.db.now()).simple().to_string().into(),
        None => "".into(),
    }
}

/// Headers that keep browsers from doing what an API never wants; a page's own policy stands.
fn harden(headers: &mut HeaderMap) {
    const FIXED: [(&str, &str); 4] = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in FIXED {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
