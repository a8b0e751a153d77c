//! AI employees on PostgreSQL.

use super::{AiEmployee, AiEmployeeService};
use crate::audit::{self, Action, Changes};
use crate::text;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Position, Reader, Result, Tx};
use rapport_schema::tables::ai_employees;
use uuid::Uuid;

const RECORD: &str = "ai_employee";

#[derive(Queryable, Selectable)]
#[diesel(table_name = ai_employees)]
struct Row {
    id: i64,
    uuid: Uuid,
    name: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }
}

impl From<Row> for AiEmployee {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The AI employees, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgAiEmployees;

#[async_trait]
impl AiEmployeeService for PgAiEmployees {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<AiEmployee>> {
        let query = ai_employees::table
            .filter(ai_employees::organization_id.eq(db.organization()))
            .order((ai_employees::created_at.desc(), ai_employees::id.desc()))
            .limit(page.fetch())
            .select(Row::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(ai_employees::created_at, ai_employees::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        Ok(Page::of(rows, page, Row::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<AiEmployee> {
        let query = ai_employees::table
            .filter(ai_employees::organization_id.eq(db.organization()))
            .filter(ai_employees::uuid.eq(id))
            .select(Row::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, name: String) -> Result<AiEmployee> {
        let row = diesel::insert_into(ai_employees::table)
            .values((
                ai_employees::organization_id.eq(tx.organization()),
                ai_employees::uuid.eq(tx.uuid()),
                ai_employees::name.eq(text::required("name", name, text::NAME)?),
                ai_employees::created_at.eq(tx.now()),
                ai_employees::updated_at.eq(tx.now()),
            ))
            .returning(Row::as_returning())
            .get_result(&mut tx.conn())
            .await?;
        let made = AiEmployee::from(row);
        let changes = changes(None, Some(&made));
        audit::record(tx, Action::Insert, (RECORD, made.uuid), &changes).await?;
        tx.emit(Event::new("ai_employee.created", RECORD, made.uuid));
        Ok(made)
    }

    async fn rename(&self, tx: &mut Tx, id: Uuid, name: String) -> Result<AiEmployee> {
        let name = text::required("name", name, text::NAME)?;
        let old = lock(tx, id).await?;
        if name == old.name {
            return Ok(old);
        }
        let row = diesel::update(ai_employees::table.find((tx.organization(), old.id)))
            .set((ai_employees::name.eq(name), ai_employees::updated_at.eq(tx.now())))
            .returning(Row::as_returning())
            .get_result(&mut tx.conn())
            .await?;
        let new = AiEmployee::from(row);
        let changes = changes(Some(&old), Some(&new));
        audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
        tx.emit(Event::new("ai_employee.updated", RECORD, id));
        Ok(new)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let old = lock(tx, id).await?;
        diesel::delete(ai_employees::table.find((tx.organization(), old.id)))
            .execute(&mut tx.conn())
            .await
            .map_err(in_use)?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("ai_employee.deleted", RECORD, id));
        Ok(())
    }
}

fn found(row: QueryResult<Row>) -> Result<AiEmployee> {
    Ok(row.optional()?.ok_or(Error::not_found("AI employee"))?.into())
}

/// The AI employee, held until the transaction ends.
async fn lock(tx: &Tx, id: Uuid) -> Result<AiEmployee> {
    let query = ai_employees::table
        .filter(ai_employees::organization_id.eq(tx.organization()))
        .filter(ai_employees::uuid.eq(id))
        .select(Row::as_select())
        .for_update();
    found(query.first(&mut tx.conn()).await)
}

fn in_use(error: diesel::result::Error) -> Error {
    let meaning = || Error::conflict("Tasks name this AI employee");
    Error::from(error)
        .on_constraint("tasks_created_by_ai_employee", meaning)
        .on_constraint("tasks_assigned_ai_employee", meaning)
}

fn changes(old: Option<&AiEmployee>, new: Option<&AiEmployee>) -> Changes {
    Changes::new().field("name", &old.map(|e| &e.name), &new.map(|e| &e.name))
}
