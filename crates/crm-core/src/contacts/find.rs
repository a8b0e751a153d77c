//! Finding contacts by filters, words and an order.
//!
//! Words are looked for in the way of [`crate::search`]: in names and e-mail addresses, in other addresses by how they
//! begin, in telephone numbers by how they end. Only when nobody has the words, those who have words spelt like them are
//! found. What is found by words then goes through the filters, and comes in the order of the list.
//!
//! Few fit most words; those are looked up first and named to the statement of the list. Of words that very many have,
//! the statement meets enough in the order of the list itself.

use super::details::{ContactDetailsService, Mark};
use super::{CONTACTS, ContactDetails, PgContacts};
use crate::address::Address;
use crate::query::{Filter, Listed, Operator, Query, Search, Window};
use crate::search::{self, Found};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{Reader, Result};
use rapport_schema::tables::{contacts, organizations};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the contacts that fit a search, with those that are archived or without them.
pub(super) async fn find(
    db: &Reader,
    search: &Search,
    window: &Window,
    archived: bool,
) -> Result<Listed<ContactDetails>> {
    let words = search.text.as_deref().filter(|text| !text.trim().is_empty());
    let mut asked = Search {
        text: None,
        ..search.clone()
    };
    internationalize(db, &mut asked.filters).await?;
    let mut query = Query::compile(db, &CONTACTS, &asked).await?;
    if !archived {
        query = query.without(&contacts::archived_at);
    }
    if let Some(words) = words {
        query = match search::contacts(db, words).await? {
            Found::These(ids) => query.among(&ids),
            Found::Many { patterns, ids } => query.fitting(&contacts::search_text, &patterns, &ids),
        };
    }
    let found = query.find(db, window).await?;
    let details = PgContacts.details_of(db, &found.items).await?;
    Ok(found.of(details, |details| details.contact.id))
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
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
}

/// What happened last to each of these contacts.
pub(super) async fn marks(db: &Reader, uuids: &[Uuid]) -> Result<HashMap<Uuid, Mark>> {
    let last = "SELECT said.uuid, last.id, last.occurred_at FROM unnest($2) AS said (uuid) CROSS JOIN LATERAL ( \
                SELECT id, occurred_at FROM events WHERE organization_id = $1 AND subject_type = 'contact' \
                AND subject_id = said.uuid ORDER BY id DESC LIMIT 1) AS last";
    let rows: Vec<Last> = diesel::sql_query(last)
        .bind::<BigInt, _>(db.organization())
        .bind::<Array<SqlUuid>, _>(uuids)
        .load(&mut db.conn())
        .await?;
    let mark = |row: Last| {
        let mark = Mark {
            sequence: row.id,
            at: row.occurred_at,
        };
        (row.uuid, mark)
    };
    Ok(rows.into_iter().map(mark).collect())
}
