//! The rows of an import that failed, as a CSV file.

use super::super::params::ImportId;
use crate::http::{Answer, App, Auth, PathId, Read, csv};
use actix_web::get;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use rapport_crm_core::cells::guard;
use rapport_crm_core::imports::RowError;
use rapport_platform::{Ctx, Result};

const PAGE: i64 = 1_000;

/// Download the errors of a contact import
///
/// The rows that could not be taken so far: the number of the row as spreadsheets count, the header being row 1; the
/// column that is to blame, if one is; what is wrong; and the row as it stood in the file. Corrected, the file can be
/// imported again. Cells that spreadsheets would take for formulas have an apostrophe in front, as in exports. They
/// are kept for 30 days after the import has ended, or until a contact with one of their addresses is erased.
#[utoipa::path(tag = "native", responses(
    (status = 200, body = Vec<u8>, content_type = "text/csv", description = "The file")
))]
#[get("/imports/{import_id}/errors.csv")]
pub(super) async fn get_contact_import_errors(auth: Auth<Read>, id: PathId<ImportId>, app: App) -> Answer {
    let import = app.imports.get(&app.reader(&auth.ctx).await?, id.0).await?;
    let own = ["row", "column", "message"].map(str::to_owned);
    let header = own
        .into_iter()
        .chain(import.mapping.header.iter().map(|name| guard(name).into_owned()));
    let header = csv::write([header.collect::<Vec<_>>()])?;
    let state = (app, auth.ctx, import.id, 0);
    let pages = stream::try_unfold(state, |state| Box::pin(page(state)));
    let content = stream::iter([Ok(header)]).chain(pages);
    Ok(csv::download("errors.csv", content))
}

/// The services, for whom, the import, and the row after which to go on.
type Progress = (App, Ctx, i64, i32);

async fn page((app, ctx, import, after): Progress) -> Result<Option<(Bytes, Progress)>> {
    let reader = app.report_reader(&ctx).await?;
    let errors = app.imports.errors(&reader, import, after, PAGE).await?;
    let Some(last) = errors.last().map(|error| error.row) else {
        return Ok(None);
    };
    let rows = csv::write(errors.iter().map(cells))?;
    Ok(Some((rows, (app, ctx, import, last))))
}

fn cells(error: &RowError) -> Vec<String> {
    let own = [
        error.row.to_string(),
        guard(error.column.as_deref().unwrap_or_default()).into_owned(),
        error.message.clone(),
    ];
    // What came from an export is guarded already.
    let cells = error
        .cells
        .iter()
        .map(|cell| guard(rapport_crm_core::cells::unguard(cell)).into_owned());
    own.into_iter().chain(cells).collect()
}
