//! Finding contacts by filters, words and an order.
//!
//! Words are looked for in the way of [`crate::search`]: in names and e-mail addresses, in other addresses by how they
//! begin, in telephone numbers by how they end. Only when nobody has the words, those who have words spelt like them are
//! found. What is found by words then goes through the filters, and comes in the order of the list.
//!
//! Few fit most words; those are looked up first and named to the statement of the list. Of words that very many have,
//! the statement meets enough in the order of the list itself.

use super::details::Mark;
use super::{CONTACTS, is_lookup};
use crate::address::Address;
use crate::query::{Filter, Listed, Operator, Query, Search, Window};
use crate::search::{self, Found};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Reader, Result};
use rapport_schema::tables::{contacts, organizations};
use serde_json::Value;
use std::collections::HashMap;

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
            Found::Many { patterns, ids } => query.fitting(&contacts::search_text, &patterns, &ids),
        };
    }
    query.find(db, window).await
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

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    contact: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
}

/// What happened last to each of these contacts, by their ids; those to which nothing did are not there.
pub(super) async fn marks(db: &Reader, ids: &[i64]) -> Result<HashMap<i64, Mark>> {
    let last = "SELECT c.id AS contact, last.id, last.occurred_at FROM contacts AS c CROSS JOIN LATERAL ( \
                SELECT id, occurred_at FROM events WHERE organization_id = $1 AND subject_type = 'contact' \
                AND subject_id = c.uuid ORDER BY id DESC LIMIT 1) AS last \
                WHERE c.organization_id = $1 AND c.id = ANY(CAST((SELECT $2) AS bigint[]))";
    let statement = diesel::sql_query(last)
        .bind::<BigInt, _>(db.organization())
        .bind::<Array<BigInt>, _>(ids);
    let rows: Vec<Last> = Prepared(statement).load(&mut db.conn()).await?;
    let mark = |row: Last| {
        let mark = Mark {
            sequence: row.id,
            at: row.occurred_at,
        };
        (row.contact, mark)
    };
    Ok(rows.into_iter().map(mark).collect())
}
