//! The words that names are made of: a read model that searches compare with what may be misspelt.
//!
//! A word is there as long as a record has it, and may stay longer: words that nobody has lead to nobody. Only erasing a
//! contact takes words away.

use super::Kind;
use async_trait::async_trait;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Prepared, Result, Tx};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Keeps the words of contacts and companies in the transactions that name them. It is to be the last of the projections:
/// whoever brings a word that another transaction has just brought waits for the end of that one.
#[derive(Debug, Default)]
pub struct SearchWords;

#[async_trait]
impl Projection for SearchWords {
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()> {
        let named = Kind::ALL.map(|kind| (kind, named(events, kind)));
        if named.iter().all(|(_, named)| named.is_empty()) {
            return Ok(());
        }
        lock(tx, "pg_advisory_xact_lock_shared").await?;
        for (kind, named) in named.iter().filter(|(_, named)| !named.is_empty()) {
            add(tx, *kind, named).await?;
        }
        Ok(())
    }
}

/// The records of a kind that events tell of, each once.
fn named(events: &[Event], kind: Kind) -> Vec<Uuid> {
    let of = events.iter().filter(|event| event.subject_type == kind.name());
    let named: BTreeSet<Uuid> = of.map(|event| event.subject_id).collect();
    named.into_iter().collect()
}

/// Finds the words of all records of the organization, after bulk loads that told no events.
///
/// # Errors
/// [`rapport_platform::Error::Unavailable`] when the database cannot be reached.
pub async fn rebuild(tx: &mut Tx) -> Result<()> {
    lock(tx, "pg_advisory_xact_lock_shared").await?;
    for kind in Kind::ALL {
        let statement = sql_query(insert(kind, "")).bind::<BigInt, _>(tx.organization());
        statement.execute(&mut tx.conn()).await?;
    }
    Ok(())
}

/// Words are added by many at once, but not while some are taken away: who saw a word there would rely on it.
async fn lock(tx: &Tx, function: &str) -> Result<()> {
    let statement = sql_query(format!("SELECT {function}(hashtextextended('search_words', $1))"));
    let statement = statement.bind::<BigInt, _>(tx.organization());
    Prepared(statement).execute(&mut tx.conn()).await?;
    Ok(())
}

async fn add(tx: &Tx, kind: Kind, named: &[Uuid]) -> Result<()> {
    let statement = sql_query(insert(kind, "AND r.uuid = ANY ($2)"))
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<SqlUuid>, _>(named);
    Prepared(statement).execute(&mut tx.conn()).await?;
    Ok(())
}

/// Adds the words that are not known of the records `r`; `which` says of which. Numbers, and what is longer than 64
/// characters, are no names. They go in in one order, so that no two transactions wait for each other.
fn insert(kind: Kind, which: &str) -> String {
    let (table, of_name) = match kind {
        // Somebody without a name has the e-mail address for one.
        Kind::Contact => (
            "contacts",
            "AND r.deleted_at IS NULL AND (r.name IS NULL OR strpos(w.word, '@') = 0)",
        ),
        Kind::Company => ("companies", ""),
    };
    let name = kind.name();
    // Each word is looked up: a join might be planned as one over the words of everybody.
    format!(
        "WITH said AS MATERIALIZED (SELECT DISTINCT w.word FROM {table} AS r \
             CROSS JOIN LATERAL string_to_table(r.search_text, ' ') AS w (word) \
             WHERE r.organization_id = $1 {which} {of_name}) \
         INSERT INTO search_words (organization_id, kind, word) SELECT $1, '{name}', s.word FROM said AS s \
             WHERE s.word ~ '[^0-9]' AND length(s.word) <= 64 AND (SELECT k.word FROM search_words AS k \
                 WHERE k.organization_id = $1 AND k.kind = '{name}' AND k.word = s.word) IS NULL \
         ORDER BY s.word ON CONFLICT DO NOTHING"
    )
}

/// The words that these contacts have now, and had before by the audit log.
pub(crate) async fn told(tx: &Tx, ids: &[i64], uuids: &[Uuid]) -> Result<Vec<String>> {
    #[derive(diesel::QueryableByName)]
    struct Told {
        #[diesel(sql_type = Text)]
        word: String,
    }
    let statement = sql_query(
        "SELECT DISTINCT w.word FROM ( \
             SELECT c.name AS text FROM contacts AS c WHERE c.organization_id = $1 AND c.id = ANY ($2) \
             UNION ALL SELECT c.email FROM contacts AS c WHERE c.organization_id = $1 AND c.id = ANY ($2) \
             UNION ALL SELECT v.text FROM audit_logs AS a CROSS JOIN LATERAL jsonb_array_elements(a.changes) AS e (change) \
                 CROSS JOIN LATERAL (VALUES (e.change->>'from'), (e.change->>'to')) AS v (text) \
                 WHERE a.organization_id = $1 AND a.record_type = 'contact' AND a.record_id = ANY ($3) \
                 AND e.change->>'field' IN ('name', 'email') \
         ) AS t CROSS JOIN LATERAL string_to_table(fold(t.text), ' ') AS w (word) WHERE w.word <> ''",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<SqlUuid>, _>(uuids);
    let told: Vec<Told> = statement.load(&mut tx.conn()).await?;
    Ok(told.into_iter().map(|told| told.word).collect())
}

/// Takes words away that no contact has. Others who name contacts wait until the transaction ends.
pub(crate) async fn forget(tx: &Tx, words: &[String]) -> Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    lock(tx, "pg_advisory_xact_lock").await?;
    let patterns: Vec<_> = words
        .iter()
        .map(|word| format!("% {}%", super::terms::escape(word)))
        .collect();
    // The pattern without an end is one that the index knows.
    let statement = sql_query(
        "DELETE FROM search_words AS k USING unnest($2, $3) AS w (word, pattern) \
         WHERE k.organization_id = $1 AND k.kind = 'contact' AND k.word = w.word AND NOT EXISTS ( \
             SELECT 1 FROM contacts AS c WHERE c.organization_id = $1 AND c.deleted_at IS NULL \
             AND c.search_text LIKE w.pattern AND w.word = ANY (string_to_array(c.search_text, ' ')))",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<Text>, _>(words)
    .bind::<Array<Text>, _>(patterns);
    statement.execute(&mut tx.conn()).await?;
    Ok(())
}
