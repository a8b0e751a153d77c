//! The audit log.

use super::params::AuditLogId;
use super::time;
use crate::http::{Answer, ApiError, App, Auth, DateQuery, ListView, PageQuery, PathId, Query, Read, ok};
use actix_web::get;
use chrono::{DateTime, Utc};
use rapport_crm_core::audit::{Action, AuditFilter, AuditLog, RECORD_TYPES};
use rapport_platform::{RawJson, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const PAGE: i64 = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_audit_log).service(list_audit_logs);
}

/// A record that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditedRecordView {
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "contact")]
    record_type: String,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    id: String,
}

/// One field that changed. Of an object, such as `custom_fields`, only the keys that changed are told; `***` stands
/// for a secret, and `[erased]` for what was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    #[schema(example = "company_role")]
    field: String,
    /// Its value before; null when there was none.
    #[schema(example = json!(null))]
    from: serde_json::Value,
    /// Its value after; null when there is none.
    #[schema(example = "Facilities Manager")]
    to: serde_json::Value,
}

/// One change to one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfM")]
    audit_log_id: String,
    #[serde(with = "time")]
    #[schema(example = "2026-05-21T17:42:31.000000Z")]
    occurred_at: DateTime<Utc>,
    /// The agent who made it, or for whom the API key that made it acts; null when a key that acts for nobody or
    /// Rapport itself did.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    agent_id: Option<String>,
    /// `insert`, `update` or `delete`.
    #[schema(example = "update")]
    action_type: String,
    record: AuditedRecordView,
    /// Field by field.
    #[schema(value_type = Vec<ChangeView>)]
    changes: RawJson,
}

impl From<AuditLog> for AuditLogView {
    fn from(entry: AuditLog) -> Self {
        Self {
            audit_log_id: ids::opaque(entry.uuid),
            occurred_at: entry.occurred_at,
            agent_id: entry.agent.map(ids::opaque),
            action_type: entry.action,
            record: AuditedRecordView {
                record_type: entry.record_type,
                id: ids::opaque(entry.record),
            },
            changes: entry.changes,
        }
    }
}

/// What was done to a record.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    /// It was made.
    Insert,
    /// Fields of it changed.
    Update,
    /// It was deleted.
    Delete,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Insert => Self::Insert,
            ActionName::Update => Self::Update,
            ActionName::Delete => Self::Delete,
        }
    }
}

/// Which entries of the audit log are wanted.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only what this agent did, who may be deleted, or a key that acts for it.
    #[param(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    agent_id: Option<String>,
    /// Only changes to records of this type.
    #[param(value_type = Option<RecordTypeName>, inline, example = "contact")]
    record_type: Option<String>,
    /// Only changes to this record, which may be deleted. Rapport's own addition.
    #[param(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    record_id: Option<String>,
    /// Only where this was done.
    #[param(inline, example = "update")]
    action_type: Option<ActionName>,
}

/// The type of a record.
#[derive(Debug)]
pub struct RecordTypeName;

impl utoipa::PartialSchema for RecordTypeName {
    fn schema() -> RefOr<Schema> {
        let names = RECORD_TYPES.iter().copied();
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(names));
        schema.into()
    }
}

impl ToSchema for RecordTypeName {}

impl AuditQuery {
    fn filter(self, dates: &DateQuery) -> Result<AuditFilter, ApiError> {
        let dates = dates.read()?;
        Ok(AuditFilter {
            from: dates.from,
            to: dates.to,
            agent: id("agent_id", self.agent_id.as_deref())?,
            record_type: self.record_type,
            record: id("record_id", self.record_id.as_deref())?,
            action: self.action_type.map(Action::from),
        })
    }
}

fn id(name: &str, text: Option<&str>) -> Result<Option<Uuid>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let id = ids::parse_opaque(text).ok_or_else(|| ApiError::BadRequest(format!("Invalid {name}")))?;
    Ok(Some(id))
}

/// List audit logs
///
/// Every change to a record of the organization, whichever surface, job or command made it, newest first; in it since
/// the moment of the change, and there for good. What a message does to its conversation, which becomes unread and has
/// its last activity, is told by the message's entry alone. 404 when `agent_id` is not an agent of the organization.
#[utoipa::path(tag = "audit logs", params(PageQuery, DateQuery, AuditQuery), responses((status = 200, body = ListView<AuditLogView>)))]
#[get("")]
async fn list_audit_logs(
    auth: Auth<Read>,
    page: Query<PageQuery>,
    dates: Query<DateQuery>,
    query: Query<AuditQuery>,
    app: App,
) -> Answer {
    let filter = query.0.filter(&dates.0)?;
    let page = page
        .0
        .of(&app, &auth.ctx, "audit-logs", &format!("{filter:?}"), PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app.audit_logs.list(&reader, &filter, &page.request).await?;
    ok(&page.view::<_, AuditLogView>(found))
}

/// Get an audit log
///
/// One change.
#[utoipa::path(tag = "audit logs", responses((status = 200, body = AuditLogView)))]
#[get("/{audit_log_id}")]
async fn get_audit_log(auth: Auth<Read>, id: PathId<AuditLogId>, app: App) -> Answer {
    let entry = app.audit_logs.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&AuditLogView::from(entry))
}
