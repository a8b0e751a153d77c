//! What became of the items of a request.

use rapport_crm_core::operations::{Code, Counts, Issue, ItemReport, Report};
use rapport_platform::ids;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is wrong with a field, for programs.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssueCode {
    /// It must be there.
    RequiredField,
    /// It is of another type.
    InvalidType,
    /// The type is right, the value is not.
    InvalidValue,
    /// It names what is not there.
    NotFound,
    /// The same was said before.
    Duplicate,
    /// Another record is in the way.
    Conflict,
    /// There is no such field.
    UnknownField,
}

impl From<Code> for IssueCode {
    fn from(code: Code) -> Self {
        match code {
            Code::RequiredField => Self::RequiredField,
            Code::InvalidType => Self::InvalidType,
            Code::InvalidValue => Self::InvalidValue,
            Code::NotFound => Self::NotFound,
            Code::Duplicate => Self::Duplicate,
            Code::Conflict => Self::Conflict,
            Code::UnknownField => Self::UnknownField,
        }
    }
}

/// Something that is wrong, or worth a look.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueView {
    /// The field, with dots to those within.
    #[schema(example = "contact.phones[0]")]
    field: String,
    /// For people.
    #[schema(example = "is not a telephone number")]
    message: String,
    /// For programs.
    #[schema(example = "INVALID_VALUE")]
    code: IssueCode,
    /// More about it.
    #[schema(value_type = HashMap<String, Value>, example = json!({}))]
    context: Map<String, Value>,
}

impl From<Issue> for IssueView {
    fn from(issue: Issue) -> Self {
        Self {
            field: issue.field,
            message: issue.message,
            code: issue.code.into(),
            context: issue.context,
        }
    }
}

fn views(issues: Vec<Issue>) -> Vec<IssueView> {
    issues.into_iter().map(IssueView::from).collect()
}

/// What is wrong with an item, or worth a look.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemIssuesView {
    /// Where it stood, from 0.
    #[schema(value_type = f64, example = 0)]
    index: usize,
    /// The conversation; null when it was not made.
    #[schema(value_type = Option<f64>, example = json!(null))]
    item_id: Option<i64>,
    /// Why it was left out.
    errors: Vec<IssueView>,
    /// It was stored nevertheless.
    warnings: Vec<IssueView>,
    /// The records it came upon: `contactId`, `conversationId`.
    #[schema(value_type = HashMap<String, Value>, example = json!({"contactId": 1024}))]
    existing_entities: Map<String, Value>,
}

impl From<ItemReport> for ItemIssuesView {
    fn from(item: ItemReport) -> Self {
        Self {
            index: item.index,
            item_id: item.item_id,
            errors: views(item.errors),
            warnings: views(item.warnings),
            existing_entities: item.existing_entities,
        }
    }
}

/// How many items there were of each kind: `successful`, `duplicates` and `errors` make up `total`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsView {
    /// Stored, with or without warnings.
    #[schema(value_type = f64, example = 0)]
    successful: usize,
    /// Stored, with warnings.
    #[schema(value_type = f64, example = 0)]
    warnings: usize,
    /// Left out, because an item before says the same.
    #[schema(value_type = f64, example = 0)]
    duplicates: usize,
    /// Refused.
    #[schema(value_type = f64, example = 1)]
    errors: usize,
    #[schema(value_type = f64, example = 1)]
    total: usize,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self {
            successful: counts.successful,
            warnings: counts.warnings,
            duplicates: counts.duplicates,
            errors: counts.errors,
            total: counts.total,
        }
    }
}

/// What became of the items.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// The items of which there is something to say, in their order.
    items_issues: Vec<ItemIssuesView>,
    /// What is wrong with all of them together.
    batch_errors: Vec<IssueView>,
    counts: CountsView,
}

/// The answer to many items.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkView {
    /// For people.
    #[schema(example = "0 of 1 conversations were created")]
    message: String,
    /// By which the report can be looked up later.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfN")]
    operation_id: String,
    report: ReportView,
}

impl BulkView {
    /// Of a request by which conversations were `done`.
    pub fn of(done: &str, operation: Uuid, report: Report) -> Self {
        let counts = report.counts;
        Self {
            message: format!(
                "{} of {} conversations were {done}",
                counts.successful, counts.total
            ),
            operation_id: ids::opaque(operation),
            report: ReportView {
                items_issues: report
                    .items
                    .into_iter()
                    .filter(ItemReport::has_issues)
                    .map(ItemIssuesView::from)
                    .collect(),
                batch_errors: views(report.batch_errors),
                counts: counts.into(),
            },
        }
    }
}
