//! The statements of a search. Each reads a bounded number of rows, however common the words are.
//!
//! What begins or ends with a text is a range of one index, so its plan is kept, see [`Prepared`]; where words are looked
//! for, plans are made for the words, since it differs far more between two of them how many rows fit than planning
//! costs.

use super::Kind;
use diesel::sql_types::{Array, BigInt, Double, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Reader, Result};

/// How many of the records that hold the words, or words like them, are compared with each other.
const COMPARED: i64 = 300;
/// How alike words must be to be taken for each other: from 0 to 1. With half of their trigrams in common it is a third.
const LIKENESS: &str = "0.4";

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

/// Those that fit all of these patterns of LIKE; 1 when every word is the beginning of one of theirs.
pub(super) async fn hold(
    db: &Reader,
    kind: Kind,
    (patterns, words): (&[String], &[String]),
    limit: i64,
) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let number = patterns.len();
    let each = |first: usize| (first..first + number).map(|place| format!("search_text LIKE ${place}"));
    let (fit, begin) = (
        each(4).collect::<Vec<_>>().join(" AND "),
        each(4 + number).collect::<Vec<_>>().join(" AND "),
    );
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
    for pattern in patterns {
        statement = statement.bind::<Text, _>(pattern);
    }
    for word in words {
        statement = statement.bind::<Text, _>(format!("% {}%", super::terms::escape(word)));
    }
    Ok(statement.load(&mut db.conn()).await?)
}

/// Those that hold all of these words, in each of which two letters next to each other may be swapped.
pub(super) async fn swapped(db: &Reader, kind: Kind, words: &[String], limit: i64) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let fit: Vec<_> = (4..4 + words.len())
        .map(|place| format!("search_text LIKE ANY (${place})"))
        .collect();
    let fit = fit.join(" AND ");
    let mut statement = sql_query(format!(
        "WITH found AS MATERIALIZED (SELECT id FROM {table} WHERE {there} AND {fit}), \
              few AS MATERIALIZED (SELECT id FROM found LIMIT $2) \
         SELECT id, 1::double precision AS score FROM few ORDER BY id DESC LIMIT $3"
    ))
    .into_boxed()
    .bind::<BigInt, _>(db.organization())
    .bind::<BigInt, _>(COMPARED)
    .bind::<BigInt, _>(limit);
    for word in words {
        let mut patterns = vec![format!("%{}%", super::terms::escape(word))];
        patterns.extend(super::terms::swaps(word));
        statement = statement.bind::<Array<Text>, _>(patterns);
    }
    Ok(statement.load(&mut db.conn()).await?)
}

/// Those that have words in their name like all of these, by the trigrams they share (PostgreSQL manual, F.35,
/// `word_similarity`): so much on average is the score.
pub(super) async fn alike(db: &Reader, kind: Kind, words: &[String], limit: i64) -> Result<Vec<Fit>> {
    let (table, there) = table(kind);
    let each = |term: fn(usize) -> String, between: &str| {
        (4..4 + words.len()).map(term).collect::<Vec<_>>().join(between)
    };
    let fit = each(|place| format!("search_name %> ${place}"), " AND ");
    let score = each(|place| format!("word_similarity(${place}, search_name)"), " + ");
    let number = words.len();
    let mut statement = sql_query(format!(
        "WITH found AS MATERIALIZED (SELECT id, search_name FROM {table} WHERE {there} AND {fit}), \
              few AS MATERIALIZED (SELECT id, search_name FROM found LIMIT $2) \
         SELECT id, (({score}) / {number})::double precision AS score FROM few \
         ORDER BY score DESC, id DESC LIMIT $3"
    ))
    .into_boxed()
    .bind::<BigInt, _>(db.organization())
    .bind::<BigInt, _>(COMPARED)
    .bind::<BigInt, _>(limit);
    for word in words {
        statement = statement.bind::<Text, _>(word);
    }
    // It is a setting of the connection, and nothing but this depends on it. The two go out together.
    let setting = sql_query("SELECT set_config('pg_trgm.word_similarity_threshold', $1, false)");
    let setting = setting.bind::<Text, _>(LIKENESS);
    let (mut first, mut second) = (db.conn(), db.conn());
    let (_, found) =
        futures_util::try_join!(Prepared(setting).execute(&mut first), statement.load(&mut second))?;
    Ok(found)
}
