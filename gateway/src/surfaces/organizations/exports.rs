//! Contacts and companies as CSV files.

use crate::http::{Answer, App, Auth, Read, csv};
use actix_web::get;
use futures_util::{StreamExt, stream};
use rapport_crm_core::exports::{Export, Subject};
use rapport_platform::{Ctx, Result};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes_of_contacts(config: &mut ServiceConfig) {
    config.service(export_contacts);
}

pub(super) fn routes_of_companies(config: &mut ServiceConfig) {
    config.service(export_companies);
}

/// Export contacts as CSV
///
/// All contacts of the organization, oldest first: `id`, `name`, `email`, `phone_number`, `company` (its name),
/// `company_role`, a column `custom_fields.<key>` for each custom field that some contact has, and `created_at`. Of
/// several e-mail addresses or telephone numbers the one that is shown comes first, the others after `; `. The file can
/// be imported as it is. It is UTF-8 and made while it is sent; when something goes wrong meanwhile, the connection is
/// broken off.
///
/// Spreadsheets take what begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, so such cells have
/// an apostrophe in front, unless they are a telephone number of `+` and digits alone. What begins with apostrophes
/// before such a sign has one more, too. Imports take it away again.
#[utoipa::path(tag = "native", responses(
    (status = 200, body = Vec<u8>, content_type = "text/csv", description = "The file")
))]
#[get("/export.csv")]
async fn export_contacts(auth: Auth<Read>, app: App) -> Answer {
    export(app, auth.ctx, Subject::Contacts, "contacts.csv").await
}

/// Export companies as CSV
///
/// All companies of the organization, oldest first: `id`, `name`, `domain`, `address`, `agent_id`, a column
/// `custom_fields.<key>` for each custom field that some company has, and `created_at`. It is UTF-8 and made while it
/// is sent; when something goes wrong meanwhile, the connection is broken off.
///
/// Cells that begin with `=`, `+`, `-`, `@`, a tab or a carriage return have an apostrophe in front, so that
/// spreadsheets do not take them for formulas; what begins with apostrophes before such a sign has one more, too.
#[utoipa::path(tag = "native", responses(
    (status = 200, body = Vec<u8>, content_type = "text/csv", description = "The file")
))]
#[get("/export.csv")]
async fn export_companies(auth: Auth<Read>, app: App) -> Answer {
    export(app, auth.ctx, Subject::Companies, "companies.csv").await
}

async fn export(app: App, ctx: Ctx, subject: Subject, name: &str) -> Answer {
    let export = app
        .exports
        .begin(&app.report_reader(&ctx).await?, subject)
        .await?;
    let header = csv::write([export.header()])?;
    let pages = stream::try_unfold((app, ctx, export), |state| Box::pin(page(state)));
    let content = stream::iter([Ok(header)]).chain(pages);
    Ok(csv::download(name, content))
}

type Progress = (App, Ctx, Export);

/// The next page of the file. Between pages no connection is held, however slowly they are taken.
async fn page((app, ctx, mut export): Progress) -> Result<Option<(actix_web::web::Bytes, Progress)>> {
    let reader = app.report_reader(&ctx).await?;
    let rows = app.exports.next(&reader, &mut export).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some((csv::write(rows)?, (app, ctx, export))))
}
