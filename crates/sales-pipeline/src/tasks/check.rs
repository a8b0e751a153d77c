//! What a task may be, and what becomes of it with a change.

use super::rows::{TaskValues, columns};
use super::{LONGEST, NewTask, Status, Task, TaskPatch};
use chrono::{DateTime, Utc};
use rapport_crm_core::text;
use rapport_platform::{Error, Patch, Result};

/// The values of a new task.
pub(super) fn new(new: NewTask, now: DateTime<Utc>) -> Result<TaskValues> {
    let (assigned_agent_id, assigned_ai_employee_id) = columns(new.assigned_to);
    let at = |status| (new.status == status).then_some(now);
    Ok(TaskValues {
        conversation_id: new.conversation,
        objective: text::required("objective", new.objective, LONGEST)?,
        assigned_agent_id,
        assigned_ai_employee_id,
        status: new.status.name().to_owned(),
        published_at: Some(now),
        due_at: new.due_at,
        completed_at: at(Status::Completed),
        cancelled_at: at(Status::Cancelled),
        cancellation_reason: None,
    })
}

/// The values of `old` after a change at `now`.
pub(super) fn changed(old: &Task, patch: TaskPatch, now: DateTime<Utc>) -> Result<TaskValues> {
    let status = patch.status.apply_required("status", old.status)?;
    let turn = |to| (old.status == to, status == to);
    let assigned_to = patch.assigned_to.apply_required("assignedTo", old.assigned_to)?;
    let (assigned_agent_id, assigned_ai_employee_id) = columns(assigned_to);
    let objective = patch
        .objective
        .apply_required("objective", old.objective.clone())?;
    let reason = match turn(Status::Cancelled) {
        (true, false) => patch.cancellation_reason.set(),
        _ => patch.cancellation_reason.apply(old.cancellation_reason.clone()),
    };
    Ok(TaskValues {
        conversation_id: patch.conversation.apply_required("context", old.conversation)?,
        objective: text::required("objective", objective, LONGEST)?,
        assigned_agent_id,
        assigned_ai_employee_id,
        status: status.name().to_owned(),
        published_at: patch.published_at.apply(old.published_at),
        due_at: patch.due_at.apply(old.due_at),
        completed_at: time(turn(Status::Completed), patch.completed_at, old.completed_at, now),
        cancelled_at: time(turn(Status::Cancelled), patch.cancelled_at, old.cancelled_at, now),
        cancellation_reason: text::optional("cancellationReason", reason, LONGEST)?,
    })
}

/// When a task became what it `is` after the change; `was` tells whether it was that before.
fn time(
    (was, is): (bool, bool),
    given: Patch<DateTime<Utc>>,
    current: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match (was, is) {
        (false, true) => given.set().or(Some(now)),
        (true, false) => given.set(),
        _ => given.apply(current),
    }
}

const NO_AGENT: &str = "is not a user of this organization";

/// What is said when a task is given to somebody who is not there.
pub(super) fn no_agent() -> Error {
    Error::invalid("assignedTo.id", NO_AGENT)
}

/// Says which reference of a task leads nowhere, when the database refused it for that.
pub(super) fn refused(error: diesel::result::Error) -> Error {
    let ai_employee = "is not an AI employee of this organization";
    [
        (
            "tasks_conversation",
            "context.conversationId",
            "is not a conversation of this organization",
        ),
        ("tasks_created_by_agent", "createdBy.id", NO_AGENT),
        ("tasks_created_by_ai_employee", "createdBy.id", ai_employee),
        ("tasks_assigned_agent", "assignedTo.id", NO_AGENT),
        ("tasks_assigned_ai_employee", "assignedTo.id", ai_employee),
    ]
    .into_iter()
    .fold(Error::from(error), |error, (constraint, field, message)| {
        error.on_constraint(constraint, || Error::invalid(field, message))
    })
}
