//! Imports on PostgreSQL.

use super::rows::{ErrorRow, ImportRow};
use super::{Import, ImportService, NAME, NewImport, Options, RECORD, RowError, State, job};
use crate::audit::{self, Action, Changes};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, RawJson, Reader, Result, Tx};
use rapport_schema::tables::{contact_import_errors, contact_imports};
use uuid::Uuid;

/// The imports, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgImports;

#[async_trait]
impl ImportService for PgImports {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Import>> {
        let query = contact_imports::table
            .filter(contact_imports::organization_id.eq(db.organization()))
            .order((contact_imports::created_at.desc(), contact_imports::id.desc()))
            .limit(page.fetch())
            .select(ImportRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(contact_imports::created_at, contact_imports::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        Ok(Page::of(rows, page, ImportRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Import> {
        read(db.conn(), db.organization(), id).await
    }

    async fn create(&self, tx: &mut Tx, new: NewImport) -> Result<Import> {
        for key in &new.keys {
            if !new.mapping.has(key.field()) {
                let message = format!("no column of the file goes into {}", key.name());
                return Err(Error::invalid("match", message));
            }
        }
        insert(tx, &new).await?;
        let changes = Changes::new()
            .field("state", &None::<&str>, &State::Queued.name())
            .field("dry_run", &None::<bool>, &new.dry_run);
        audit::record(tx, Action::Insert, (RECORD, new.id), &changes).await?;
        tx.emit(Event::new("contact_import.created", RECORD, new.id));
        tx.enqueue(job::of(new.id)?);
        read(tx.conn(), tx.organization(), new.id).await
    }

    async fn errors(&self, db: &Reader, import: i64, after: i32, limit: i64) -> Result<Vec<RowError>> {
        let query = contact_import_errors::table
            .filter(contact_import_errors::organization_id.eq(db.organization()))
            .filter(contact_import_errors::import_id.eq(import))
            .filter(contact_import_errors::row_number.gt(after))
            .order(contact_import_errors::row_number)
            .limit(limit)
            .select(ErrorRow::as_select());
        let rows = query.load(&mut db.conn()).await?;
        Ok(rows.into_iter().map(RowError::from).collect())
    }
}

pub(super) async fn read(conn: &AsyncPgConnection, organization: i64, id: Uuid) -> Result<Import> {
    let query = contact_imports::table
        .filter(contact_imports::organization_id.eq(organization))
        .filter(contact_imports::uuid.eq(id))
        .select(ImportRow::as_select());
    let row = query.first(&mut &*conn).await.optional()?;
    Ok(row.ok_or(Error::not_found(NAME))?.into())
}

async fn insert(tx: &Tx, new: &NewImport) -> Result<()> {
    use contact_imports::dsl;
    let options = Options {
        delimiter: new.received.delimiter,
        keys: new.keys.clone(),
        on_match: new.on_match,
    };
    let fields = new.mapping.fields.iter();
    let fields: Vec<_> = fields
        .map(|field| field.as_ref().map(super::Field::path))
        .collect();
    let actor = tx.ctx().actor;
    let none = (
        dsl::processed.eq(0),
        dsl::created.eq(0),
        dsl::updated.eq(0),
        dsl::skipped.eq(0),
        dsl::failed.eq(0),
    );
    diesel::insert_into(contact_imports::table)
        .values((
            dsl::organization_id.eq(tx.organization()),
            dsl::uuid.eq(new.id),
            dsl::state.eq(State::Queued.name()),
            dsl::dry_run.eq(new.dry_run),
            dsl::options.eq(RawJson::of(&options)?),
            dsl::header.eq(&new.mapping.header),
            dsl::fields.eq(fields),
            dsl::sha256.eq(new.received.sha256.to_vec()),
            dsl::size_bytes.eq(new.received.size),
            none,
            dsl::agent_id.eq(actor.agent()),
            dsl::api_key_id.eq(actor.key()),
            dsl::created_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
