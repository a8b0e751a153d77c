//! The conversations and sales of one agent.

use super::sales::SalesAnalyticsView;
use super::window;
use crate::http::{Answer, App, Auth, PathId, Query, Read, ReportQuery, ok};
use crate::surfaces::organizations::params::AgentId;
use actix_web::get;
use rapport_analytics::AgentReport;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(in super::super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_agent_analytics)
        .service(get_agent_conversation_analytics)
        .service(get_agent_sales_analytics);
}

/// The conversations of an agent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentConversationsView {
    /// Conversations whose first message received is in the window and in which the agent sent a later one, at any
    /// time.
    #[schema(example = 42)]
    conversations_responded_to: i64,
    /// Messages that the agent sent in the window.
    #[schema(example = 118)]
    messages_sent: i64,
}

impl From<AgentReport> for AgentConversationsView {
    fn from(report: AgentReport) -> Self {
        Self {
            conversations_responded_to: report.responded,
            messages_sent: report.messages_sent,
        }
    }
}

/// All figures about an agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentAnalyticsView {
    conversations: AgentConversationsView,
    sales: SalesAnalyticsView,
}

/// Get an agent's analytics
///
/// The conversations that the agent answered, and the sales that the agent owns.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = AgentAnalyticsView)))]
#[get("/{agent_id}/analytics")]
async fn get_agent_analytics(
    auth: Auth<Read>,
    id: PathId<AgentId>,
    query: Query<ReportQuery>,
    app: App,
) -> Answer {
    let window = window(&query.0, &app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    ok(&AgentAnalyticsView {
        conversations: app
            .analytics
            .agent_conversations(&reader, id.0, window)
            .await?
            .into(),
        sales: app.analytics.agent_sales(&reader, id.0, window).await?.into(),
    })
}

/// Get an agent's conversation analytics
///
/// The conversations that the agent answered, and the messages that the agent sent.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = AgentConversationsView)))]
#[get("/{agent_id}/analytics/conversations")]
async fn get_agent_conversation_analytics(
    auth: Auth<Read>,
    id: PathId<AgentId>,
    query: Query<ReportQuery>,
    app: App,
) -> Answer {
    let window = window(&query.0, &app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    let report = app.analytics.agent_conversations(&reader, id.0, window).await?;
    ok(&AgentConversationsView::from(report))
}

/// Get an agent's sales analytics
///
/// The stages of the pipeline in their order, each with the sales of the agent that reached it in the window.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = SalesAnalyticsView)))]
#[get("/{agent_id}/analytics/sales")]
async fn get_agent_sales_analytics(
    auth: Auth<Read>,
    id: PathId<AgentId>,
    query: Query<ReportQuery>,
    app: App,
) -> Answer {
    let window = window(&query.0, &app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    let report = app.analytics.agent_sales(&reader, id.0, window).await?;
    ok(&SalesAnalyticsView::from(report))
}
