//! Reads sales with all that belongs to them: a statement for the sales, and one each for their contacts,
//! conversations and histories, however many sales they are.

use super::rows::{SaleRow, visible};
use super::{Drafts, Sale, SaleContact, SaleFilter, StatusChange};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::try_join;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result};
use rapport_schema::tables::{
    agents, contacts, pipeline_stages, sale_contacts, sale_conversations, sale_status_history, sales,
};
use std::collections::HashMap;
use uuid::Uuid;

/// One sale.
pub(super) async fn one(conn: &AsyncPgConnection, organization: i64, uuid: Uuid) -> Result<Sale> {
    let query = visible(organization)
        .filter(sales::uuid.eq(uuid))
        .select(SaleRow::as_select());
    let row = query.first(&mut &*conn).await.optional()?;
    let found = complete(conn, organization, row.into_iter().collect()).await?;
    found.into_iter().next().ok_or(Error::not_found("Sale"))
}

/// A page of sales.
pub(super) async fn page(db: &Reader, filter: &SaleFilter, page: &PageRequest) -> Result<Page<Sale>> {
    let mut query = visible(db.organization()).into_boxed();
    if filter.drafts != Drafts::Include {
        query = query.filter(sales::draft.eq(filter.drafts == Drafts::Only));
    }
    if let Some(from) = filter.from {
        query = query.filter(sales::created_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(sales::created_at.lt(to));
    }
    if let Some(uuid) = filter.owner {
        query = query.filter(sales::owner_id.eq(owner(db, uuid).await?));
    }
    if let Some(uuid) = filter.company {
        let company = rapport_crm_core::companies::find(db, uuid).await?;
        query = query.filter(sales::company_id.eq(company.ok_or(Error::not_found("Company"))?));
    }
    if filter.stage.is_some() || filter.status.is_some() {
        let Some(stage) = stage(db, filter).await? else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        query = query.filter(sales::stage_id.eq(stage));
    }
    if let Some(least) = &filter.min_value {
        query = query.filter(sales::total_price.ge(least));
    }
    if let Some(most) = &filter.max_value {
        query = query.filter(sales::total_price.le(most));
    }
    if let Some(position) = page.after {
        query = query.filter(before(sales::created_at, sales::id, position));
    }
    let rows: Vec<SaleRow> = query
        .order((sales::created_at.desc(), sales::id.desc()))
        .limit(page.fetch())
        .select(SaleRow::as_select())
        .load(&mut db.conn())
        .await?;
    let Page { items, next } = Page::<SaleRow>::of(rows, page, SaleRow::position);
    let items = complete(db.conn(), db.organization(), items).await?;
    Ok(Page { items, next })
}

async fn owner(db: &Reader, uuid: Uuid) -> Result<i64> {
    let query = agents::table
        .filter(agents::organization_id.eq(db.organization()))
        .filter(agents::uuid.eq(uuid))
        .select(agents::id);
    let id = query.first(&mut db.conn()).await.optional()?;
    id.ok_or(Error::not_found("Agent"))
}

/// The stage that the filter names, by its id, its status or both; no two stages have one status.
async fn stage(db: &Reader, filter: &SaleFilter) -> Result<Option<i64>> {
    let mut query = pipeline_stages::table
        .filter(pipeline_stages::organization_id.eq(db.organization()))
        .filter(pipeline_stages::removed_at.is_null())
        .select(pipeline_stages::id)
        .into_boxed();
    if let Some(uuid) = filter.stage {
        query = query.filter(pipeline_stages::uuid.eq(uuid));
    }
    if let Some(status) = &filter.status {
        query = query.filter(pipeline_stages::status.eq(status));
    }
    Ok(query.first(&mut db.conn()).await.optional()?)
}

/// The sales of these rows. The rows were read first: should a sale change meanwhile, its version is the older one,
/// and whoever relies on it is told so.
async fn complete(conn: &AsyncPgConnection, organization: i64, rows: Vec<SaleRow>) -> Result<Vec<Sale>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (mut contacts, mut conversations, mut histories) = try_join!(
        contacts_of(conn, organization, &ids),
        conversations_of(conn, organization, &ids),
        histories_of(conn, organization, &ids),
    )?;
    let sale = |row: SaleRow| {
        let id = row.id;
        let contacts = contacts.remove(&id).unwrap_or_default();
        let conversations = conversations.remove(&id).unwrap_or_default();
        let history = histories.remove(&id).unwrap_or_default();
        let last = history.last().cloned();
        let status = last.ok_or_else(|| Error::internal("a sale without a history"))?;
        Ok(row.into_sale(contacts, conversations, history, status))
    };
    rows.into_iter().map(sale).collect()
}

pub(super) async fn contacts_of(
    conn: &AsyncPgConnection,
    organization: i64,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<SaleContact>>> {
    let contact = contacts::organization_id
        .eq(sale_contacts::organization_id)
        .and(contacts::id.eq(sale_contacts::contact_id));
    let query = sale_contacts::table
        .inner_join(contacts::table.on(contact))
        .filter(sale_contacts::organization_id.eq(organization))
        .filter(sale_contacts::sale_id.eq_any(ids))
        .order((sale_contacts::sale_id, sale_contacts::position))
        .select((sale_contacts::sale_id, contacts::uuid, sale_contacts::is_primary));
    let rows: Vec<(i64, Uuid, bool)> = query.load(&mut &*conn).await?;
    let contact = |(sale, contact, is_primary)| (sale, SaleContact { contact, is_primary });
    Ok(by_sale(rows.into_iter().map(contact)))
}

pub(super) async fn conversations_of(
    conn: &AsyncPgConnection,
    organization: i64,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<Uuid>>> {
    let query = sale_conversations::table
        .filter(sale_conversations::organization_id.eq(organization))
        .filter(sale_conversations::sale_id.eq_any(ids))
        .order((sale_conversations::sale_id, sale_conversations::position))
        .select((sale_conversations::sale_id, sale_conversations::conversation));
    let rows: Vec<(i64, Uuid)> = query.load(&mut &*conn).await?;
    Ok(by_sale(rows))
}

async fn histories_of(
    conn: &AsyncPgConnection,
    organization: i64,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<StatusChange>>> {
    let query = sale_status_history::table
        .filter(sale_status_history::organization_id.eq(organization))
        .filter(sale_status_history::sale_id.eq_any(ids))
        .order((sale_status_history::sale_id, sale_status_history::id))
        .select((
            sale_status_history::sale_id,
            sale_status_history::label,
            sale_status_history::status,
            sale_status_history::changed_at,
        ));
    let rows: Vec<(i64, String, Option<String>, DateTime<Utc>)> = query.load(&mut &*conn).await?;
    Ok(by_sale(rows.into_iter().map(
        |(sale, label, status, changed_at)| {
            let change = StatusChange {
                label,
                status,
                changed_at,
            };
            (sale, change)
        },
    )))
}

fn by_sale<T>(rows: impl IntoIterator<Item = (i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut all: HashMap<i64, Vec<T>> = HashMap::new();
    for (sale, part) in rows {
        all.entry(sale).or_default().push(part);
    }
    all
}
