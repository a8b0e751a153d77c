//! The HTTP server: all surfaces on one application.

use crate::app::App;
use crate::http::observe::observe;
use crate::surfaces;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpServer, web};
use std::net::TcpListener;
use utoipa_actix_web::AppExt;

/// Serves `app` on `listener` until it is told to stop.
///
/// # Errors
/// When the listener cannot be used.
pub fn run(app: App, listener: TcpListener) -> std::io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        let (application, _) = actix_web::App::new()
            .into_utoipa_app()
            .app_data(web::Data::new(app.clone()))
            .configure(surfaces::organizations::configure)
            .split_for_parts();
        application.wrap(Compress::default()).wrap(from_fn(observe))
    });
    Ok(server.listen(listener)?.run())
}
