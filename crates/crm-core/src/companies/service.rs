//! Companies on PostgreSQL.

use super::rows::{CompanyRow, CompanyValues, of_organization};
use super::{Company, CompanyPatch, CompanyService, NewCompany, references};
use crate::agents::Agent;
use crate::audit::{self, Action, Changes};
use crate::custom_fields::{EntityType, Owner, keep};
use crate::{agents, domain, text};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, Reader, Result, Tx, ids};
use rapport_schema::tables::companies;
use uuid::Uuid;

pub(crate) const RECORD: &str = "company";

/// The companies, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgCompanies;

#[async_trait]
impl CompanyService for PgCompanies {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Company>> {
        let query = of_organization(db.organization())
            .order((companies::created_at.desc(), companies::id.desc()))
            .limit(page.fetch())
            .select(CompanyRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(companies::created_at, companies::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        Ok(Page::of(rows, page, CompanyRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Company> {
        let query = of_organization(db.organization())
            .filter(companies::uuid.eq(id))
            .select(CompanyRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewCompany) -> Result<Company> {
        agents::named(tx, new.agent).await?;
        let values = check(tx, new).await?;
        let uuid = insert(tx, values).await?;
        let company = read(tx, uuid).await?;
        keep(
            tx,
            EntityType::Company,
            owner(&company),
            None,
            &company.custom_fields,
        )
        .await?;
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes(None, Some(&company))).await?;
        tx.emit(Event::new("company.created", RECORD, uuid));
        Ok(company)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: CompanyPatch) -> Result<Company> {
        agents::named(tx, patch.agent.set()).await?;
        let old = lock(tx, id).await?;
        let values = check(tx, merged(&old, patch)?).await?;
        store(tx, old.id, values).await?;
        let new = read(tx, id).await?;
        keep(
            tx,
            EntityType::Company,
            owner(&old),
            Some(&old.custom_fields),
            &new.custom_fields,
        )
        .await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("company.updated", RECORD, id));
        }
        Ok(new)
    }
}

pub(crate) fn owner(company: &Company) -> Owner {
    Owner {
        id: company.id,
        created_at: company.created_at,
    }
}

fn found(row: QueryResult<CompanyRow>) -> Result<Company> {
    Ok(row.optional()?.ok_or(Error::not_found("Company"))?.into())
}

async fn read(tx: &Tx, id: Uuid) -> Result<Company> {
    let query = of_organization(tx.organization())
        .filter(companies::uuid.eq(id))
        .select(CompanyRow::as_select());
    found(query.first(&mut tx.conn()).await)
}

/// Those of these companies that are there, in the order of their ids.
pub(crate) async fn read_all(tx: &Tx, ids: &[i64]) -> Result<Vec<Company>> {
    let query = of_organization(tx.organization())
        .filter(companies::id.eq_any(ids))
        .order(companies::id)
        .select(CompanyRow::as_select());
    let rows = query.load(&mut tx.conn()).await?;
    Ok(rows.into_iter().map(Company::from).collect())
}

/// Holds the company until the transaction ends; no contact joins it meanwhile. `Conflict` when it was merged into
/// another one.
pub(super) async fn lock(tx: &Tx, id: Uuid) -> Result<Company> {
    let query = companies::table
        .filter(companies::organization_id.eq(tx.organization()))
        .filter(companies::uuid.eq(id))
        .select(companies::id)
        .for_update();
    let held: Option<i64> = query.first(&mut tx.conn()).await.optional()?;
    match held {
        Some(_) => read(tx, id).await,
        None => Err(references::gone(tx, id).await?),
    }
}

pub(crate) async fn store(tx: &Tx, id: i64, values: CompanyValues) -> Result<()> {
    diesel::update(companies::table.find((tx.organization(), id)))
        .set((values, companies::updated_at.eq(tx.now())))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn remove(tx: &Tx, ids: &[i64]) -> Result<()> {
    let gone = companies::table
        .filter(companies::organization_id.eq(tx.organization()))
        .filter(companies::id.eq_any(ids));
    diesel::delete(gone).execute(&mut tx.conn()).await?;
    Ok(())
}

async fn insert(tx: &Tx, values: CompanyValues) -> Result<Uuid> {
    let uuid = tx.uuid();
    let meta = (
        companies::organization_id.eq(tx.organization()),
        companies::uuid.eq(uuid),
        companies::created_at.eq(tx.now()),
        companies::updated_at.eq(tx.now()),
    );
    diesel::insert_into(companies::table)
        .values((meta, values))
        .execute(&mut tx.conn())
        .await?;
    Ok(uuid)
}

/// Takes the companies from an agent.
pub(crate) async fn unassign(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let owned = companies::table
        .filter(companies::organization_id.eq(tx.organization()))
        .filter(companies::agent_id.eq(agent.id));
    let freed: Vec<Uuid> = diesel::update(owned)
        .set((
            companies::agent_id.eq(None::<i64>),
            companies::updated_at.eq(tx.now()),
        ))
        .returning(companies::uuid)
        .get_results(&mut tx.conn())
        .await?;
    agents::tell_unassigned(tx, agent, (RECORD, "company.updated"), &freed).await
}

pub(crate) async fn check(tx: &Tx, new: NewCompany) -> Result<CompanyValues> {
    Ok(CompanyValues {
        name: text::required("name", new.name, text::NAME)?,
        domain: checked_domain(new.domain)?,
        address: text::optional("address", new.address, text::LINE)?,
        agent_id: agents::id_of(tx, new.agent).await?,
        custom_fields: text::object("custom_fields", new.custom_fields)?,
    })
}

pub(crate) fn checked_domain(text: Option<String>) -> Result<Option<String>> {
    let Some(text) = text::optional("domain", text, text::LINE)? else {
        return Ok(None);
    };
    domain::normalize(&text)
        .map(Some)
        .ok_or_else(|| Error::invalid("domain", "is not an internet domain such as example.com"))
}

fn merged(old: &Company, patch: CompanyPatch) -> Result<NewCompany> {
    let custom_fields = match patch.custom_fields {
        Patch::Keep => Some(old.custom_fields.clone()),
        changed => changed.set(),
    };
    Ok(NewCompany {
        name: patch.name.apply_required("name", old.name.clone())?,
        domain: patch.domain.apply(old.domain.clone()),
        address: patch.address.apply(old.address.clone()),
        agent: patch.agent.apply(old.agent),
        custom_fields,
    })
}

pub(crate) fn changes(old: Option<&Company>, new: Option<&Company>) -> Changes {
    fn of<'a, T>(company: Option<&'a Company>, field: fn(&'a Company) -> &'a Option<T>) -> Option<&'a T> {
        company.and_then(|company| field(company).as_ref())
    }
    let agent = |company: Option<&Company>| company.and_then(|c| c.agent).map(ids::opaque);
    Changes::new()
        .field("name", &old.map(|c| &c.name), &new.map(|c| &c.name))
        .field("domain", &of(old, |c| &c.domain), &of(new, |c| &c.domain))
        .field("address", &of(old, |c| &c.address), &of(new, |c| &c.address))
        .field("agent_id", &agent(old), &agent(new))
        .field(
            "custom_fields",
            &old.map(|c| &c.custom_fields),
            &new.map(|c| &c.custom_fields),
        )
}
