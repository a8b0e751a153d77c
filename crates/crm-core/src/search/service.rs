//! Search on PostgreSQL.

use super::names::Names;
use super::spelling;
use super::statements::{self, COMPARED, Fit};
use super::terms::Terms;
use super::{Hit, Kind, SearchQuery, SearchService};
use crate::companies::rows::of_organization;
use crate::contacts::rows::visible;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;
use futures_util::try_join;
use rapport_platform::{Reader, Result, any_of};
use rapport_schema::tables::{companies, contacts};
use std::collections::HashMap;
use uuid::Uuid;

/// The search, in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgSearch;

#[async_trait]
impl SearchService for PgSearch {
    async fn search(&self, db: &Reader, query: &SearchQuery) -> Result<Vec<Hit>> {
        let terms = Terms::of(&query.text)?;
        let each = query
            .kinds
            .iter()
            .map(|kind| holding(db, *kind, &terms, query.limit));
        let mut found = try_join_all(each).await?;
        // Whoever typed it right is not looking for anything else.
        if !found.iter().any(Found::exactly) {
            let each = found
                .iter_mut()
                .map(|found| found.misspelt(db, &terms, query.limit));
            try_join_all(each).await?;
        }
        let each = found.into_iter().map(|found| found.show(db, query.limit));
        let mut found: Vec<_> = try_join_all(each).await?.into_iter().flatten().collect();
        // Of those that fit equally well, the first of each kind come before the second of any.
        found.sort_by_key(|(fit, place, _)| (*fit, *place));
        found.truncate(usize::try_from(query.limit).unwrap_or_default());
        Ok(found.into_iter().map(|(.., hit)| hit).collect())
    }
}

/// How many numbers are found by their last digits: of a million, about a hundred share four.
const NUMBERS: i64 = 300;

/// How a record fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// Its name begins with all of the text, with whole words, or it has the address or the number.
    Exactly,
    /// It begins with the text, or an address does.
    Begins,
    /// It has words that begin with those of the text.
    Words,
    /// It holds the words.
    Holds,
    /// It has words that are spelt like those of the text.
    Alike,
}

/// The records of a kind that begin with the text or hold its words.
async fn holding(db: &Reader, kind: Kind, terms: &Terms, limit: i64) -> Result<Found> {
    let mut found = Found {
        kind,
        records: Vec::new(),
    };
    for fit in beginning(db, kind, terms, limit).await? {
        found.add(fit, How::Exactly, How::Begins);
    }
    // Whoever typed a whole address looks for nothing that is like it.
    let known = terms.is_address() && found.exactly();
    if known || !found.fewer_than(limit) {
        return Ok(found);
    }
    let names = Names::of(db, kind, terms).await?;
    for named in names.having(db, COMPARED).await?.unwrap_or_default() {
        let fit = Fit {
            id: named.id,
            score: 1.0,
        };
        found.add(fit, How::Words, How::Words);
    }
    let patterns = terms.patterns(|place| names.is_unknown(place));
    if found.fewer_than(limit) && !patterns.is_empty() {
        let fits = statements::hold(db, kind, (&patterns, &terms.words), limit).await?;
        for fit in fits {
            found.add(fit, How::Words, How::Holds);
        }
    }
    Ok(found)
}

/// The records that begin with the text, or have such an address or number.
async fn beginning(db: &Reader, kind: Kind, terms: &Terms, limit: i64) -> Result<Vec<Fit>> {
    let begin = statements::begin(db, kind, &terms.whole, limit);
    if kind != Kind::Contact {
        return begin.await;
    }
    let (mut all, addressed) = try_join!(begin, addressed(db, terms, limit))?;
    all.extend(addressed);
    Ok(all)
}

/// The contacts with an address that begins with the text, or a number that ends with it.
pub(super) async fn addressed(db: &Reader, terms: &Terms, limit: i64) -> Result<Vec<Fit>> {
    let emails = terms
        .email
        .iter()
        .map(|text| statements::address(db, text, limit));
    let phones = terms
        .phones
        .iter()
        .map(|digits| statements::phone(db, digits, limit.max(NUMBERS)));
    let (emails, phones) = try_join!(try_join_all(emails), try_join_all(phones))?;
    Ok(emails.into_iter().chain(phones).flatten().collect())
}

/// Records of a kind by how they fit, each once, where it fits best.
struct Found {
    kind: Kind,
    records: Vec<(How, i64)>,
}

impl Found {
    fn add(&mut self, fit: Fit, better: How, good: How) {
        let how = if fit.is_exact() { better } else { good };
        match self.records.iter_mut().find(|(_, id)| *id == fit.id) {
            Some(known) => known.0 = known.0.min(how),
            None => self.records.push((how, fit.id)),
        }
    }

    fn fewer_than(&self, limit: i64) -> bool {
        i64::try_from(self.records.len()).is_ok_and(|found| found < limit)
    }

    fn exactly(&self) -> bool {
        self.records.iter().any(|(how, _)| *how == How::Exactly)
    }

    /// Adds those that are spelt alike, unless there are enough.
    async fn misspelt(&mut self, db: &Reader, terms: &Terms, limit: i64) -> Result<()> {
        if self.fewer_than(limit) {
            for fit in spelling::spelt(db, self.kind, terms, limit).await? {
                self.add(fit, How::Alike, How::Alike);
            }
        }
        Ok(())
    }

    /// Those that are shown, best first.
    async fn show(mut self, db: &Reader, limit: i64) -> Result<Vec<(How, usize, Hit)>> {
        // Stable: those that fit equally well stay in their order.
        self.records.sort_by_key(|(how, _)| *how);
        self.records.truncate(usize::try_from(limit).unwrap_or_default());
        let ids: Vec<_> = self.records.iter().map(|(_, id)| *id).collect();
        let mut hits = match self.kind {
            _ if ids.is_empty() => HashMap::new(),
            Kind::Contact => contacts(db, &ids).await?,
            Kind::Company => companies(db, &ids).await?,
        };
        let shown = self.records.into_iter().enumerate();
        Ok(shown
            .filter_map(|(place, (how, id))| Some((how, place, hits.remove(&id)?)))
            .collect())
    }
}

async fn contacts(db: &Reader, ids: &[i64]) -> Result<HashMap<i64, Hit>> {
    type Row = (
        i64,
        Uuid,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<(Uuid, String)>,
    );
    let rows: Vec<Row> = visible(db.organization())
        .filter(contacts::id.eq(any_of(ids)))
        .select((
            contacts::id,
            contacts::uuid,
            contacts::name,
            contacts::email,
            contacts::phone_number,
            (companies::uuid, companies::name).nullable(),
        ))
        .load(&mut db.conn())
        .await?;
    let hit = |(id, uuid, name, email, phone_number, company): Row| {
        let hit = Hit {
            kind: Kind::Contact,
            uuid,
            name,
            email,
            phone_number,
            company,
            domain: None,
        };
        (id, hit)
    };
    Ok(rows.into_iter().map(hit).collect())
}

async fn companies(db: &Reader, ids: &[i64]) -> Result<HashMap<i64, Hit>> {
    type Row = (i64, Uuid, String, Option<String>);
    let rows: Vec<Row> = of_organization(db.organization())
        .filter(companies::id.eq(any_of(ids)))
        .select((companies::id, companies::uuid, companies::name, companies::domain))
        .load(&mut db.conn())
        .await?;
    let hit = |(id, uuid, name, domain): Row| {
        let hit = Hit {
            kind: Kind::Company,
            uuid,
            name: Some(name),
            email: None,
            phone_number: None,
            company: None,
            domain,
        };
        (id, hit)
    };
    Ok(rows.into_iter().map(hit).collect())
}
