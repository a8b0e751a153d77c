//! The sales of an organization.

use super::window;
use crate::http::{Answer, App, Auth, Query, Read, ReportQuery, ok};
use actix_web::get;
use rapport_analytics::{SalesReport, StageFigures};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_sales_analytics);
}

/// A stage of the pipeline, and the sales that reached it in the window.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageAnalyticsView {
    #[schema(example = "Quoted")]
    name: String,
    /// By what programs know the stage.
    #[schema(example = "quote_sent")]
    status: Option<String>,
    /// How many sales reached it; one that did so several times counts once.
    #[schema(example = 18)]
    volume: i64,
    /// What those of them that are in the organization's currency are worth now.
    #[schema(example = "21600.00")]
    value: String,
}

impl From<StageFigures> for StageAnalyticsView {
    fn from(stage: StageFigures) -> Self {
        Self {
            name: stage.name,
            status: stage.status,
            volume: stage.volume,
            value: stage.value.to_plain_string(),
        }
    }
}

/// The sales of a window.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesAnalyticsView {
    /// The stages in their order.
    pipeline: Vec<StageAnalyticsView>,
    /// Sales that were accepted over those that reached the first stage, to two decimals; 0 when none did.
    #[schema(example = 0.46)]
    sales_rate: f64,
}

impl From<SalesReport> for SalesAnalyticsView {
    fn from(report: SalesReport) -> Self {
        Self {
            sales_rate: report.sales_rate(),
            pipeline: report
                .pipeline
                .into_iter()
                .map(StageAnalyticsView::from)
                .collect(),
        }
    }
}

/// Get sales analytics
///
/// The stages of the pipeline in their order, each with the sales that reached it in the window. Drafts and deleted
/// sales do not count; sales in other currencies than the organization's count in the volume alone.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = SalesAnalyticsView)))]
#[get("/sales")]
async fn get_sales_analytics(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    let window = window(&query.0, &app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    ok(&SalesAnalyticsView::from(
        app.analytics.sales(&reader, window).await?,
    ))
}
