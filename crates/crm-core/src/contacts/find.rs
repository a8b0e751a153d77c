//! Finding contacts by filters, words and an order.
//!
//! Words are looked for in the way of [`crate::search`]: in names and e-mail addresses, in other addresses by how they
//! begin, in telephone numbers by how they end. Where enough have them in their names, others are found by how their
//! addresses begin or end alone. Only when nobody has the words, those who have words spelt like them are found. What is
//! found by words then goes through the filters, and comes in the order of the list.
//!
//! Few fit most words; those are looked up first and named to the statement of the list. Words that very many have are
//! met among the newest contacts, if those come first, or else by the statement in the order of the list itself.

use super::details::Mark;
use super::rows::{ContactRow, visible};
use super::{CONTACTS, Contact, is_lookup};
use crate::address::Address;
use crate::query::{Direction, Filter, Listed, Operator, Query, Search, Start, Window};
use crate::search::{self, Found, Pattern};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Record, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Reader, Result, any_of};
use rapport_schema::tables::{contacts, organizations};
use serde_json::Value;

/// Among how many of the newest contacts common words are looked for.
const NEWEST: i64 = 4_000;

/// The ids of a page of the contacts that fit a search, with those that are archived or without them.
pub(super) async fn find(
    db: &Reader,
    search: &Search,
    window: &Window,
    archived: bool,
) -> Result<Listed<i64>> {
    let words = search.text.as_deref().filter(|text| !text.trim().is_empty());
    let mut asked = Search {
        text: None,
        ..search.clone()
    };
    internationalize(db, &mut asked.filters).await?;
    let mut query = Query::compile(db, &CONTACTS, &asked).await?;
    if is_lookup(search) {
        query = query.of_few();
    }
    if !archived {
        query = query.without(&contacts::archived_at);
    }
    if let Some(words) = words {
        query = match search::contacts(db, words).await? {
            Found::These(ids) => query.among(&ids),
            Found::NewestFirst(found) => {
                let shown = found.iter().filter(|(_, is_archived)| archived || !is_archived);
                let mut ids: Vec<_> = shown.map(|(id, _)| *id).collect();
                if is_plain(search, window) {
                    ids.truncate(usize::try_from(window.limit + 1).unwrap_or(usize::MAX));
                }
                query.among(&ids)
            }
            Found::Many {
                patterns,
                ids,
                common,
            } => {
                let newest = if common && is_plain(search, window) {
                    newest(db, window, (&patterns, &ids), archived).await?
                } else {
                    None
                };
                match newest {
                    Some(newest) => query.among(&newest),
                    None => query.fitting(&contacts::search_text, &patterns, &ids),
                }
            }
        };
    }
    query.find(db, window).await
}

/// Whether the first page of all contacts that have words is wanted, the newest first.
fn is_plain(search: &Search, window: &Window) -> bool {
    let by_time = match search.sort.as_slice() {
        [] => true,
        [only] => only.field == "createdAt" && only.direction == Direction::Desc,
        _ => false,
    };
    by_time && search.filters.is_empty() && window.start == Start::Top && !window.total
}

/// The first page, and one more, of the contacts that fit all patterns or have one of these ids, newest first, if there are
/// enough of them among the newest of all: to meet words that many have there costs less than to look up everybody who
/// has them.
async fn newest(
    db: &Reader,
    window: &Window,
    (patterns, ids): (&[Pattern], &[i64]),
    archived: bool,
) -> Result<Option<Vec<i64>>> {
    let wanted = window.limit + 1;
    // Conditions of their own: an array is taken apart for every row.
    let fits = (4..4 + patterns.len()).map(|place| format!("n.search_text LIKE ${place}"));
    let mut either = fits.collect::<Vec<_>>().join(" AND ");
    if !ids.is_empty() {
        either += " OR n.id = ANY ($2)";
    }
    let shown = if archived { "" } else { "AND n.archived_at IS NULL" };
    let mut statement = diesel::sql_query(format!(
        "SELECT n.id FROM (SELECT id, created_at, search_text, archived_at FROM contacts \
             WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT {NEWEST}) AS n \
         WHERE ({either}) {shown} ORDER BY n.created_at DESC, n.id DESC LIMIT (SELECT $3)"
    ))
    .into_boxed()
    .bind::<BigInt, _>(db.organization())
    .bind::<Array<BigInt>, _>(ids)
    .bind::<BigInt, _>(wanted);
    for pattern in patterns {
        statement = statement.bind::<Text, _>(&pattern.whole);
    }
    let met: Vec<Met> = Prepared(statement).load(&mut db.conn()).await?;
    let enough = i64::try_from(met.len()).is_ok_and(|met| met >= wanted);
    Ok(enough.then(|| met.into_iter().map(|met| met.id).collect()))
}

#[derive(QueryableByName)]
struct Met {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Writes telephone numbers that filters ask for in the form in which they are kept, where they lack the country.
async fn internationalize(db: &Reader, filters: &mut [Filter]) -> Result<()> {
    let is_asked = |filter: &Filter| {
        let whole = matches!(filter.operator, Operator::Eq | Operator::Neq | Operator::In);
        whole && ["phone", "addresses.address"].contains(&filter.field.as_str())
    };
    let asked = filters.iter_mut().filter(|filter| is_asked(filter));
    let values = asked.flat_map(|filter| match &mut filter.value {
        Value::Array(values) => values.as_mut_slice(),
        value => std::slice::from_mut(value),
    });
    let is_national = |text: &str| {
        text.trim_start()
            .starts_with(|c: char| c == '(' || c.is_ascii_digit())
    };
    let mut national: Vec<_> = values
        .filter(|value| value.as_str().is_some_and(is_national))
        .collect();
    if national.is_empty() {
        return Ok(());
    }
    let region = organizations::table
        .find(db.organization())
        .select(organizations::default_region);
    let region: String = region.first(&mut db.conn()).await?;
    for value in &mut national {
        let phone = value
            .as_str()
            .and_then(|text| Address::phone(text, Some(&region)).ok());
        if let Some(phone) = phone {
            **value = phone.normalized.into();
        }
    }
    Ok(())
}

/// These contacts, each with what happened to it last, if anything is known to have; in no order.
pub(super) async fn marked(db: &Reader, ids: &[i64]) -> Result<Vec<(Contact, Option<Mark>)>> {
    type Last = Nullable<Record<(BigInt, Timestamptz)>>;
    type Told = (i64, DateTime<Utc>);
    let last = sql::<Last>(
        "(SELECT ROW(events.id, events.occurred_at) FROM events \
         WHERE events.organization_id = contacts.organization_id AND events.subject_type = 'contact' \
         AND events.subject_id = contacts.uuid ORDER BY events.id DESC LIMIT 1)",
    );
    let query = visible(db.organization())
        .filter(contacts::id.eq(any_of(ids)))
        .select((ContactRow::as_select(), last));
    let rows: Vec<(ContactRow, Option<Told>)> = Prepared(query).load(&mut db.conn()).await?;
    let marked = |(row, told): (ContactRow, Option<Told>)| {
        let mark = told.map(|(sequence, at)| Mark { sequence, at });
        (Contact::from(row), mark)
    };
    Ok(rows.into_iter().map(marked).collect())
}
