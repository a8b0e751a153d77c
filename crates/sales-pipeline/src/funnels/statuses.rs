//! The statuses of a funnel. Their positions are always 0, 1, 2 …

use super::rows::StatusRow;
use super::{Funnel, FunnelStatus, FunnelStatusPatch, MOST_STATUSES, NewFunnelStatus};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::text;
use rapport_platform::events::Event;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::funnel_statuses as table;
use uuid::Uuid;

const RECORD: &str = "funnel_status";

/// Gives each of `funnels` its statuses.
pub(super) async fn fill(conn: &AsyncPgConnection, organization: i64, funnels: &mut [Funnel]) -> Result<()> {
    let ids: Vec<i64> = funnels.iter().map(|funnel| funnel.id).collect();
    let rows: Vec<StatusRow> = table::table
        .filter(table::organization_id.eq(organization))
        .filter(table::funnel_id.eq_any(ids))
        .order(table::position)
        .select(StatusRow::as_select())
        .load(&mut &*conn)
        .await?;
    for row in rows {
        if let Some(funnel) = funnels.iter_mut().find(|funnel| funnel.id == row.funnel_id) {
            funnel.statuses.push(row.into());
        }
    }
    Ok(())
}

/// The names of the statuses of a new funnel, trimmed.
///
/// # Errors
/// `Invalid` naming the place of one that is empty, too long or there before.
pub(super) fn checked(names: Vec<String>) -> Result<Vec<String>> {
    bounded(names.len())?;
    let mut checked = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let place = || format!("statuses[{index}]");
        let name = text::required("name", name, text::NAME).map_err(|error| match error {
            Error::Invalid { message, .. } => Error::invalid(place(), message),
            other => other,
        })?;
        if checked.contains(&name) {
            return Err(Error::invalid(place(), "is given twice"));
        }
        checked.push(name);
    }
    Ok(checked)
}

fn bounded(count: usize) -> Result<()> {
    if count > MOST_STATUSES {
        let message = format!("a funnel has at most {MOST_STATUSES}");
        return Err(Error::invalid("statuses", message));
    }
    Ok(())
}

/// Adds statuses of these names to a funnel, from the position `first` on, which must be free.
pub(super) async fn insert(
    tx: &Tx,
    funnel: i64,
    first: usize,
    names: Vec<String>,
) -> Result<Vec<FunnelStatus>> {
    bounded(first + names.len())?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for (name, position) in names.into_iter().zip(first..) {
        rows.push((
            table::organization_id.eq(tx.organization()),
            table::uuid.eq(tx.uuid()),
            table::funnel_id.eq(funnel),
            table::name.eq(text::required("name", name, text::NAME)?),
            table::position.eq(i32::try_from(position).map_err(Error::internal)?),
            table::created_at.eq(tx.now()),
            table::updated_at.eq(tx.now()),
        ));
    }
    let rows: Vec<StatusRow> = diesel::insert_into(table::table)
        .values(rows)
        .returning(StatusRow::as_returning())
        .get_results(&mut tx.conn())
        .await
        .map_err(taken)?;
    Ok(rows.into_iter().map(FunnelStatus::from).collect())
}

/// Adds one status to `funnel`, which the transaction holds.
pub(super) async fn add(tx: &mut Tx, funnel: &Funnel, new: NewFunnelStatus) -> Result<FunnelStatus> {
    let last = funnel.statuses.len();
    let made = insert(tx, funnel.id, last, vec![new.name]).await?;
    let mut made = made.into_iter().next().ok_or(Error::not_found("Funnel status"))?;
    if let Some(position) = new.position.filter(|position| *position < last) {
        made.position = position;
        arrange(tx, funnel, Some(&made), made.id).await?;
    }
    let changes = changes(None, Some(&made));
    audit::record(tx, Action::Insert, (RECORD, made.uuid), &changes).await?;
    tx.emit(Event::new("funnel_status.created", RECORD, made.uuid));
    Ok(made)
}

/// Changes a status of `funnel`, which the transaction holds.
pub(super) async fn update(
    tx: &mut Tx,
    funnel: &Funnel,
    id: Uuid,
    patch: FunnelStatusPatch,
) -> Result<FunnelStatus> {
    let old = of(funnel, id)?;
    let name = patch.name.apply_required("name", old.name.clone())?;
    let position = patch.position.apply_required("position", old.position)?;
    let new = FunnelStatus {
        name: text::required("name", name, text::NAME)?,
        position: position.min(funnel.statuses.len() - 1),
        ..old.clone()
    };
    let changes = changes(Some(old), Some(&new));
    if changes.is_empty() {
        return Ok(new);
    }
    diesel::update(table::table.find((tx.organization(), old.id)))
        .set((table::name.eq(&new.name), table::updated_at.eq(tx.now())))
        .execute(&mut tx.conn())
        .await
        .map_err(taken)?;
    if new.position != old.position {
        arrange(tx, funnel, Some(&new), old.id).await?;
    }
    audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
    tx.emit(Event::new("funnel_status.updated", RECORD, id));
    Ok(new)
}

/// Deletes a status of `funnel`, which the transaction holds.
pub(super) async fn delete(tx: &mut Tx, funnel: &Funnel, id: Uuid) -> Result<()> {
    let old = of(funnel, id)?;
    diesel::delete(table::table.find((tx.organization(), old.id)))
        .execute(&mut tx.conn())
        .await
        .map_err(in_use)?;
    arrange(tx, funnel, None, old.id).await?;
    audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(old), None)).await?;
    tx.emit(Event::new("funnel_status.deleted", RECORD, id));
    Ok(())
}

fn of(funnel: &Funnel, id: Uuid) -> Result<&FunnelStatus> {
    let found = funnel.statuses.iter().find(|status| status.uuid == id);
    found.ok_or(Error::not_found("Funnel status"))
}

/// Numbers the statuses of a funnel anew: `moved` where it says, all others but `gone` around it in their order.
async fn arrange(tx: &Tx, funnel: &Funnel, moved: Option<&FunnelStatus>, gone: i64) -> Result<()> {
    let others = funnel.statuses.iter().map(|status| status.id);
    let mut order: Vec<i64> = others.filter(|id| *id != gone).collect();
    if let Some(moved) = moved {
        order.insert(moved.position.min(order.len()), moved.id);
    }
    diesel::sql_query(
        "UPDATE funnel_statuses SET position = place - 1 \
         FROM unnest($1) WITH ORDINALITY places (status, place) \
         WHERE funnel_statuses.organization_id = $2 AND funnel_statuses.id = places.status",
    )
    .bind::<Array<BigInt>, _>(order)
    .bind::<BigInt, _>(tx.organization())
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

fn taken(error: diesel::result::Error) -> Error {
    let meaning = || Error::conflict("name: another status of the funnel has this name");
    Error::from(error).on_constraint("funnel_statuses_name", meaning)
}

/// Gives the refusal of a deletion its meaning.
pub(super) fn in_use(error: diesel::result::Error) -> Error {
    Error::from(error)
        .on_constraint("conversations_funnel", || {
            Error::conflict("Conversations are in this funnel")
        })
        .on_constraint("conversations_funnel_status", || {
            Error::conflict("Conversations have this status")
        })
}

fn changes(old: Option<&FunnelStatus>, new: Option<&FunnelStatus>) -> Changes {
    Changes::new()
        .field("name", &old.map(|s| &s.name), &new.map(|s| &s.name))
        .field("position", &old.map(|s| s.position), &new.map(|s| s.position))
}
