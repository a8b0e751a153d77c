//! The daily series.

use super::window_in;
use crate::http::{Answer, ApiError, App, Auth, Query, Read, ReportQuery, ok};
use actix_web::get;
use chrono_tz::Tz;
use rapport_analytics::DayReport;
use rapport_platform::{Ctx, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_daily_analytics);
}

/// Which days, and whose.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DailyQuery {
    #[serde(flatten)]
    #[param(ignore)]
    dates: ReportQuery,
    /// The IANA time zone in which days begin, and in which times without an offset are read; the organization's
    /// own when absent.
    #[param(example = "Asia/Kathmandu")]
    tz: Option<String>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayView {
    #[schema(example = "2026-01-31")]
    date: String,
    /// Conversations whose first message received is of that day.
    #[schema(example = 20)]
    num_conversations_received: i64,
    /// Those of them in which a later message was sent, at any time.
    #[schema(example = 14)]
    num_conversations_responded_to: i64,
    /// The mean time until then, in whole seconds; 0 when there are none.
    #[schema(example = 3600)]
    response_time: i64,
    /// Messages received that day.
    #[schema(example = 120)]
    num_messages_received: i64,
    /// Messages sent that day.
    #[schema(example = 118)]
    num_messages_sent: i64,
}

impl From<DayReport> for DayView {
    fn from(day: DayReport) -> Self {
        Self {
            date: day.date.to_string(),
            num_conversations_received: day.response.received,
            num_conversations_responded_to: day.response.responded,
            response_time: day.response.mean_seconds(),
            num_messages_received: day.messages_received,
            num_messages_sent: day.messages_sent,
        }
    }
}

/// The days of a window, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DaysView {
    /// The time zone in which they begin.
    #[schema(example = "Asia/Kathmandu")]
    tz: String,
    data: Vec<DayView>,
}

/// Get conversation analytics by day
///
/// One row for each day of the time zone that has a part in the window, oldest first, also where nothing happened;
/// a day at either end counts for that part. Days on which clocks are changed have 23 or 25 hours. At most 366 days.
#[utoipa::path(tag = "native", params(ReportQuery, DailyQuery), responses((status = 200, body = DaysView)))]
#[get("/conversations/daily")]
async fn get_daily_analytics(auth: Auth<Read>, query: Query<DailyQuery>, app: App) -> Answer {
    let DailyQuery { dates, tz } = query.0;
    let zone = read_zone(tz, &auth.ctx, &app).await?;
    let window = window_in(&dates, zone, &app)?;
    let days = app
        .analytics
        .days(&app.report_reader(&auth.ctx).await?, window, zone)
        .await?;
    ok(&DaysView {
        tz: zone.name().to_owned(),
        data: days.into_iter().map(DayView::from).collect(),
    })
}

async fn read_zone(text: Option<String>, ctx: &Ctx, app: &App) -> Result<Tz, ApiError> {
    match text {
        Some(text) => {
            let zone = text.parse();
            Ok(zone.map_err(|_| Error::invalid("tz", format!("is no IANA time zone: {text}")))?)
        }
        None => Ok(app.organizations.get(&app.reader(ctx).await?).await?.time_zone),
    }
}
