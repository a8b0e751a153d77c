//! Writing a batch: all of its rows in a handful of statements.

use super::lookup::{self, Companies};
use super::plan::{Key, Plan, Planner, key};
use super::row::Read;
use super::rows::CountsRow;
use super::{Counts, Import, RECORD, RowError, State, custom, forget, people, service};
use crate::address::Address;
use crate::audit::{self, Action, Changes};
use crate::contacts::many;
use crate::custom_fields::{Definitions, EntityType};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{contact_import_errors, contact_imports};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use uuid::Uuid;

/// The addresses that a dry run would have given to contacts by now, which the database does not know; by a digest,
/// so that they take little room: some 40 bytes each.
#[derive(Debug, Default)]
pub(super) struct Ghosts(HashMap<u64, Uuid>);

impl Ghosts {
    pub fn owner(&self, key: &Key) -> Option<Uuid> {
        self.0.get(&digest(key)).copied()
    }

    pub fn remember(&mut self, claims: &[(Uuid, Address)]) {
        let claims = claims
            .iter()
            .map(|(contact, address)| (digest(&key(address)), *contact));
        self.0.extend(claims);
    }
}

fn digest(key: &Key) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Notes that the import runs, and how many rows it has. A dry run begins anew: what it remembered is gone.
pub(super) async fn begin(tx: &mut Tx, import: Uuid, total: i32) -> Result<Import> {
    use contact_imports::dsl;
    let held = hold(tx, import).await?;
    if held.dry_run && held.counts.processed > 0 {
        let theirs = contact_import_errors::table
            .filter(contact_import_errors::organization_id.eq(tx.organization()))
            .filter(contact_import_errors::import_id.eq(held.id));
        diesel::delete(theirs).execute(&mut tx.conn()).await?;
        progress(tx, held.id, Counts::default()).await?;
    }
    diesel::update(dsl::contact_imports.find((tx.organization(), held.id)))
        .set((dsl::state.eq(State::Running.name()), dsl::total.eq(total)))
        .execute(&mut tx.conn())
        .await?;
    service::read(tx.conn(), tx.organization(), import).await
}

/// Writes the rows that follow the first `done`. `None`, having written nothing, when these are done already. Of a
/// dry run it answers the addresses that contacts would have got.
pub(super) async fn batch(
    tx: &mut Tx,
    (import, done): (&Import, i32),
    rows: &[Read],
    ghosts: &Ghosts,
) -> Result<Option<Vec<(Uuid, Address)>>> {
    take_turn(tx).await?;
    let held = hold(tx, import.uuid).await?;
    if held.state != State::Running || held.counts.processed != done {
        return Ok(None);
    }
    // Before anything else is held: whoever changes definitions holds them before the contacts.
    let definitions = Definitions::of(tx, EntityType::Contact).await?;
    let (mut found, companies) = lookup::find(tx, import, rows, ghosts).await?;
    found.refused = custom::refused(tx, &definitions, rows).await?;
    let plan = plan(tx, (import, &definitions), found, rows);
    keep_errors(tx, import.id, &plan.errors).await?;
    progress(tx, import.id, sum(held.counts, plan.counts)).await?;
    if import.dry_run {
        return Ok(Some(plan.claims));
    }
    write(tx, plan, companies, &definitions).await?;
    Ok(Some(Vec::new()))
}

fn plan(tx: &Tx, import: (&Import, &Definitions), found: super::plan::Found, rows: &[Read]) -> Plan {
    let mut fresh = || tx.uuid();
    Planner::new(import, found, &mut fresh, tx.now()).run(rows)
}

async fn write(tx: &mut Tx, mut plan: Plan, companies: Companies, definitions: &Definitions) -> Result<()> {
    let companies = people::add_companies(tx, &plan, companies).await?;
    people::employ(plan.created.iter_mut(), &companies);
    let mut updated: Vec<_> = plan.updated.into_values().collect();
    people::employ(updated.iter_mut().map(|(_, new)| new), &companies);
    let mut ids = many::insert(tx, &Vec::from_iter(&plan.created)).await?;
    let changed: Vec<_> = updated.iter().map(|(_, new)| new).collect();
    many::update(tx, &changed).await?;
    ids.extend(updated.iter().map(|(old, _)| (old.uuid, old.id)));
    people::keep(tx, definitions, &plan.created, &updated, &ids).await?;
    let gains = people::Gains::of(tx, &plan.claims, &updated).await?;
    people::claim(tx, &plan.claims, &ids).await?;
    people::log(tx, &plan.created, &updated, &gains).await
}

/// Lets the imports of an organization follow one another, batch by batch, so that none makes what another is about to
/// make. Nobody else waits for this lock.
async fn take_turn(tx: &Tx) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('contact import', $1))")
        .bind::<BigInt, _>(tx.organization())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// The import, held until the transaction ends.
async fn hold(tx: &Tx, import: Uuid) -> Result<Import> {
    let query = contact_imports::table
        .filter(contact_imports::organization_id.eq(tx.organization()))
        .filter(contact_imports::uuid.eq(import))
        .select(super::rows::ImportRow::as_select())
        .for_update();
    let row = query.first(&mut tx.conn()).await.optional()?;
    Ok(row.ok_or(Error::not_found(super::NAME))?.into())
}

async fn progress(tx: &Tx, import: i64, counts: Counts) -> Result<()> {
    diesel::update(contact_imports::table.find((tx.organization(), import)))
        .set(CountsRow::from(counts))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

fn sum(one: Counts, other: Counts) -> Counts {
    Counts {
        processed: one.processed + other.processed,
        created: one.created + other.created,
        updated: one.updated + other.updated,
        skipped: one.skipped + other.skipped,
        failed: one.failed + other.failed,
    }
}

async fn keep_errors(tx: &Tx, import: i64, errors: &[(RowError, Vec<String>)]) -> Result<()> {
    use contact_import_errors::dsl;
    if errors.is_empty() {
        return Ok(());
    }
    let rows = errors.iter().map(|(error, addresses)| {
        (
            dsl::organization_id.eq(tx.organization()),
            dsl::import_id.eq(import),
            dsl::row_number.eq(error.row),
            dsl::field.eq(&error.column),
            dsl::message.eq(&error.message),
            dsl::cells.eq(&error.cells),
            dsl::addresses.eq(addresses),
        )
    });
    diesel::insert_into(dsl::contact_import_errors)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Notes that the import has ended, unless it had.
pub(super) async fn end(tx: &mut Tx, import: Uuid, state: State, reason: Option<String>) -> Result<()> {
    use contact_imports::dsl;
    let old = hold(tx, import).await?;
    if old.state.has_ended() {
        return Ok(());
    }
    diesel::update(dsl::contact_imports.find((tx.organization(), old.id)))
        .set((
            dsl::state.eq(state.name()),
            dsl::error.eq(&reason),
            dsl::finished_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    let counts = old.counts;
    let changes = Changes::new()
        .field("state", &State::Queued.name(), &state.name())
        .field("created", &0, &counts.created)
        .field("updated", &0, &counts.updated)
        .field("skipped", &0, &counts.skipped)
        .field("failed", &0, &counts.failed);
    audit::record(tx, Action::Update, (RECORD, import), &changes).await?;
    tx.emit(Event::new("contact_import.finished", RECORD, import));
    if counts.failed > 0 {
        tx.enqueue(forget::later(tx, old.id)?);
    }
    Ok(())
}
