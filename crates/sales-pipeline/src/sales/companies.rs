//! Sales follow their company when it is merged.

use super::log::RECORD;
use super::store;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::{Merge, References};
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::sales;
use uuid::Uuid;

/// The sales to companies that are merged.
#[derive(Debug, Default)]
pub struct CompanySales;

#[async_trait]
impl References for CompanySales {
    async fn follow(&self, tx: &mut Tx, merge: &Merge) -> Result<()> {
        let theirs = sales::table
            .filter(sales::organization_id.eq(tx.organization()))
            .filter(sales::company_id.eq_any(merge.gone()));
        // In the order in which everybody holds several sales.
        let held: Vec<(i64, Uuid, Option<i64>)> = theirs
            .clone()
            .select((sales::id, sales::uuid, sales::company_id))
            .order(sales::id)
            .for_update()
            .load(&mut tx.conn())
            .await?;
        diesel::update(theirs)
            .set(sales::company_id.eq(merge.into.0))
            .execute(&mut tx.conn())
            .await?;
        let into = Some(ids::opaque(merge.into.1));
        for (id, uuid, company) in held {
            let changes = Changes::new().field("company_id", &former(merge, company), &into);
            store::touch(tx, id).await?;
            audit::record(tx, Action::Update, (RECORD, uuid), &changes).await?;
        }
        Ok(())
    }
}

fn former(merge: &Merge, id: Option<i64>) -> Option<String> {
    let found = merge.from.iter().find(|(from, _)| Some(*from) == id);
    found.map(|(_, uuid)| ids::opaque(*uuid))
}
