//! Sales follow their company when it is merged, and have none when it is deleted.

use super::log::RECORD;
use super::store;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::companies::CompanyParticipant;
use rapport_crm_core::{Merge, References};
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::sales;
use uuid::Uuid;

/// The sales to companies that are merged or deleted.
#[derive(Debug, Default)]
pub struct CompanySales;

#[async_trait]
impl References for CompanySales {
    async fn follow(&self, tx: &mut Tx, merge: &Merge) -> Result<()> {
        move_sales(tx, &merge.from, Some(merge.into)).await
    }
}

#[async_trait]
impl CompanyParticipant for CompanySales {
    async fn detach(&self, tx: &mut Tx, company: (i64, Uuid)) -> Result<()> {
        move_sales(tx, &[company], None).await
    }
}

/// Gives all sales to these companies, the deleted ones too, to another one or to none.
async fn move_sales(tx: &mut Tx, from: &[(i64, Uuid)], into: Option<(i64, Uuid)>) -> Result<()> {
    let gone: Vec<_> = from.iter().map(|(id, _)| *id).collect();
    let theirs = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::company_id.eq_any(gone));
    // In the order in which everybody holds several sales.
    let held: Vec<(i64, Uuid, Option<i64>, bool)> = theirs
        .clone()
        .select((
            sales::id,
            sales::uuid,
            sales::company_id,
            sales::deleted_at.is_null(),
        ))
        .order(sales::id)
        .for_update()
        .load(&mut tx.conn())
        .await?;
    diesel::update(theirs)
        .set(sales::company_id.eq(into.map(|(id, _)| id)))
        .execute(&mut tx.conn())
        .await?;
    let into = into.map(|(_, uuid)| ids::opaque(uuid));
    // Of a sale that is deleted nothing more is told.
    for (id, uuid, company, _) in held.into_iter().filter(|(.., there)| *there) {
        let changes = Changes::new().field("company_id", &former(from, company), &into);
        store::touch(tx, id).await?;
        audit::record(tx, Action::Update, (RECORD, uuid), &changes).await?;
    }
    Ok(())
}

fn former(from: &[(i64, Uuid)], id: Option<i64>) -> Option<String> {
    let found = from.iter().find(|(from, _)| Some(*from) == id);
    found.map(|(_, uuid)| ids::opaque(*uuid))
}
