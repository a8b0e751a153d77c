//! The conversations of an organization.

#![expect(
    clippy::struct_field_names,
    reason = "the names are those of the published reference"
)]

use super::window;
use crate::http::{Answer, ApiError, App, Auth, Query, Read, ReportQuery, ok};
use actix_web::get;
use rapport_analytics::{ConversationReport, ModalityFigures, ResponseFigures, VolumeFigures};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_conversation_analytics)
        .service(get_response_rate)
        .service(get_response_time)
        .service(get_volume)
        .service(get_modality);
}

/// How many conversations were answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseRateView {
    /// Those of the conversations received in which a later message was sent, by a person or the AI, at any time.
    #[schema(example = 14)]
    num_conversations_responded_to: i64,
    /// Conversations whose first message received is in the window.
    #[schema(example = 20)]
    num_conversations_received: i64,
    /// The one over the other, to four decimals; 0 when none was received.
    #[schema(example = 0.7)]
    response_rate: f64,
}

/// How soon conversations were answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseTimeView {
    /// The mean time from the first message received to the first one sent after it, in whole seconds, over the
    /// conversations received in the window and answered; 0 when there are none.
    #[schema(example = 3600)]
    response_time: i64,
}

/// How much was said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeView {
    /// Messages received in the window.
    #[schema(example = 120)]
    num_messages_received: i64,
    /// Messages sent in the window.
    #[schema(example = 118)]
    num_messages_sent: i64,
    /// Conversations with a message in the window.
    #[schema(example = 42)]
    total_conversations: i64,
}

/// The conversations whose first message received is in the window, by the modality of that message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModalityView {
    #[schema(example = 10)]
    text_messages: i64,
    #[schema(example = 4)]
    calls: i64,
    #[schema(example = 20)]
    emails: i64,
    #[schema(example = 6)]
    live_chats: i64,
    #[schema(example = 2)]
    form_requests: i64,
}

/// All figures about conversations, of one moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationAnalyticsView {
    response_rate_stats: ResponseRateView,
    response_time_stats: ResponseTimeView,
    volume_stats: VolumeView,
    modality_stats: ModalityView,
}

impl From<&ResponseFigures> for ResponseRateView {
    fn from(figures: &ResponseFigures) -> Self {
        Self {
            num_conversations_responded_to: figures.responded,
            num_conversations_received: figures.received,
            response_rate: figures.rate(),
        }
    }
}

impl From<&ResponseFigures> for ResponseTimeView {
    fn from(figures: &ResponseFigures) -> Self {
        Self {
            response_time: figures.mean_seconds(),
        }
    }
}

impl From<&VolumeFigures> for VolumeView {
    fn from(figures: &VolumeFigures) -> Self {
        Self {
            num_messages_received: figures.messages_received,
            num_messages_sent: figures.messages_sent,
            total_conversations: figures.conversations,
        }
    }
}

impl From<&ModalityFigures> for ModalityView {
    fn from(figures: &ModalityFigures) -> Self {
        Self {
            text_messages: figures.texts,
            calls: figures.calls,
            emails: figures.emails,
            live_chats: figures.live_chats,
            form_requests: figures.form_requests,
        }
    }
}

impl From<&ConversationReport> for ConversationAnalyticsView {
    fn from(report: &ConversationReport) -> Self {
        Self {
            response_rate_stats: (&report.response).into(),
            response_time_stats: (&report.response).into(),
            volume_stats: (&report.volume).into(),
            modality_stats: (&report.modality).into(),
        }
    }
}

async fn report(auth: &Auth<Read>, query: &ReportQuery, app: &App) -> Result<ConversationReport, ApiError> {
    let window = window(query, app)?;
    let reader = app.report_reader(&auth.ctx).await?;
    Ok(app.analytics.conversations(&reader, window).await?)
}

/// Get conversation analytics
///
/// How the conversations of the window were answered, how much was said, and by which way they came.
#[utoipa::path(
    tag = "analytics",
    params(ReportQuery),
    responses((status = 200, body = ConversationAnalyticsView))
)]
#[get("/conversations")]
async fn get_conversation_analytics(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    ok(&ConversationAnalyticsView::from(
        &report(&auth, &query.0, &app).await?,
    ))
}

/// Get the response rate
///
/// How many of the conversations received in the window were answered.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = ResponseRateView)))]
#[get("/conversations/response-rate")]
async fn get_response_rate(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    ok(&ResponseRateView::from(
        &report(&auth, &query.0, &app).await?.response,
    ))
}

/// Get the response time
///
/// How soon the conversations received in the window were answered.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = ResponseTimeView)))]
#[get("/conversations/response-time")]
async fn get_response_time(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    ok(&ResponseTimeView::from(
        &report(&auth, &query.0, &app).await?.response,
    ))
}

/// Get the volume
///
/// How many messages were received and sent in the window, and in how many conversations.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = VolumeView)))]
#[get("/conversations/volume")]
async fn get_volume(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    ok(&VolumeView::from(&report(&auth, &query.0, &app).await?.volume))
}

/// Get the modalities
///
/// By which way the conversations received in the window came.
#[utoipa::path(tag = "analytics", params(ReportQuery), responses((status = 200, body = ModalityView)))]
#[get("/conversations/modality")]
async fn get_modality(auth: Auth<Read>, query: Query<ReportQuery>, app: App) -> Answer {
    ok(&ModalityView::from(
        &report(&auth, &query.0, &app).await?.modality,
    ))
}
