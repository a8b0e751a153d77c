//! The companies that others refer to: held against merges, and found after them.

use crate::audit::{self, Action, Changes};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::{Error, Reader, Result, Tx, ids};
use rapport_schema::tables::{companies, company_redirects, contacts};
use uuid::Uuid;

/// The id of a company that a write is about to refer to: its own, or that of the company into which it was merged.
/// `None` when there is none. Until the transaction ends it is neither merged nor deleted.
///
/// Merges hold companies before the contacts and whatever else refers to them. So call this before locking any of
/// those, or the two may block each other.
pub async fn hold(tx: &Tx, company: Uuid) -> Result<Option<i64>> {
    let mut wanted = company;
    loop {
        let held = companies::table
            .filter(companies::organization_id.eq(tx.organization()))
            .filter(companies::uuid.eq(wanted))
            .select(companies::id)
            .for_key_share()
            .first::<i64>(&mut tx.conn())
            .await
            .optional()?;
        if held.is_some() {
            return Ok(held);
        }
        match successor(tx.conn(), tx.organization(), company).await? {
            Some(survivor) => wanted = survivor,
            None => return Ok(None),
        }
    }
}

/// The id of the company that a write names, if it names one, held as by [`hold`]; `Invalid` when there is none.
pub(crate) async fn named(tx: &Tx, company: Option<Uuid>) -> Result<Option<i64>> {
    let Some(company) = company else { return Ok(None) };
    let held = hold(tx, company).await?;
    held.map(Some)
        .ok_or_else(|| Error::invalid("company_id", "is not a company of this organization"))
}

/// As [`named`], of a company that the write names by its numeric id.
pub(crate) async fn hold_id(tx: &Tx, company: Option<i64>) -> Result<()> {
    let Some(company) = company else { return Ok(()) };
    let held = companies::table
        .find((tx.organization(), company))
        .select(companies::id)
        .for_key_share()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?;
    held.map(drop)
        .ok_or_else(|| Error::invalid("company_id", "is not a company of this organization"))
}

/// The id of a company, or of the one into which it was merged; `None` when there is none.
pub async fn find(db: &Reader, company: Uuid) -> Result<Option<i64>> {
    let own = companies::table
        .filter(companies::organization_id.eq(db.organization()))
        .filter(companies::uuid.eq(company))
        .select(companies::id);
    let survivor = company_redirects::table
        .filter(company_redirects::organization_id.eq(db.organization()))
        .filter(company_redirects::uuid.eq(company))
        .select(company_redirects::company_id);
    let either = own.union_all(survivor);
    Ok(either.get_result(&mut db.conn()).await.optional()?)
}

/// The company into which this one was merged; `None` when it was not, or when that one is deleted.
pub(crate) async fn successor(
    conn: &AsyncPgConnection,
    organization: i64,
    company: Uuid,
) -> Result<Option<Uuid>> {
    use company_redirects::dsl;
    let survivor = companies::organization_id
        .eq(dsl::organization_id)
        .and(companies::id.eq(dsl::company_id));
    let query = company_redirects::table
        .inner_join(companies::table.on(survivor))
        .filter(dsl::organization_id.eq(organization))
        .filter(dsl::uuid.eq(company))
        .select(companies::uuid);
    Ok(query.first(&mut &*conn).await.optional()?)
}

/// What is said to those who would change a company that is not there.
pub(super) async fn gone(tx: &Tx, company: Uuid) -> Result<Error> {
    let survivor = successor(tx.conn(), tx.organization(), company).await?;
    Ok(match survivor {
        Some(survivor) => Error::conflict(format!("The company was merged into {}", ids::opaque(survivor))),
        None => Error::not_found("Company"),
    })
}

/// Lets those who ask for `from` find `into`, also those who were sent to `from` before.
pub(crate) async fn redirect(tx: &Tx, from: &[(i64, Uuid)], into: i64) -> Result<()> {
    use company_redirects::dsl;
    let gone: Vec<_> = from.iter().map(|(id, _)| *id).collect();
    let former = dsl::company_redirects
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::company_id.eq_any(gone));
    diesel::update(former)
        .set(dsl::company_id.eq(into))
        .execute(&mut tx.conn())
        .await?;
    let organization = dsl::organization_id.eq(tx.organization());
    let rows = from
        .iter()
        .map(|(_, uuid)| (organization, dsl::uuid.eq(*uuid), dsl::company_id.eq(into)));
    diesel::insert_into(company_redirects::table)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Takes all contacts, the deleted ones too, out of these companies and into another one or none.
pub(crate) async fn move_contacts(
    tx: &mut Tx,
    from: &[(i64, Uuid)],
    into: Option<(i64, Uuid)>,
) -> Result<()> {
    let ids: Vec<_> = from.iter().map(|(id, _)| *id).collect();
    let employed = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::company_id.eq_any(ids));
    // In the order in which everybody holds several contacts.
    let held: Vec<(Uuid, Option<i64>, bool)> = employed
        .clone()
        .select((
            contacts::uuid,
            contacts::company_id,
            contacts::deleted_at.is_null(),
        ))
        .order(contacts::id)
        .for_update()
        .load(&mut tx.conn())
        .await?;
    if held.is_empty() {
        return Ok(());
    }
    diesel::update(employed)
        .set((
            contacts::company_id.eq(into.map(|(id, _)| id)),
            contacts::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    let company = |id: Option<i64>| {
        from.iter()
            .find(|(from, _)| Some(*from) == id)
            .map(|(_, uuid)| ids::opaque(*uuid))
    };
    let into = into.map(|(_, uuid)| ids::opaque(uuid));
    let shown = held.into_iter().filter(|(_, _, shown)| *shown);
    let changed: Vec<_> = shown
        .map(|(uuid, former, _)| (uuid, Changes::new().field("company_id", &company(former), &into)))
        .collect();
    audit::record_many(tx, Action::Update, "contact", &changed).await?;
    for (contact, _) in changed {
        tx.emit(Event::new("contact.updated", "contact", contact));
    }
    Ok(())
}
