//! Tasks on PostgreSQL.

use super::check;
use super::rows::{TaskRow, TaskValues, columns};
use super::{Assigned, NewTask, Progress, Status, Task, TaskFilter, TaskPatch, TaskService, Worker};
use async_trait::async_trait;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::agents;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::tasks;
use uuid::Uuid;

pub(super) const RECORD: &str = "task";

/// The tasks, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgTasks;

#[async_trait]
impl TaskService for PgTasks {
    async fn list(&self, db: &Reader, filter: &TaskFilter, page: &PageRequest) -> Result<Page<Task>> {
        let mut query = tasks::table
            .select(TaskRow::as_select())
            .filter(tasks::organization_id.eq(db.organization()))
            .order((tasks::created_at.desc(), tasks::id.desc()))
            .limit(page.fetch())
            .into_boxed();
        for condition in conditions(filter) {
            query = query.filter(condition);
        }
        if let Some(position) = page.after {
            query = query.filter(before(tasks::created_at, tasks::id, position));
        }
        let rows = query.load(&mut db.conn()).await?;
        Ok(Page::of(rows, page, TaskRow::position))
    }

    async fn count(&self, db: &Reader, filter: &TaskFilter) -> Result<i64> {
        let mut query = tasks::table
            .filter(tasks::organization_id.eq(db.organization()))
            .count()
            .into_boxed();
        for condition in conditions(filter) {
            query = query.filter(condition);
        }
        Ok(query.get_result(&mut db.conn()).await?)
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Task> {
        let query = tasks::table
            .filter(tasks::organization_id.eq(db.organization()))
            .filter(tasks::uuid.eq(id))
            .select(TaskRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewTask) -> Result<Task> {
        let created_by = new.created_by;
        present(tx, new.assigned_to).await?;
        let task = insert(tx, created_by, check::new(new, tx.now())?).await?;
        let changes = changes(None, Some(&task));
        audit::record(tx, Action::Insert, (RECORD, task.uuid), &changes).await?;
        tx.emit(Event::new("task.created", RECORD, task.uuid));
        Ok(task)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: TaskPatch) -> Result<Task> {
        if let Some(worker) = doing(tx, id, &patch).await? {
            present(tx, worker).await?;
        }
        let old = lock(tx, id).await?;
        let values = check::changed(&old, patch, tx.now())?;
        let row = diesel::update(tasks::table.find((tx.organization(), old.id)))
            .set((values, tasks::updated_at.eq(tx.now())))
            .returning(TaskRow::as_returning())
            .get_result(&mut tx.conn())
            .await
            .map_err(check::refused)?;
        let new = Task::from(row);
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("task.updated", RECORD, id));
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<Task> {
        let deleted = diesel::delete(tasks::table)
            .filter(tasks::organization_id.eq(tx.organization()))
            .filter(tasks::uuid.eq(id))
            .returning(TaskRow::as_returning());
        let old = found(deleted.get_result(&mut tx.conn()).await)?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("task.deleted", RECORD, id));
        Ok(old)
    }
}

type Condition = Box<
    dyn BoxableExpression<tasks::table, Pg, SqlType = diesel::sql_types::Nullable<diesel::sql_types::Bool>>,
>;

/// What `filter` wants of each task.
fn conditions(filter: &TaskFilter) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    if let Some(progress) = filter.progress {
        all.extend(far(progress));
    }
    if let Some(from) = filter.due_from {
        all.push(Box::new(tasks::due_at.ge(from)));
    }
    if let Some(to) = filter.due_to {
        all.push(Box::new(tasks::due_at.lt(to)));
    }
    if let Some(id) = filter.conversation {
        all.push(Box::new(tasks::conversation_id.eq(id).nullable()));
    }
    all.extend(filter.assigned_to.map(assigned));
    all
}

fn far(progress: Progress) -> Vec<Condition> {
    let status = |status: Status| -> Condition { Box::new(tasks::status.eq(status.name()).nullable()) };
    let open = status(Status::Scheduled);
    match progress {
        Progress::Completed => vec![status(Status::Completed)],
        Progress::Cancelled => vec![status(Status::Cancelled)],
        Progress::Open => vec![open],
        Progress::Scheduled(now) => {
            let ahead = tasks::due_at.is_null().nullable().or(tasks::due_at.ge(now));
            vec![open, Box::new(ahead)]
        }
        Progress::Overdue(now) => vec![open, Box::new(tasks::due_at.lt(now))],
    }
}

fn assigned(to: Assigned) -> Condition {
    match to {
        Assigned::To(Worker::Agent(id)) => Box::new(tasks::assigned_agent_id.eq(id)),
        Assigned::To(Worker::AiEmployee(id)) => Box::new(tasks::assigned_ai_employee_id.eq(id)),
        Assigned::ToAgents => Box::new(tasks::assigned_agent_id.is_not_null().nullable()),
        Assigned::ToAiEmployees => Box::new(tasks::assigned_ai_employee_id.is_not_null().nullable()),
        Assigned::ToEither(id) => {
            let agent = tasks::assigned_agent_id.eq(id);
            Box::new(agent.or(tasks::assigned_ai_employee_id.eq(id)))
        }
    }
}

fn found(row: QueryResult<TaskRow>) -> Result<Task> {
    Ok(row.optional()?.ok_or(Error::not_found("Task"))?.into())
}

/// The task, held until the transaction ends.
async fn lock(tx: &Tx, id: Uuid) -> Result<Task> {
    let query = tasks::table
        .filter(tasks::organization_id.eq(tx.organization()))
        .filter(tasks::uuid.eq(id))
        .select(TaskRow::as_select())
        .for_update();
    found(query.first(&mut tx.conn()).await)
}

/// Sees that whoever is to do a task is not deleted, nor will be until the transaction ends.
async fn present(tx: &Tx, worker: Worker) -> Result<()> {
    let Worker::Agent(id) = worker else {
        return Ok(());
    };
    if agents::hold_id(tx, id).await? {
        Ok(())
    } else {
        Err(check::no_agent())
    }
}

/// Who is to do a task after a change, where that may be somebody new, or somebody anew.
async fn doing(tx: &Tx, id: Uuid, patch: &TaskPatch) -> Result<Option<Worker>> {
    if let Some(worker) = patch.assigned_to.set() {
        return Ok(Some(worker));
    }
    if patch.status.set() != Some(Status::Scheduled) {
        return Ok(None);
    }
    let query = tasks::table
        .filter(tasks::organization_id.eq(tx.organization()))
        .filter(tasks::uuid.eq(id))
        .select(TaskRow::as_select());
    let task = found(query.first(&mut tx.conn()).await)?;
    Ok((task.status != Status::Scheduled).then_some(task.assigned_to))
}

async fn insert(tx: &Tx, created_by: Worker, values: TaskValues) -> Result<Task> {
    let (agent, ai_employee) = columns(created_by);
    let meta = (
        tasks::organization_id.eq(tx.organization()),
        tasks::uuid.eq(tx.uuid()),
        tasks::created_by_agent_id.eq(agent),
        tasks::created_by_ai_employee_id.eq(ai_employee),
        tasks::created_at.eq(tx.now()),
        tasks::updated_at.eq(tx.now()),
    );
    let row = diesel::insert_into(tasks::table)
        .values((meta, values))
        .returning(TaskRow::as_returning())
        .get_result(&mut tx.conn())
        .await
        .map_err(check::refused)?;
    Ok(TaskRow::into(row))
}

fn changes(old: Option<&Task>, new: Option<&Task>) -> Changes {
    let worker = |worker: Worker| match worker {
        Worker::Agent(id) => format!("user {id}"),
        Worker::AiEmployee(id) => format!("ai_employee {id}"),
    };
    macro_rules! fields {
        ($($name:literal: $of:expr),+ $(,)?) => {
            Changes::new()$(.field($name, &old.map($of), &new.map($of)))+
        };
    }
    fields! {
        "conversation": |t: &Task| t.conversation,
        "objective": |t: &Task| t.objective.clone(),
        "created_by": |t: &Task| worker(t.created_by),
        "assigned_to": |t: &Task| worker(t.assigned_to),
        "status": |t: &Task| t.status.name(),
        "published_at": |t: &Task| t.published_at,
        "due_at": |t: &Task| t.due_at,
        "completed_at": |t: &Task| t.completed_at,
        "cancelled_at": |t: &Task| t.cancelled_at,
        "cancellation_reason": |t: &Task| t.cancellation_reason.clone(),
    }
}
