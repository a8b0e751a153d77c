//! AI employees.

use super::params::AiEmployeeId;
use super::time;
use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use rapport_crm_core::AiEmployee;
use rapport_platform::ids;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_ai_employee)
        .service(list_ai_employees)
        .service(create_ai_employee)
        .service(rename_ai_employee)
        .service(delete_ai_employee);
}

/// A program that does tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiEmployeeView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfN")]
    ai_employee_id: String,
    /// Its id on surfaces that have numbers.
    #[schema(example = 1024)]
    number: i64,
    #[schema(example = "Ada")]
    name: String,
    #[serde(with = "time")]
    #[schema(example = "2026-03-10T12:00:00.000000Z")]
    created_at: DateTime<Utc>,
}

impl From<AiEmployee> for AiEmployeeView {
    fn from(employee: AiEmployee) -> Self {
        Self {
            ai_employee_id: ids::opaque(employee.uuid),
            number: employee.id,
            name: employee.name,
            created_at: employee.created_at,
        }
    }
}

/// The name of an AI employee.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AiEmployeeBody {
    #[schema(max_length = 255, example = "Ada")]
    name: String,
}

/// List AI employees
///
/// Newest first.
#[utoipa::path(tag = "native", params(PageQuery), responses((status = 200, body = ListView<AiEmployeeView>)))]
#[get("")]
async fn list_ai_employees(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "ai_employees", "", PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app.ai_employees.list(&reader, &page.request).await?;
    ok(&page.view::<_, AiEmployeeView>(found))
}

/// Get an AI employee
///
/// One AI employee of the organization.
#[utoipa::path(tag = "native", responses((status = 200, body = AiEmployeeView)))]
#[get("/{ai_employee_id}")]
async fn get_ai_employee(auth: Auth<Read>, id: PathId<AiEmployeeId>, app: App) -> Answer {
    let found = app.ai_employees.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&AiEmployeeView::from(found))
}

/// Create an AI employee
///
/// Tasks can be assigned to it by its number.
#[utoipa::path(tag = "native", request_body = AiEmployeeBody, responses((status = 201, body = AiEmployeeView)))]
#[post("")]
async fn create_ai_employee(auth: Auth<Write>, app: App, once: Once, body: Body<AiEmployeeBody>) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        Ok(AiEmployeeView::from(
            app.ai_employees.create(tx, body.name).await?,
        ))
    })
    .await
}

/// Rename an AI employee
///
/// It keeps its tasks.
#[utoipa::path(tag = "native", request_body = AiEmployeeBody, responses((status = 200, body = AiEmployeeView)))]
#[patch("/{ai_employee_id}")]
async fn rename_ai_employee(
    auth: Auth<Write>,
    id: PathId<AiEmployeeId>,
    app: App,
    body: Body<AiEmployeeBody>,
) -> Answer {
    let renamed = app
        .db
        .write(&auth.ctx, async |tx| {
            app.ai_employees.rename(tx, id.0, body.value.name).await
        })
        .await?;
    ok(&AiEmployeeView::from(renamed))
}

/// Delete an AI employee
///
/// Refused while tasks name it.
#[utoipa::path(tag = "native", responses((status = 204), (status = 409, description = "Tasks name this AI employee")))]
#[delete("/{ai_employee_id}")]
async fn delete_ai_employee(auth: Auth<Write>, id: PathId<AiEmployeeId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.ai_employees.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
