//! The HTTP server: all surfaces on one application.

use crate::app::App;
use crate::http::fallback;
use crate::http::health;
use crate::http::observe::observe;
use crate::http::surface::word_errors;
use crate::openapi::Site;
use crate::surfaces;
use actix_cors::Cors;
use actix_web::http::header;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{HttpServer, web};
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;
use utoipa_actix_web::AppExt;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Http {
    /// How many threads; one more than processors when `None`.
    pub workers: Option<usize>,
    /// The origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// How long requests under way may take to finish at the end.
    pub shutdown: Duration,
}

/// Serves `app` on `listener` until its handle is told to stop: then no new requests are taken and those under
/// way are finished. Signals are the caller's business, who may be told before there is a server.
///
/// # Errors
/// When the listener cannot be used.
pub fn run(app: App, listener: TcpListener, http: &Http) -> std::io::Result<actix_web::dev::Server> {
    let site = web::Data::new(Site::build().map_err(std::io::Error::other)?);
    let origins = http.cors_origins.clone();
    let server = HttpServer::new(move || {
        let application = actix_web::App::new()
            .into_utoipa_app()
            .app_data(web::Data::new(app.clone()))
            .app_data(site.clone());
        surfaces::ALL
            .iter()
            .fold(application, |application, surface| {
                application.configure(surface.configure)
            })
            .into_app()
            .default_service(web::to(fallback::unknown))
            .service(
                web::scope("")
                    .configure(health::configure)
                    .configure(|config| site.configure(config))
                    .wrap(from_fn(|request, next| {
                        word_errors(surfaces::organizations::render, request, next)
                    })),
            )
            .wrap(from_fn(fallback::head_as_get))
            .wrap(Compress::default())
            .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
            .wrap(from_fn(observe))
    })
    .disable_signals()
    .shutdown_timeout(http.shutdown.as_secs())
    .workers(http.workers.unwrap_or_else(workers));
    Ok(server.listen(listener)?.run())
}

/// One more than processors: a thread that is busy with a long request leaves enough for the others.
fn workers() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get) + 1
}

fn cors(origins: &[String]) -> Cors {
    let allowed = origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    allowed
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_MATCH])
        .allowed_header("X-API-KEY")
        .allowed_header("Idempotency-Key")
        .allowed_header("X-Request-Id")
        .expose_headers(["X-Request-Id", "Idempotent-Replayed", "ETag"])
        .max_age(3600)
}
