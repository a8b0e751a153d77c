//! Tasks as they are sent.

use super::view::{TaskContext, TaskStatus, TaskWorker};
use crate::http::body::Ignored;
use crate::http::time;
use crate::surfaces::engagement::kept::with_kept_keys;
use chrono::{DateTime, Utc};
use rapport_platform::{Error, Patch};
use rapport_sales_pipeline::tasks::{NewTask, Status, TaskPatch};

const CREATED_BY: &str = "createdBy.id";
const ASSIGNED_TO: &str = "assignedTo.id";

with_kept_keys! {
    /// A new task.
    pub struct NewTaskBody {
        context: TaskContext,
        /// What is to be done.
        #[schema(max_length = 10_000, example = "Send proposal to client")]
        objective: String,
        created_by: TaskWorker,
        assigned_to: TaskWorker,
        /// When it is to be done by.
        #[serde(default, with = "time::option")]
        #[schema(example = "2026-03-20T10:00:00Z")]
        due_date: Option<DateTime<Utc>>,
        /// `scheduled` when absent.
        #[schema(value_type = Option<TaskStatus>, example = "scheduled")]
        status: Option<TaskStatus>,
        #[serde(default, rename = "title")]
        #[schema(ignore)]
        _title: Ignored,
    }
}

impl NewTaskBody {
    /// The task that the body describes.
    ///
    /// # Errors
    /// `Invalid` when a worker is nobody.
    pub fn into_domain(self) -> Result<NewTask, Error> {
        Ok(NewTask {
            conversation: self.context.conversation_id.0,
            objective: self.objective,
            created_by: self.created_by.read(CREATED_BY)?,
            assigned_to: self.assigned_to.read(ASSIGNED_TO)?,
            due_at: self.due_date,
            status: self.status.map(Status::from).unwrap_or_default(),
        })
    }
}

with_kept_keys! {
    /// Changes to a task. An absent key leaves the field, `null` clears it.
    pub struct TaskBody {
        #[serde(default)]
        #[schema(value_type = TaskStatus, example = "completed")]
        status: Patch<TaskStatus>,
        #[serde(default)]
        #[schema(value_type = TaskContext)]
        context: Patch<TaskContext>,
        /// What is to be done; it cannot be cleared.
        #[serde(default)]
        #[schema(value_type = String, max_length = 10_000, example = "Updated task objective")]
        objective: Patch<String>,
        #[serde(default)]
        #[schema(value_type = TaskWorker)]
        assigned_to: Patch<TaskWorker>,
        /// Since when those it is assigned to can see it.
        #[serde(default, deserialize_with = "time::patch::deserialize")]
        #[schema(value_type = Option<DateTime<Utc>>, example = "2026-03-10T12:00:00Z")]
        published_at: Patch<DateTime<Utc>>,
        /// When it is to be done by.
        #[serde(default, deserialize_with = "time::patch::deserialize")]
        #[schema(value_type = Option<DateTime<Utc>>, example = "2026-03-20T10:00:00Z")]
        due_date: Patch<DateTime<Utc>>,
        /// When it was completed.
        #[serde(default, deserialize_with = "time::patch::deserialize")]
        #[schema(value_type = Option<DateTime<Utc>>, example = "2026-03-19T15:00:00Z")]
        completed_at: Patch<DateTime<Utc>>,
        /// When it was cancelled.
        #[serde(default, deserialize_with = "time::patch::deserialize")]
        #[schema(value_type = Option<DateTime<Utc>>, example = json!(null))]
        cancelled_at: Patch<DateTime<Utc>>,
        /// Why it was cancelled.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 10_000, example = json!(null))]
        cancellation_reason: Patch<String>,
        #[serde(default, rename = "title")]
        #[schema(ignore)]
        _title: Ignored,
        #[serde(default, rename = "createdBy")]
        #[schema(ignore)]
        _created_by: Ignored,
    }
}

impl TaskBody {
    /// The change that the body describes.
    ///
    /// # Errors
    /// `Invalid` when the worker is nobody.
    pub fn into_domain(self) -> Result<TaskPatch, Error> {
        let context = self
            .context
            .try_map(|context| Ok::<_, Error>(context.conversation_id.0))?;
        Ok(TaskPatch {
            conversation: context,
            objective: self.objective,
            assigned_to: self.assigned_to.try_map(|worker| worker.read(ASSIGNED_TO))?,
            status: self
                .status
                .try_map(|status| Ok::<_, Error>(Status::from(status)))?,
            published_at: self.published_at,
            due_at: self.due_date,
            completed_at: self.completed_at,
            cancelled_at: self.cancelled_at,
            cancellation_reason: self.cancellation_reason,
        })
    }
}
