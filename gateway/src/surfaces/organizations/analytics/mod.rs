//! Reports on conversations and sales.

mod agents;
mod conversations;
mod daily;
mod sales;

pub(super) use agents::routes as routes_of_agents;

use crate::http::{ApiError, App, ReportQuery};
use chrono_tz::Tz;
use rapport_analytics::Window;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(conversations::routes)
        .configure(daily::routes)
        .configure(sales::routes);
}

/// The window that is asked for, with times without an offset in UTC.
pub(super) fn window(query: &ReportQuery, app: &App) -> Result<Window, ApiError> {
    window_in(query, Tz::UTC, app)
}

fn window_in(query: &ReportQuery, zone: Tz, app: &App) -> Result<Window, ApiError> {
    let (from, to) = query.read(zone, app.db.now())?;
    Ok(Window::new(from, to)?)
}
