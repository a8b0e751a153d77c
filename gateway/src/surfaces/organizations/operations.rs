//! Operations: what became of requests that carried many items.

use super::params::OperationId;
use super::time;
use crate::http::{Answer, App, Auth, PathId, Read, ok};
use actix_web::get;
use chrono::{DateTime, Utc};
use rapport_crm_core::operations::{Issue, ItemReport, Operation};
use rapport_platform::ids;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_operation);
}

/// Something that is wrong, or worth a look.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationIssueView {
    /// The field, as it was sent.
    #[schema(example = "contact.phones[0]")]
    field: String,
    /// For people.
    #[schema(example = "is not a telephone number")]
    message: String,
    /// For programs: `REQUIRED_FIELD`, `INVALID_TYPE`, `INVALID_VALUE`, `NOT_FOUND`, `DUPLICATE`, `CONFLICT` or
    /// `UNKNOWN_FIELD`.
    #[schema(example = "INVALID_VALUE")]
    code: Value,
    /// More about it.
    #[schema(value_type = HashMap<String, Value>, example = json!({}))]
    context: Map<String, Value>,
}

impl From<Issue> for OperationIssueView {
    fn from(issue: Issue) -> Self {
        Self {
            field: issue.field,
            message: issue.message,
            code: serde_json::to_value(issue.code).unwrap_or_default(),
            context: issue.context,
        }
    }
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationItemView {
    /// Where it stood, from 0.
    #[schema(example = 0)]
    index: usize,
    /// The number of the record that it made or changed.
    #[schema(example = 1024)]
    number: Option<i64>,
    /// `stored`, `duplicate` or `refused`.
    #[schema(example = "stored")]
    outcome: Value,
    /// Why it was left out.
    errors: Vec<OperationIssueView>,
    /// It was stored nevertheless.
    warnings: Vec<OperationIssueView>,
    /// The numbers of the records it came upon.
    #[schema(value_type = HashMap<String, Value>, example = json!({"contactId": 1024}))]
    existing_entities: Map<String, Value>,
}

impl From<ItemReport> for OperationItemView {
    fn from(item: ItemReport) -> Self {
        let views = |issues: Vec<Issue>| issues.into_iter().map(OperationIssueView::from).collect();
        Self {
            index: item.index,
            number: item.item_id,
            outcome: serde_json::to_value(item.outcome).unwrap_or_default(),
            errors: views(item.errors),
            warnings: views(item.warnings),
            existing_entities: item.existing_entities,
        }
    }
}

/// How many items there were of each kind: `successful`, `duplicates` and `errors` make up `total`.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationCountsView {
    /// Stored, with or without warnings.
    #[schema(example = 1)]
    successful: usize,
    /// Stored, with warnings.
    #[schema(example = 0)]
    warnings: usize,
    /// Left out, because an item before said the same.
    #[schema(example = 0)]
    duplicates: usize,
    /// Refused.
    #[schema(example = 0)]
    errors: usize,
    #[schema(example = 1)]
    total: usize,
}

/// A request that carried many items.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfN")]
    operation_id: String,
    /// What was done: `conversations.create` or `conversations.update`.
    #[schema(example = "conversations.create")]
    kind: String,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    counts: OperationCountsView,
    /// Every item, in their order.
    items: Vec<OperationItemView>,
}

impl From<Operation> for OperationView {
    fn from(operation: Operation) -> Self {
        let counts = operation.report.counts;
        Self {
            operation_id: ids::opaque(operation.uuid),
            kind: operation.kind,
            created_at: operation.created_at,
            counts: OperationCountsView {
                successful: counts.successful,
                warnings: counts.warnings,
                duplicates: counts.duplicates,
                errors: counts.errors,
                total: counts.total,
            },
            items: operation
                .report
                .items
                .into_iter()
                .map(OperationItemView::from)
                .collect(),
        }
    }
}

/// Get an operation
///
/// What became of the items of a request that carried many, such as the `BulkCreate` of the engagement surface: whoever
/// missed its answer finds it here by the `operationId`. It is kept for 30 days, or as many as the server is set to.
#[utoipa::path(tag = "native", responses((status = 200, body = OperationView)))]
#[get("/{organization_id}/operations/{operation_id}")]
async fn get_operation(auth: Auth<Read>, id: PathId<OperationId>, app: App) -> Answer {
    let found = app.operations.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&OperationView::from(found))
}
