//! API keys.

use super::fields::reference;
use super::params::ApiKeyId;
use super::time;
use crate::http::{Admin, Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query};
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use rapport_crm_core::api_keys::{ApiKey, NewApiKey};
use rapport_platform::{Error, Scope, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list_api_keys)
        .service(create_api_key)
        .service(delete_api_key);
}

/// An API key, without the key itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfK")]
    api_key_id: String,
    /// What it opens: this organization, or its sandbox for a test key.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfD")]
    organization_id: String,
    #[schema(example = "Website form")]
    name: String,
    /// Its first characters, to recognise it by.
    #[schema(example = "sk_live_4fGh")]
    prefix: String,
    /// What it may do; `admin` implies `write`, and `write` implies `read`.
    #[schema(example = json!(["read", "write"]))]
    scopes: Vec<String>,
    /// The agent for whom it acts.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    /// Whether it was not ended. One that acts for an inactive agent is refused all the same.
    #[schema(example = true)]
    active: bool,
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    #[serde(with = "time::option")]
    #[schema(example = "2026-05-15T15:34:12.000000Z")]
    last_used_at: Option<DateTime<Utc>>,
    #[serde(with = "time")]
    #[schema(example = "2026-05-15T15:34:12.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            api_key_id: ids::opaque(key.uuid),
            organization_id: ids::opaque(key.organization.uuid),
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes.names(),
            agent_id: key.agent.map(ids::opaque),
            active: key.active,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            created_at: key.created_at,
        }
    }
}

/// A new API key, with the key itself: it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiKeyView {
    #[serde(flatten)]
    stored: ApiKeyView,
    /// The key. Only a digest of it is stored, so it is null when the request is repeated with its
    /// `Idempotency-Key`.
    #[schema(example = "sk_live_…")]
    api_key: Option<String>,
}

/// A right.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeName {
    /// See everything.
    Read,
    /// Change contacts, conversations and the like.
    Write,
    /// Manage agents, keys and the organization.
    Admin,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Write => Self::Write,
            ScopeName::Admin => Self::Admin,
        }
    }
}

/// A new API key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKeyBody {
    /// What it is for.
    #[schema(max_length = 255, example = "Website form")]
    name: String,
    /// What it may do.
    #[schema(min_items = 1, example = json!(["read", "write"]))]
    scopes: Vec<ScopeName>,
    /// An agent of the organization for whom it acts.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    /// When it ends (RFC 3339); never when absent.
    #[serde(default, with = "time::option")]
    #[schema(example = json!(null))]
    expires_at: Option<DateTime<Utc>>,
    /// A key for trying things: it opens the organization's sandbox, made on demand.
    #[serde(default)]
    #[schema(example = false)]
    test: bool,
}

impl NewApiKeyBody {
    fn into_domain(self) -> Result<NewApiKey, Error> {
        Ok(NewApiKey {
            name: self.name,
            scopes: self.scopes.into_iter().map(Scope::from).collect(),
            agent: self.agent_id.map(|id| reference("agent_id", &id)).transpose()?,
            expires_at: self.expires_at,
            test: self.test,
        })
    }
}

/// List API keys
///
/// The keys of the organization and of its sandbox, newest first. Needs the scope `admin`.
#[utoipa::path(tag = "native", params(PageQuery), responses((status = 200, body = ListView<ApiKeyView>)))]
#[get("")]
async fn list_api_keys(auth: Auth<Admin>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "api-keys", "", PAGE)?;
    let found = app
        .api_keys
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    crate::http::ok(&page.view::<_, ApiKeyView>(found))
}

/// Create an API key
///
/// The key itself is in this answer and nowhere else. Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = NewApiKeyBody, responses((status = 201, body = CreatedApiKeyView)))]
#[post("")]
async fn create_api_key(auth: Auth<Admin>, app: App, once: Once, body: Body<NewApiKeyBody>) -> Answer {
    once.created_with_secret(&app, &auth, body, async |tx, body| {
        let (stored, key) = app.api_keys.create(tx, body.into_domain()?).await?;
        let stored = ApiKeyView::from(stored);
        let kept = CreatedApiKeyView {
            stored: stored.clone(),
            api_key: None,
        };
        let shown = CreatedApiKeyView {
            stored,
            api_key: Some(key),
        };
        Ok((shown, kept))
    })
    .await
}

/// Delete an API key
///
/// It is refused from then on. Needs the scope `admin`.
#[utoipa::path(tag = "native", responses((status = 204)))]
#[delete("/{api_key_id}")]
async fn delete_api_key(auth: Auth<Admin>, id: PathId<ApiKeyId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.api_keys.delete(tx, id.0).await)
        .await?;
    // Other processes hear of it in a moment; here it holds with this answer.
    app.credentials.clear();
    Ok(HttpResponse::NoContent().finish())
}
