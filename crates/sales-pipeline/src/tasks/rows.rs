//! The rows behind tasks.

use super::{Status, Task, Worker};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_platform::Position;
use rapport_schema::tables::tasks;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub(super) struct TaskRow {
    id: i64,
    uuid: Uuid,
    created_by_agent_id: Option<i64>,
    created_by_ai_employee_id: Option<i64>,
    #[diesel(embed)]
    values: TaskValues,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What of a task can change.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub(super) struct TaskValues {
    pub conversation_id: i64,
    pub objective: String,
    pub assigned_agent_id: Option<i64>,
    pub assigned_ai_employee_id: Option<i64>,
    pub status: String,
    pub published_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancellation_reason: Option<String>,
}

impl TaskRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        let values = row.values;
        Self {
            id: row.id,
            uuid: row.uuid,
            conversation: values.conversation_id,
            objective: values.objective,
            created_by: worker(row.created_by_agent_id, row.created_by_ai_employee_id),
            assigned_to: worker(values.assigned_agent_id, values.assigned_ai_employee_id),
            // A constraint of the table admits no other names.
            status: Status::parse(&values.status).unwrap_or_default(),
            published_at: values.published_at,
            due_at: values.due_at,
            completed_at: values.completed_at,
            cancelled_at: values.cancelled_at,
            cancellation_reason: values.cancellation_reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A constraint of the table lets exactly one of the two be there.
fn worker(agent: Option<i64>, ai_employee: Option<i64>) -> Worker {
    match agent {
        Some(id) => Worker::Agent(id),
        None => Worker::AiEmployee(ai_employee.unwrap_or_default()),
    }
}

/// The two columns of a worker: the agent and the AI employee.
pub(super) fn columns(worker: Worker) -> (Option<i64>, Option<i64>) {
    match worker {
        Worker::Agent(id) => (Some(id), None),
        Worker::AiEmployee(id) => (None, Some(id)),
    }
}
