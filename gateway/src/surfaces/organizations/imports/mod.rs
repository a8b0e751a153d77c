//! Contacts from CSV files.

mod errors;
mod query;

use super::params::ImportId;
use super::time;
use crate::http::{
    Answer, ApiError, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, csv, ok,
};
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use query::{ImportParameters, ImportQuery};
use rapport_crm_core::imports::{Import, Mapping, NewImport, OnMatch, Received, receive};
use rapport_platform::{Error, ids};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const PAGE: i64 = 25;

/// Before `/{contact_id}`, which their paths would fit as well.
pub(super) fn first_routes(config: &mut ServiceConfig) {
    config.service(list_contact_imports);
}

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(import_contacts).service(get_contact_import);
    config.service(errors::get_contact_import_errors);
}

/// An import of contacts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactImportView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfN")]
    import_id: String,
    /// `queued`, `running`, `done`, or `failed` when it was given up; what was done until then stays.
    #[schema(example = "running")]
    state: &'static str,
    /// Whether all is checked and counted, but nothing written.
    #[schema(example = false)]
    dry_run: bool,
    /// How many rows the file has, without its header; null until they are counted.
    #[schema(example = 4800)]
    total: Option<i32>,
    /// How many of them are done: the sum of the following.
    #[schema(example = 2000)]
    processed: i32,
    /// How many made a contact.
    #[schema(example = 1800)]
    created: i32,
    /// How many were of a contact that is there, and that took over what the row had.
    #[schema(example = 150)]
    updated: i32,
    /// How many were of a contact that was left alone, or empty.
    #[schema(example = 47)]
    skipped: i32,
    /// How many could not be taken; `errors.csv` tells why.
    #[schema(example = 3)]
    failed: i32,
    /// Why it was given up; null when it was not.
    #[schema(example = json!(null))]
    error: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    /// Null until it is done or given up.
    #[serde(with = "time::option")]
    #[schema(example = json!(null))]
    finished_at: Option<DateTime<Utc>>,
}

impl From<Import> for ContactImportView {
    fn from(import: Import) -> Self {
        Self {
            import_id: ids::opaque(import.uuid),
            state: import.state.name(),
            dry_run: import.dry_run,
            total: import.total,
            processed: import.counts.processed,
            created: import.counts.created,
            updated: import.counts.updated,
            skipped: import.counts.skipped,
            failed: import.counts.failed,
            error: import.error,
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

/// List contact imports
///
/// The imports of the organization, newest first.
#[utoipa::path(tag = "native", params(PageQuery),
    responses((status = 200, body = ListView<ContactImportView>)))]
#[get("/imports")]
async fn list_contact_imports(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "contact-imports", "", PAGE)?;
    let reader = app.reader(&auth.ctx).await?;
    let found = app.imports.list(&reader, &page.request).await?;
    ok(&page.view::<_, ContactImportView>(found))
}

/// Get a contact import
///
/// How far it is.
#[utoipa::path(tag = "native", responses((status = 200, body = ContactImportView)))]
#[get("/imports/{import_id}")]
async fn get_contact_import(auth: Auth<Read>, id: PathId<ImportId>, app: App) -> Answer {
    let import = app.imports.get(&app.reader(&auth.ctx).await?, id.0).await?;
    ok(&ContactImportView::from(import))
}

/// Import contacts from CSV
///
/// The body is the file: CSV (RFC 4180) in UTF-8, with or without a byte order mark, at most 64 MiB. Its first row
/// names the columns; commas, semicolons or tabs between the cells are told apart by themselves. The answer comes as
/// soon as the file is here; what `Location` names tells how far the import is.
///
/// A row is checked as a single contact is. What is wrong with one does not keep the others from being taken: it is
/// told by `errors.csv`. A contact that is there takes over what the row has a value for; empty cells leave fields as
/// they are, custom fields are changed key by key, and e-mail addresses and telephone numbers are added and none is
/// taken away. Several columns can go into `email` and into `phone_number`, and a cell may hold several separated by
/// `; `; the first becomes the one that is shown. A company is found by its name without regard to case, and made when
/// there is none. Values of custom fields are texts. An apostrophe that exports put in front of a cell is taken away.
///
/// 422 when the file is not UTF-8 or has no header, or when a mapped column is missing, its field unknown or given
/// twice. The file is removed when the import ends; rows that failed are kept for 30 days, or until a contact with one
/// of their addresses is erased.
#[utoipa::path(tag = "native", params(ImportParameters),
    request_body(content = String, content_type = "text/csv", description = "The file",
        example = "Name,Email,Phone_Number,Company\r\nHal Jordan,hal@example.com,+14155550199,Ferris Aircraft\r\n"),
    responses((status = 202, body = ContactImportView,
        headers(("Location" = String, description = "The path of the import")))))]
#[post("/imports")]
async fn import_contacts(
    auth: Auth<Write>,
    app: App,
    once: Once,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let query = ImportQuery::read(request.query_string())?;
    let content = csv::body(&request, payload)?;
    let id = app.db.uuid(app.db.now());
    let organization = auth.ctx.organization;
    let received = receive(&app.contents, organization, id, content).await?;
    let answer = Box::pin(accept(&auth, &app, once, (id, query), (&request, received))).await;
    // Of what is refused, or was accepted before, the file is not needed.
    if !answer.as_ref().is_ok_and(is_new) {
        app.contents.delete(organization, id.as_bytes()).await?;
    }
    located(answer?, &request)
}

async fn accept(
    auth: &Auth<Write>,
    app: &App,
    once: Once,
    (id, query): (Uuid, ImportQuery),
    (request, received): (&HttpRequest, Received),
) -> Answer {
    let digest = Sha256::new()
        .chain_update(received.sha256)
        .chain_update(request.query_string());
    let value = NewImport {
        id,
        mapping: Mapping::of(received.header.clone(), &query.columns)?,
        received,
        keys: query.keys,
        on_match: query.on_match.unwrap_or(OnMatch::Update),
        dry_run: query.dry_run.unwrap_or(false),
    };
    let body = Body {
        value,
        digest: digest.finalize().into(),
    };
    once.answered(app, auth, body, async |tx, new| {
        let import = app.imports.create(tx, new).await?;
        Ok((StatusCode::ACCEPTED, ContactImportView::from(import)))
    })
    .await
}

fn is_new(answer: &HttpResponse) -> bool {
    !answer.headers().contains_key("Idempotent-Replayed")
}

/// Adds where the import is found, which a kept answer says in its body alone.
fn located(answer: HttpResponse, request: &HttpRequest) -> Answer {
    let (answer, body) = answer.into_parts();
    let broken = || ApiError::from(Error::internal("the answer is not in memory"));
    let body = body.try_into_bytes().map_err(|_| broken())?;
    let view: serde_json::Value = serde_json::from_slice(&body).map_err(Error::internal)?;
    let id = view
        .get("import_id")
        .and_then(serde_json::Value::as_str)
        .ok_or_else(broken)?;
    let path = format!("{}/{id}", request.path());
    let mut answer = answer.set_body(body).map_into_boxed_body();
    let path = HeaderValue::from_str(&path).map_err(Error::internal)?;
    answer.headers_mut().insert(LOCATION, path);
    Ok(answer)
}
