//! What machines ask: whether the process lives, whether it can work, and its figures.

use super::{Answer, App};
use actix_web::{HttpResponse, get, web};
use diesel_async::SimpleAsyncConnection;
use rapport_platform::Error;
use serde_json::json;

/// Where they are.
pub const PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(healthz).service(readyz).service(metrics);
}

/// The process lives; nothing else is asked.
#[get("/healthz")]
async fn healthz() -> Answer {
    super::ok(&json!({"status": "ok"}))
}

/// The database answers, so requests can be served.
#[get("/readyz")]
async fn readyz(app: App) -> Answer {
    app.db
        .directory()
        .await?
        .conn()
        .batch_execute("SELECT 1")
        .await
        .map_err(Error::from)?;
    super::ok(&json!({"status": "ready"}))
}

#[get("/metrics")]
async fn metrics(app: App) -> Answer {
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(app.metrics.text()?))
}
