//! Tasks.

mod body;
mod query;
mod view;

use super::params::TaskId;
use super::table::{CreateTask, DeleteTask, GetTask, GetTasks, UpdateTask};
use crate::http::table::Table;
use crate::http::{Answer, App, Auth, Body, Once, PathUuid, Query, Read, Write, ok};
use body::{NewTaskBody, TaskBody};
use futures_util::try_join;
use query::TaskQuery;
use rapport_sales_pipeline::tasks::Task;
use view::TaskView;

pub(super) fn routes(table: &mut Table) {
    table
        .serve(GetTask, get_task)
        .serve(GetTasks, get_tasks)
        .serve(CreateTask, create_task)
        .serve(UpdateTask, update_task)
        .serve(DeleteTask, delete_task);
}

fn view<P>(app: &App, auth: &Auth<P>, task: Task) -> TaskView {
    TaskView::of(task, auth.organization, app.db.now())
}

/// List tasks
///
/// Newest first. All filters must hold; `dueAfter` is inclusive, `dueBefore` exclusive.
#[utoipa::path(get, path = GetTasks, impl_for = GetTasks, tag = "tasks", params(TaskQuery),
    responses((status = 200, body = super::paging::ItemsView<TaskView>)))]
async fn get_tasks(auth: Auth<Read>, query: Query<TaskQuery>, app: App) -> Answer {
    let (filter, tokens, page) = query.0.read(&app, &auth.ctx)?;
    let reader = app.reader(&auth.ctx).await?;
    let (found, total) = try_join!(
        app.tasks.list(&reader, &filter, &page),
        app.tasks.count(&reader, &filter)
    )?;
    ok(&tokens.view(found, total, |task| view(&app, &auth, task)))
}

/// Get a task
///
/// One task of the organization.
#[utoipa::path(get, path = GetTask, impl_for = GetTask, tag = "tasks",
    responses((status = 200, body = TaskView)))]
async fn get_task(auth: Auth<Read>, id: PathUuid<TaskId>, app: App) -> Answer {
    let task = app.tasks.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&view(&app, &auth, task))
}

/// Create a task
///
/// It belongs to a conversation, and is published at once. `overdue` is taken as `scheduled`: whether a scheduled task
/// is overdue follows from its due date.
#[utoipa::path(post, path = CreateTask, impl_for = CreateTask, tag = "tasks", request_body = NewTaskBody,
    responses((status = 200, body = TaskView)))]
async fn create_task(auth: Auth<Write>, app: App, once: Once, body: Body<NewTaskBody>) -> Answer {
    once.ok(&app, &auth, body, async |tx, body| {
        let task = app.tasks.create(tx, body.into_domain()?).await?;
        Ok(view(&app, &auth, task))
    })
    .await
}

/// Update a task
///
/// An absent key leaves the field, `null` clears it. Completing sets `completedAt` and cancelling `cancelledAt` unless
/// the body does; a task that is so no more loses them.
#[utoipa::path(put, path = UpdateTask, impl_for = UpdateTask, tag = "tasks", request_body = TaskBody,
    responses((status = 200, body = TaskView)))]
async fn update_task(auth: Auth<Write>, id: PathUuid<TaskId>, app: App, body: Body<TaskBody>) -> Answer {
    let patch = body.value.into_domain()?;
    let task = app
        .db
        .write(&auth.ctx, async |tx| app.tasks.update(tx, id.0, patch).await)
        .await?;
    ok(&view(&app, &auth, task))
}

/// Delete a task
///
/// Answers the task as it was.
#[utoipa::path(delete, path = DeleteTask, impl_for = DeleteTask, tag = "tasks",
    responses((status = 200, body = TaskView)))]
async fn delete_task(auth: Auth<Write>, id: PathUuid<TaskId>, app: App) -> Answer {
    let task = app
        .db
        .write(&auth.ctx, async |tx| app.tasks.delete(tx, id.0).await)
        .await?;
    ok(&view(&app, &auth, task))
}
