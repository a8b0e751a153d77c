//! The statements of a search. Each reads a bounded number of rows, however common the words are.
//!
//! What begins or ends with a text is a range of one index, so its plan is kept, see [`Prepared`]; where words are looked
//! for, plans are made for the words, since it differs far more between two of them how many rows fit than planning
//! costs.

use super::Kind;
use super::terms::Pattern;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_platform::{Prepared, Reader, Result};
use std::collections::HashSet;

/// How many of the records that hold the words, or words like them, are compared with each other.
pub(super) const COMPARED: i64 = 300;
/// How alike words must be to be taken for each other: from 0 to 1. With half of their trigrams in common it is a third.
const LIKENESS: &str = "0.4";
/// How many words of names may stand for one of the query, or for one of the ways to write it.
const OF_ONE: i64 = 10;

/// The greatest character: what begins with a text lies between the text and the text with it.
const LAST: char = char::MAX;

/// A record that fits.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Fit {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// How well it fits within its kind of fit: 0 to 1.
    #[diesel(sql_type = Double)]
    pub score: f64,
}

impl Fit {
    /// Whether it fits as well as can be.
    pub fn is_exact(&self) -> bool {
        self.score >= 1.0
    }
}

/// The table, and the condition on its rows that are there.
fn table(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Contact => ("contacts", "organization_id = $1 AND deleted_at IS NULL"),
        Kind::Company => ("companies", "organization_id = $1"),
    }
}

/// Those that begin with `text`; 1 when a word ends with it.
pub(super) async fn begin(db: &Reader, kind: Kind, text: &str, limit: i64) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let statement = sql_query(format!(
        "SELECT id, CASE WHEN search_text || ' ' LIKE $5 THEN 1 ELSE 0 END::double precision AS score FROM {table} \
         WHERE {there} AND search_text >= (SELECT $2) AND search_text < (SELECT $3) ORDER BY search_text, id \
         LIMIT (SELECT $4)"
    ));
    let found = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Text, _>(format!(" {text}"))
        .bind::<Text, _>(format!(" {text}{LAST}"))
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(format!(" {} %", super::terms::escape(text)));
    Ok(Prepared(found).load(&mut db.conn()).await?)
}

/// Contacts with an address, but no telephone number, that begins with `text`, which is in lower case; 1 when it is all
/// of it.
pub(super) async fn address(db: &Reader, text: &str, limit: i64) -> Result<Vec<Fit>> {
    let statement = sql_query(
        "SELECT contact_id AS id, CASE WHEN lower(normalized) = $2 THEN 1 ELSE 0 END::double precision AS score \
         FROM contact_addresses WHERE organization_id = $1 AND channel_type NOT IN ('PHONE', 'WHATSAPP', 'SMS') \
         AND lower(normalized) COLLATE \"C\" >= (SELECT $2) AND lower(normalized) COLLATE \"C\" < (SELECT $3) \
         ORDER BY lower(normalized) COLLATE \"C\" LIMIT (SELECT $4)",
    );
    let found = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Text, _>(text)
        .bind::<Text, _>(format!("{text}{LAST}"))
        .bind::<BigInt, _>(limit);
    Ok(Prepared(found).load(&mut db.conn()).await?)
}

/// Contacts with a telephone number that ends with these digits, which are given last one first.
pub(super) async fn phone(db: &Reader, reversed: &str, limit: i64) -> Result<Vec<Fit>> {
    let statement = sql_query(
        "SELECT contact_id AS id, 1::double precision AS score \
         FROM contact_addresses WHERE organization_id = $1 AND channel_type IN ('PHONE', 'WHATSAPP', 'SMS') \
         AND reverse(normalized) COLLATE \"C\" >= (SELECT $2) AND reverse(normalized) COLLATE \"C\" < (SELECT $3) \
         ORDER BY reverse(normalized) COLLATE \"C\" LIMIT (SELECT $4)",
    );
    let found = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Text, _>(reversed)
        .bind::<Text, _>(format!("{reversed}{LAST}"))
        .bind::<BigInt, _>(limit);
    Ok(Prepared(found).load(&mut db.conn()).await?)
}

/// Those that fit all of these patterns; 1 when every word is the beginning of one of theirs.
pub(super) async fn hold(
    db: &Reader,
    kind: Kind,
    (patterns, words): (&[Pattern], &[String]),
    limit: i64,
) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let asked: Vec<_> = patterns.iter().flat_map(|pattern| &pattern.asked).collect();
    let unasked: Vec<_> = patterns.iter().filter_map(Pattern::unasked).collect();
    let beginnings: Vec<_> = words.iter().map(|word| Pattern::beginning(word).whole).collect();
    let (whole, begin) = (4 + asked.len(), 4 + asked.len() + unasked.len());
    let like = |place| format!("search_text LIKE ${place}");
    // What is not asked for is out of sight of the index.
    let unseen = |place| format!("CASE WHEN search_text LIKE ${place} THEN TRUE END");
    let fit = (4..whole).map(like).chain((whole..begin).map(unseen));
    let (fit, begin) = (all(fit), all((begin..begin + words.len()).map(like)));
    // Materialized: what is to be limited is planned as if all were wanted, and so by the index.
    let mut statement = sql_query(format!(
        "WITH found AS MATERIALIZED (SELECT id, search_text FROM {table} WHERE {there} AND {fit}), \
              few AS MATERIALIZED (SELECT id, search_text FROM found LIMIT $2) \
         SELECT id, CASE WHEN {begin} THEN 1 ELSE 0 END::double precision AS score FROM few \
         ORDER BY score DESC, id DESC LIMIT $3"
    ))
    .into_boxed()
    .bind::<BigInt, _>(db.organization())
    .bind::<BigInt, _>(COMPARED)
    .bind::<BigInt, _>(limit);
    for pattern in asked.into_iter().chain(unasked).chain(&beginnings) {
        statement = statement.bind::<Text, _>(pattern);
    }
    Ok(statement.load(&mut db.conn()).await?)
}

/// The condition that all of these hold.
fn all(conditions: impl Iterator<Item = String>) -> String {
    conditions.collect::<Vec<_>>().join(" AND ")
}

/// A word of names that begins with one of the query.
#[derive(Debug, QueryableByName)]
pub(super) struct Beginning {
    /// Which word of the query.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    #[diesel(sql_type = Text)]
    pub word: String,
}

/// The words of names that begin with one of these, so many for each at most.
pub(super) async fn beginning(
    db: &Reader,
    kind: Kind,
    words: &[String],
    most: i64,
) -> Result<Vec<Beginning>> {
    let name = kind.name();
    let statement = sql_query(format!(
        "SELECT s.place, k.word FROM unnest((SELECT CAST($2 AS integer[])), (SELECT CAST($3 AS text[]))) AS s (place, text) \
         CROSS JOIN LATERAL (SELECT w.word FROM search_words AS w \
             WHERE w.organization_id = $1 AND w.kind = '{name}' AND w.word >= s.text AND w.word < s.text || $4 \
             ORDER BY w.word LIMIT (SELECT $5)) AS k"
    ));
    let statement = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Array<Integer>, _>((0..).take(words.len()).collect::<Vec<i32>>())
        .bind::<Array<Text>, _>(words)
        .bind::<Text, _>(LAST.to_string())
        .bind::<BigInt, _>(most);
    Ok(Prepared(statement).load(&mut db.conn()).await?)
}

/// A word of names that is spelt like one of the query.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub(super) struct Like {
    /// Which word of the query.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    #[diesel(sql_type = Text)]
    pub word: String,
    /// 0 to 1.
    #[diesel(sql_type = Double)]
    pub score: f64,
}

/// The words of names that begin with one of these, in which two letters next to each other may be swapped, at 1; two words
/// of names that make one of these with nothing between them, at 1; and words of names that share trigrams with one: how
/// much of it they share (PostgreSQL manual, F.35, `word_similarity`).
pub(super) async fn like(db: &Reader, kind: Kind, words: &[String]) -> Result<Vec<Like>> {
    let name = kind.name();
    let statement = sql_query(format!(
        "SELECT l.place, l.word, max(l.score) AS score FROM ( \
             SELECT s.place, k.word, CAST(1 AS double precision) AS score \
             FROM unnest((SELECT CAST($2 AS integer[])), (SELECT CAST($3 AS text[]))) AS s (place, text) \
             CROSS JOIN LATERAL (SELECT w.word FROM search_words AS w \
                 WHERE w.organization_id = $1 AND w.kind = '{name}' AND w.word >= s.text AND w.word < s.text || $4 \
                 ORDER BY w.word LIMIT {OF_ONE}) AS k \
             UNION ALL SELECT s.place, f.word || ' ' || r.word, CAST(1 AS double precision) \
             FROM unnest((SELECT CAST($7 AS integer[])), (SELECT CAST($8 AS text[])), (SELECT CAST($9 AS text[]))) \
                 AS s (place, first, rest) \
             CROSS JOIN LATERAL (SELECT w.word FROM search_words AS w \
                 WHERE w.organization_id = $1 AND w.kind = '{name}' AND w.word = s.first LIMIT 1) AS f \
             CROSS JOIN LATERAL (SELECT w.word FROM search_words AS w \
                 WHERE w.organization_id = $1 AND w.kind = '{name}' AND w.word = s.rest LIMIT 1) AS r \
             UNION ALL SELECT s.place, k.word, k.score \
             FROM unnest((SELECT CAST($5 AS integer[])), (SELECT CAST($6 AS text[]))) AS s (place, text) \
             CROSS JOIN LATERAL (SELECT w.word, CAST(word_similarity(s.text, w.word) AS double precision) AS score \
                 FROM search_words AS w WHERE w.organization_id = $1 AND w.kind = '{name}' AND w.word %> s.text \
                 ORDER BY score DESC, w.word LIMIT {OF_ONE}) AS k \
         ) AS l GROUP BY l.place, l.word"
    ));
    let (places, swapped): (Vec<_>, Vec<_>) = (0..)
        .zip(words)
        .flat_map(|(place, word)| {
            super::terms::swaps(word)
                .into_iter()
                .map(move |text| (place, text))
        })
        .unzip();
    let (split, (first, rest)): (Vec<_>, (Vec<_>, Vec<_>)) = (0..)
        .zip(words)
        .flat_map(|(place, word)| super::terms::splits(word).map(move |parts| (place, parts)))
        .unzip();
    let statement = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Array<Integer>, _>(places)
        .bind::<Array<Text>, _>(swapped)
        .bind::<Text, _>(LAST.to_string())
        .bind::<Array<Integer>, _>((0..).take(words.len()).collect::<Vec<i32>>())
        .bind::<Array<Text>, _>(words)
        .bind::<Array<Integer>, _>(split)
        .bind::<Array<Text>, _>(first)
        .bind::<Array<Text>, _>(rest);
    // It is a setting of the connection, and nothing but this depends on it. The two go out together.
    let setting = sql_query("SELECT set_config('pg_trgm.word_similarity_threshold', $1, false)");
    let setting = setting.bind::<Text, _>(LIKENESS);
    let (mut first, mut second) = (db.conn(), db.conn());
    let (_, found) = try_join!(
        Prepared(setting).execute(&mut first),
        Prepared(statement).load(&mut second)
    )?;
    Ok(found)
}

/// Those that begin with one of these, which have a space in front, in their order.
pub(super) async fn named(db: &Reader, kind: Kind, names: &[String], limit: i64) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let statement = sql_query(format!(
        "SELECT r.id, CAST(1 AS double precision) AS score \
         FROM unnest((SELECT CAST($2 AS text[]))) WITH ORDINALITY AS n (text, place) \
         CROSS JOIN LATERAL (SELECT id FROM {table} WHERE {there} AND search_text >= n.text \
             AND search_text < n.text || $3 ORDER BY search_text, id LIMIT (SELECT $4)) AS r \
         ORDER BY n.place, r.id DESC LIMIT (SELECT $4)"
    ));
    let statement = statement
        .bind::<BigInt, _>(db.organization())
        .bind::<Array<Text>, _>(names)
        .bind::<Text, _>(LAST.to_string())
        .bind::<BigInt, _>(limit);
    let mut found: Vec<Fit> = Prepared(statement).load(&mut db.conn()).await?;
    // One name may be the beginning of another.
    let mut known = HashSet::new();
    found.retain(|fit| known.insert(fit.id));
    Ok(found)
}

/// A record whose name has the words.
#[derive(Debug, QueryableByName)]
pub(super) struct Named {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub search_text: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub archived: bool,
}

/// Those whose names have one of the choices for each word, as a word.
pub(super) async fn have(db: &Reader, kind: Kind, choices: &[Vec<&str>], limit: i64) -> Result<Vec<Named>> {
    let (table, there) = table(kind);
    let (words, archived) = match kind {
        Kind::Contact => ("name_words(name, search_text)", "archived_at IS NOT NULL"),
        Kind::Company => ("string_to_array(search_text, ' ')", "FALSE"),
    };
    let fit = (3..3 + choices.len()).map(|place| format!("{words} && (SELECT ${place})"));
    let fit = all(fit);
    // Materialized: as in `hold`.
    let mut statement = sql_query(format!(
        "WITH found AS MATERIALIZED (SELECT id, search_text, created_at, {archived} AS archived FROM {table} \
             WHERE {there} AND {fit}) \
         SELECT id, search_text, created_at, archived FROM found LIMIT (SELECT $2)"
    ))
    .into_boxed()
    .bind::<BigInt, _>(db.organization())
    .bind::<BigInt, _>(limit);
    for choices in choices {
        statement = statement.bind::<Array<Text>, _>(choices);
    }
    Ok(Prepared(statement).load(&mut db.conn()).await?)
}
