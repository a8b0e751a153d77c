//! What is removed of imports, and when.

use super::RECORD;
use crate::address::Address;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use rapport_platform::jobs::{Job, JobContext, JobError, JobHandler};
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::{contact_addresses, contact_import_errors, contacts};
use serde::{Deserialize, Serialize};

const FORGET: &str = "contact_import.forget";

#[derive(Serialize, Deserialize)]
struct Order {
    import: i64,
}

/// The job that removes the rows of this import that failed, once they were kept long enough.
pub(super) fn later(tx: &Tx, import: i64) -> Result<Job> {
    let mut job = Job::new(FORGET, RawJson::of(&Order { import })?);
    job.run_at = Some(tx.now() + super::KEPT);
    Ok(job)
}

/// Removes the rows of ended imports that failed.
#[derive(Debug, Default)]
pub struct ForgetImportErrors;

#[async_trait]
impl JobHandler for ForgetImportErrors {
    fn kind(&self) -> &'static str {
        FORGET
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let Order { import } = job.payload()?;
        let removed = job.db.write(job.ctx()?, async |tx| {
            let theirs = contact_import_errors::table
                .filter(contact_import_errors::organization_id.eq(tx.organization()))
                .filter(contact_import_errors::import_id.eq(import));
            diesel::delete(theirs).execute(&mut tx.conn()).await?;
            tracing::debug!(import, "rows of a {RECORD} that failed were removed");
            Ok(())
        });
        removed
            .await
            .map_err(|error: rapport_platform::Error| error.into())
    }
}

/// Removes the rows of imports that failed and hold an address of these contacts, before the contacts lose them.
pub(crate) async fn forget(tx: &Tx, contacts: &[i64]) -> Result<()> {
    let mut addresses = owned(tx, contacts).await?;
    addresses.extend(shown(tx, contacts).await?);
    if addresses.is_empty() {
        return Ok(());
    }
    diesel::sql_query("DELETE FROM contact_import_errors WHERE organization_id = $1 AND addresses && $2")
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<Text>, _>(addresses)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

async fn owned(tx: &Tx, ids: &[i64]) -> Result<Vec<String>> {
    use contact_addresses::dsl;
    let query = dsl::contact_addresses
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::contact_id.eq_any(ids))
        .select(dsl::normalized);
    Ok(query.load(&mut tx.conn()).await?)
}

/// What contacts show that were deleted, or merged into another one, and so own no addresses any more.
async fn shown(tx: &Tx, ids: &[i64]) -> Result<Vec<String>> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::id.eq_any(ids))
        .select((contacts::email, contacts::phone_number));
    let rows: Vec<(Option<String>, Option<String>)> = query.load(&mut tx.conn()).await?;
    let mut shown = Vec::new();
    for (email, phone) in rows {
        shown.extend(email.map(|email| email.to_lowercase()));
        if let Some(phone) = phone {
            shown.extend(
                Address::phone_of(tx, &phone)
                    .await
                    .map(|address| address.normalized),
            );
        }
    }
    Ok(shown)
}
