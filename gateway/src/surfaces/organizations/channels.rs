//! Channels.

use super::params::ChannelId;
use super::time;
use crate::http::{Admin, Answer, App, Auth, Body, ListView, PageQuery, PathId, Query, Read, ok};
use actix_web::{get, patch};
use chrono::{DateTime, Utc};
use rapport_crm_core::{Channel, ChannelPatch};
use rapport_platform::{Patch, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_channel)
        .service(list_channels)
        .service(update_channel);
}

/// What carries messages of one modality.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfN")]
    channel_id: String,
    /// `sandbox`: nothing leaves the system.
    #[schema(example = "sandbox")]
    kind: String,
    /// `email`, `text` or `live_chat`.
    #[schema(example = "email")]
    modality: String,
    #[schema(example = "Sandbox e-mail")]
    name: String,
    /// An inactive channel carries nothing.
    #[schema(example = true)]
    active: bool,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<Channel> for ChannelView {
    fn from(channel: Channel) -> Self {
        Self {
            channel_id: ids::opaque(channel.uuid),
            kind: channel.kind,
            modality: channel.modality,
            name: channel.name,
            active: channel.active,
            created_at: channel.created_at,
        }
    }
}

/// Changes to a channel. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelPatchBody {
    #[serde(default)]
    #[schema(value_type = String, max_length = 255, example = "Sandbox e-mail")]
    name: Patch<String>,
    /// An inactive channel carries nothing: drafts for it are refused, and those that come due fail.
    #[serde(default)]
    #[schema(value_type = bool, example = true)]
    active: Patch<bool>,
}

/// List channels
///
/// What carries messages, newest first. Every organization has a sandbox for each modality it writes.
#[utoipa::path(tag = "native", params(PageQuery), responses((status = 200, body = ListView<ChannelView>)))]
#[get("")]
async fn list_channels(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "channels", "", PAGE)?;
    let found = app
        .channels
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, ChannelView>(found))
}

/// Get a channel
///
/// One channel of the organization.
#[utoipa::path(tag = "native", responses((status = 200, body = ChannelView)))]
#[get("/{channel_id}")]
async fn get_channel(auth: Auth<Read>, id: PathId<ChannelId>, app: App) -> Answer {
    let channel = app.channels.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&ChannelView::from(channel))
}

/// Update a channel
///
/// Its name, and whether it carries anything. An absent key leaves the field. Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = ChannelPatchBody, responses((status = 200, body = ChannelView)))]
#[patch("/{channel_id}")]
async fn update_channel(
    auth: Auth<Admin>,
    id: PathId<ChannelId>,
    app: App,
    body: Body<ChannelPatchBody>,
) -> Answer {
    let ChannelPatchBody { name, active } = body.value;
    let patch = ChannelPatch { name, active };
    let channel = app
        .db
        .write(&auth.ctx, async |tx| app.channels.update(tx, id.0, patch).await)
        .await?;
    ok(&ChannelView::from(channel))
}
