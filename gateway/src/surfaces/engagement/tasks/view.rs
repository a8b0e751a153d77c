//! Tasks as they are shown.

use crate::http::time;
use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_platform::Error;
use rapport_sales_pipeline::tasks::{Status, Task, Worker};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a task is about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskContext {
    /// A conversation of the organization.
    pub conversation_id: Number,
}

/// The kinds of those who make and do tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkerType {
    /// A person who works in the organization.
    User,
    /// A program that does tasks.
    AiEmployee,
}

/// Who makes or does a task.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskWorker {
    /// The numeric id, as text.
    #[schema(example = "1024")]
    id: String,
    #[serde(rename = "type")]
    #[schema(example = "user")]
    kind: WorkerType,
}

impl From<Worker> for TaskWorker {
    fn from(worker: Worker) -> Self {
        let (id, kind) = match worker {
            Worker::Agent(id) => (id, WorkerType::User),
            Worker::AiEmployee(id) => (id, WorkerType::AiEmployee),
        };
        Self {
            id: id.to_string(),
            kind,
        }
    }
}

impl TaskWorker {
    /// The worker that `field` names.
    ///
    /// # Errors
    /// `Invalid` when the id is no number, and so that of nobody.
    pub fn read(&self, field: &'static str) -> Result<Worker, Error> {
        let id = crate::http::path::number(&self.id);
        let id = id.ok_or_else(|| Error::invalid(field, "must be the id of a user or an AI employee"))?;
        Ok(match self.kind {
            WorkerType::User => Worker::Agent(id),
            WorkerType::AiEmployee => Worker::AiEmployee(id),
        })
    }
}

/// How far a task is. Whether a scheduled one is overdue follows from its due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// It was done.
    Completed,
    /// It will not be done.
    Cancelled,
    /// It is to be done.
    Scheduled,
    /// It should have been done.
    Overdue,
}

impl From<TaskStatus> for Status {
    fn from(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Completed => Self::Completed,
            TaskStatus::Cancelled => Self::Cancelled,
            TaskStatus::Scheduled | TaskStatus::Overdue => Self::Scheduled,
        }
    }
}

/// Something to do in a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f")]
    id: Uuid,
    /// The organization.
    #[schema(value_type = String, example = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0a")]
    tenant_id: Uuid,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    updated_at: DateTime<Utc>,
    context: TaskContext,
    /// What is to be done.
    #[schema(example = "Send proposal to client")]
    objective: String,
    created_by: TaskWorker,
    assigned_to: TaskWorker,
    /// Since when those it is assigned to can see it.
    #[serde(with = "time::option")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    published_at: Option<DateTime<Utc>>,
    /// When it is to be done by.
    #[serde(with = "time::option")]
    #[schema(example = "2026-03-20T10:00:00.000000Z")]
    due_date: Option<DateTime<Utc>>,
    #[serde(with = "time::option")]
    #[schema(example = "2026-03-19T15:00:00.000000Z")]
    completed_at: Option<DateTime<Utc>>,
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    cancelled_at: Option<DateTime<Utc>>,
    #[schema(example = json!(null))]
    cancellation_reason: Option<String>,
    status: TaskStatus,
}

impl TaskView {
    /// `task` of the organization `tenant`, as it is at `now`.
    pub fn of(task: Task, tenant: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            status: match task.status {
                Status::Completed => TaskStatus::Completed,
                Status::Cancelled => TaskStatus::Cancelled,
                Status::Scheduled if task.is_overdue(now) => TaskStatus::Overdue,
                Status::Scheduled => TaskStatus::Scheduled,
            },
            id: task.uuid,
            tenant_id: tenant,
            created_at: task.created_at,
            updated_at: task.updated_at,
            context: TaskContext {
                conversation_id: Number(task.conversation),
            },
            objective: task.objective,
            created_by: task.created_by.into(),
            assigned_to: task.assigned_to.into(),
            published_at: task.published_at,
            due_date: task.due_at,
            completed_at: task.completed_at,
            cancelled_at: task.cancelled_at,
            cancellation_reason: task.cancellation_reason,
        }
    }
}
