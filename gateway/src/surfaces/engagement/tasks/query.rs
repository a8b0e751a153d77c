//! Which tasks are wanted.

use super::view::WorkerType;
use crate::http::dates::moment;
use crate::http::path::{NOT_A_NUMBER, number};
use crate::http::{ApiError, App};
use crate::surfaces::engagement::paging::{Tokens, size};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rapport_platform::{Ctx, Error, PageRequest};
use rapport_sales_pipeline::tasks::{Assigned, Progress, TaskFilter, Worker};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// How far tasks are, and what stands for all that are still to be done.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it is read by its documentation alone")]
enum TaskProgress {
    Pending,
    Scheduled,
    Overdue,
    Completed,
    Cancelled,
}

/// Which page of which tasks is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// How many tasks at most: 1 to 500.
    #[param(value_type = Option<f64>, minimum = 1, maximum = 500, example = 20)]
    limit: Option<String>,
    /// The `nextPageToken` of the page before. It is bound to its filters.
    #[param(example = json!(null))]
    page_token: Option<String>,
    /// How far they are. `pending` stands for all that are still to be done, `scheduled` or `overdue`.
    #[param(value_type = Option<TaskProgress>, inline, example = "scheduled")]
    status: Option<String>,
    /// Only those due before this time (exclusive).
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-05-01T00:00:00Z")]
    due_before: Option<String>,
    /// Only those due at this time or later.
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-04-01T00:00:00Z")]
    due_after: Option<String>,
    /// Only those of this conversation.
    #[param(value_type = Option<f64>, example = json!(null))]
    conversation_id: Option<String>,
    /// Only those assigned to one of this kind.
    #[param(value_type = Option<WorkerType>, example = "user")]
    assigned_to_type: Option<String>,
    /// Only those assigned to this user or AI employee.
    #[param(example = json!(null))]
    assigned_to_id: Option<String>,
}

impl TaskQuery {
    /// The filter, the list's tokens and the wanted page.
    ///
    /// # Errors
    /// `Invalid` naming the parameter that cannot be read.
    pub fn read<'a>(
        &self,
        app: &'a App,
        ctx: &Ctx,
    ) -> Result<(TaskFilter, Tokens<'a>, PageRequest), ApiError> {
        let filter = TaskFilter {
            progress: self
                .status
                .as_deref()
                .map(|name| progress(name, app.db.now()))
                .transpose()?,
            due_from: moment("dueAfter", self.due_after.as_deref(), Tz::UTC)?,
            due_to: moment("dueBefore", self.due_before.as_deref(), Tz::UTC)?,
            conversation: id("conversationId", self.conversation_id.as_deref())?,
            assigned_to: self.assigned()?,
        };
        let tokens = Tokens::of(app, ctx, "tasks", &self.binding());
        let size = size("limit", self.limit.as_deref())?;
        let page = tokens.request(size, self.page_token.as_deref())?;
        Ok((filter, tokens, page))
    }

    /// What must be the same from page to page: all but the page itself.
    fn binding(&self) -> String {
        let filters = Self {
            limit: None,
            page_token: None,
            ..self.clone()
        };
        format!("{filters:?}")
    }

    fn assigned(&self) -> Result<Option<Assigned>, Error> {
        let kind = self.assigned_to_type.as_deref().map(worker_type).transpose()?;
        let id = id("assignedToId", self.assigned_to_id.as_deref())?;
        Ok(match (kind, id) {
            (None, None) => None,
            (Some(WorkerType::User), None) => Some(Assigned::ToAgents),
            (Some(WorkerType::AiEmployee), None) => Some(Assigned::ToAiEmployees),
            (Some(WorkerType::User), Some(id)) => Some(Assigned::To(Worker::Agent(id))),
            (Some(WorkerType::AiEmployee), Some(id)) => Some(Assigned::To(Worker::AiEmployee(id))),
            (None, Some(id)) => Some(Assigned::ToEither(id)),
        })
    }
}

fn progress(name: &str, now: DateTime<Utc>) -> Result<Progress, Error> {
    Ok(match name {
        "completed" => Progress::Completed,
        "cancelled" => Progress::Cancelled,
        "scheduled" => Progress::Scheduled(now),
        "overdue" => Progress::Overdue(now),
        "pending" => Progress::Open,
        _ => {
            let message = "must be one of completed, cancelled, scheduled, overdue";
            return Err(Error::invalid("status", message));
        }
    })
}

fn worker_type(name: &str) -> Result<WorkerType, Error> {
    match name {
        "user" => Ok(WorkerType::User),
        "ai_employee" => Ok(WorkerType::AiEmployee),
        _ => Err(Error::invalid(
            "assignedToType",
            "must be one of user, ai_employee",
        )),
    }
}

fn id(field: &'static str, text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    let id = number(text).ok_or_else(|| Error::invalid(field, NOT_A_NUMBER))?;
    Ok(Some(id))
}
