//! Merges on PostgreSQL.

use super::{MOST, Merge, MergeService, References, companies, contacts};
use crate::audit::{self, Action, Changes};
use crate::{Company, Contact};
use async_trait::async_trait;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Reader, Result, Tx, ids};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// The merges, in PostgreSQL.
#[derive(Clone, Default)]
pub struct PgMerges {
    contacts: Vec<Arc<dyn References>>,
    companies: Vec<Arc<dyn References>>,
}

impl PgMerges {
    /// With what refers to contacts, and what refers to companies, outside of this crate.
    pub fn new(contacts: Vec<Arc<dyn References>>, companies: Vec<Arc<dyn References>>) -> Self {
        Self { contacts, companies }
    }
}

#[async_trait]
impl MergeService for PgMerges {
    async fn contacts(&self, tx: &mut Tx, into: Uuid, from: &[Uuid]) -> Result<Contact> {
        let from = check(into, from)?;
        serialize(tx).await?;
        contacts::merge(tx, &self.contacts, into, &from).await
    }

    async fn companies(&self, tx: &mut Tx, into: Uuid, from: &[Uuid]) -> Result<Company> {
        let from = check(into, from)?;
        serialize(tx).await?;
        companies::merge(tx, &self.companies, into, &from).await
    }

    async fn contact_successor(&self, db: &Reader, contact: Uuid) -> Result<Option<Uuid>> {
        crate::contacts::successor(db.conn(), db.organization(), contact).await
    }

    async fn company_successor(&self, db: &Reader, company: Uuid) -> Result<Option<Uuid>> {
        crate::companies::successor(db.conn(), db.organization(), company).await
    }
}

/// Those that go, each once, in their order.
fn check(into: Uuid, from: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut once: Vec<Uuid> = Vec::new();
    for uuid in from {
        if *uuid == into {
            return Err(Error::invalid("from", "must not hold the record that stays"));
        }
        if !once.contains(uuid) {
            once.push(*uuid);
        }
    }
    if once.is_empty() || once.len() > MOST {
        return Err(Error::invalid("from", format!("must hold 1 to {MOST} ids")));
    }
    Ok(once)
}

/// Lets merges, and deletions of companies, follow one another within the organization, so that what they hold beyond
/// the records themselves never blocks them in a circle.
pub(crate) async fn serialize(tx: &Tx) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('merge', $1))")
        .bind::<BigInt, _>(tx.organization())
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Notes in audit log and events that these records of a kind became part of another one, of which `changes` changed.
pub(super) async fn log(
    tx: &mut Tx,
    kind: &'static str,
    (merged, deleted, updated): (&'static str, &'static str, &'static str),
    (from, into): (&[Uuid], Uuid),
    changes: Changes,
) -> Result<()> {
    let none = None::<&str>;
    let merged_from: Vec<_> = from.iter().map(|uuid| ids::opaque(*uuid)).collect();
    let changes = changes.field("merged_from", &none, &merged_from);
    audit::record(tx, Action::Update, (kind, into), &changes).await?;
    let merged_into = ids::opaque(into);
    let gone: Vec<_> = from
        .iter()
        .map(|uuid| (*uuid, Changes::new().field("merged_into", &none, &merged_into)))
        .collect();
    audit::record_many(tx, Action::Delete, kind, &gone).await?;
    for uuid in from {
        let mut event = Event::new(merged, kind, *uuid);
        event.payload = RawJson::of(&json!({"merged_into": merged_into}))?;
        tx.emit(event);
        tx.emit(Event::new(deleted, kind, *uuid));
    }
    tx.emit(Event::new(updated, kind, into));
    Ok(())
}

/// Who is who among the records that were found and are held.
///
/// # Errors
/// When one is missing: the one that stays, or one of those that go. `successor` is into what it was merged.
pub(super) async fn sort<F: Future<Output = Result<Option<Uuid>>>>(
    what: &'static str,
    held: &[(i64, Uuid)],
    (from, into): (&[Uuid], Uuid),
    successor: impl Fn(Uuid) -> F,
) -> Result<Merge> {
    let kind = what.to_lowercase();
    let find = |wanted: Uuid| held.iter().find(|(_, uuid)| *uuid == wanted).copied();
    let Some(survivor) = find(into) else {
        return Err(match successor(into).await? {
            Some(other) => Error::conflict(format!("The {kind} was merged into {}", ids::opaque(other))),
            None => Error::not_found(what),
        });
    };
    let mut merge = Merge {
        from: Vec::with_capacity(from.len()),
        into: survivor,
    };
    for (index, uuid) in from.iter().enumerate() {
        let Some(one) = find(*uuid) else {
            let field = format!("from[{index}]");
            return Err(match successor(*uuid).await? {
                Some(other) => Error::conflict(format!(
                    "{field}: the {kind} was merged into {}",
                    ids::opaque(other)
                )),
                None => Error::invalid(field, format!("is not a {kind} of this organization")),
            });
        };
        merge.from.push(one);
    }
    Ok(merge)
}
