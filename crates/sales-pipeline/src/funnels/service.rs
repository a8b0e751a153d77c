//! Funnels on PostgreSQL.

use super::rows::FunnelRow;
use super::statuses::{self, in_use};
use super::{Funnel, FunnelService, FunnelStatus, FunnelStatusPatch, NewFunnel, NewFunnelStatus};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::text;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::funnels;
use uuid::Uuid;

const RECORD: &str = "funnel";

/// The funnels, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgFunnels;

#[async_trait]
impl FunnelService for PgFunnels {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Funnel>> {
        let query = funnels::table
            .filter(funnels::organization_id.eq(db.organization()))
            .order((funnels::created_at.desc(), funnels::id.desc()))
            .limit(page.fetch())
            .select(FunnelRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(funnels::created_at, funnels::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        let mut page = Page::of(rows, page, FunnelRow::position);
        statuses::fill(db.conn(), db.organization(), &mut page.items).await?;
        Ok(page)
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Funnel> {
        read(db.conn(), db.organization(), id).await
    }

    async fn create(&self, tx: &mut Tx, new: NewFunnel) -> Result<Funnel> {
        let (id, uuid) = insert(tx, new.name).await?;
        statuses::insert(tx, id, 0, statuses::checked(new.statuses)?).await?;
        let funnel = read(tx.conn(), tx.organization(), uuid).await?;
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes(None, Some(&funnel))).await?;
        tx.emit(Event::new("funnel.created", RECORD, uuid));
        Ok(funnel)
    }

    async fn rename(&self, tx: &mut Tx, id: Uuid, name: String) -> Result<Funnel> {
        let name = text::required("name", name, text::NAME)?;
        let old = lock(tx, id).await?;
        diesel::update(funnels::table.find((tx.organization(), old.id)))
            .set((funnels::name.eq(name), funnels::updated_at.eq(tx.now())))
            .execute(&mut tx.conn())
            .await
            .map_err(taken)?;
        let new = read(tx.conn(), tx.organization(), id).await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("funnel.updated", RECORD, id));
        }
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let old = lock(tx, id).await?;
        diesel::delete(funnels::table.find((tx.organization(), old.id)))
            .execute(&mut tx.conn())
            .await
            .map_err(in_use)?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("funnel.deleted", RECORD, id));
        Ok(())
    }

    async fn add_status(&self, tx: &mut Tx, funnel: Uuid, new: NewFunnelStatus) -> Result<FunnelStatus> {
        let funnel = lock(tx, funnel).await?;
        statuses::add(tx, &funnel, new).await
    }

    async fn update_status(
        &self,
        tx: &mut Tx,
        funnel: Uuid,
        id: Uuid,
        patch: FunnelStatusPatch,
    ) -> Result<FunnelStatus> {
        let funnel = lock(tx, funnel).await?;
        statuses::update(tx, &funnel, id, patch).await
    }

    async fn delete_status(&self, tx: &mut Tx, funnel: Uuid, id: Uuid) -> Result<()> {
        let funnel = lock(tx, funnel).await?;
        statuses::delete(tx, &funnel, id).await
    }
}

async fn read(conn: &AsyncPgConnection, organization: i64, id: Uuid) -> Result<Funnel> {
    let row = funnels::table
        .filter(funnels::organization_id.eq(organization))
        .filter(funnels::uuid.eq(id))
        .select(FunnelRow::as_select())
        .first(&mut &*conn)
        .await
        .optional()?;
    let mut funnel = [Funnel::from(row.ok_or(Error::not_found("Funnel"))?)];
    statuses::fill(conn, organization, &mut funnel).await?;
    let [funnel] = funnel;
    Ok(funnel)
}

/// The funnel, held until the transaction ends: whoever changes its statuses takes this lock first.
async fn lock(tx: &Tx, id: Uuid) -> Result<Funnel> {
    funnels::table
        .filter(funnels::organization_id.eq(tx.organization()))
        .filter(funnels::uuid.eq(id))
        .select(funnels::id)
        .for_update()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?;
    read(tx.conn(), tx.organization(), id).await
}

async fn insert(tx: &Tx, name: String) -> Result<(i64, Uuid)> {
    let values = (
        funnels::organization_id.eq(tx.organization()),
        funnels::uuid.eq(tx.uuid()),
        funnels::name.eq(text::required("name", name, text::NAME)?),
        funnels::created_at.eq(tx.now()),
        funnels::updated_at.eq(tx.now()),
    );
    diesel::insert_into(funnels::table)
        .values(values)
        .returning((funnels::id, funnels::uuid))
        .get_result(&mut tx.conn())
        .await
        .map_err(taken)
}

fn taken(error: diesel::result::Error) -> Error {
    let meaning = || Error::conflict("name: another funnel has this name");
    Error::from(error).on_constraint("funnels_name", meaning)
}

fn changes(old: Option<&Funnel>, new: Option<&Funnel>) -> Changes {
    let statuses = |funnel: Option<&Funnel>| {
        funnel.map(|funnel| {
            funnel
                .statuses
                .iter()
                .map(|status| status.name.clone())
                .collect::<Vec<_>>()
        })
    };
    Changes::new()
        .field("name", &old.map(|f| &f.name), &new.map(|f| &f.name))
        .field("statuses", &statuses(old), &statuses(new))
}
