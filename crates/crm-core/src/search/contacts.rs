//! All contacts that fit words, for lists that filter and sort them.

use super::Kind;
use super::names::Names;
use super::service::addressed;
use super::spelling;
use super::statements::{self, COMPARED, Fit};
use super::terms::{Pattern, Terms};
use futures_util::try_join;
use rapport_platform::{Reader, Result};
use std::collections::BTreeSet;

/// How many contacts are looked up that begin with the text.
const BEGIN: i64 = 100;
/// So many with words in their names that begin with those of the text are enough: nobody else is looked for who has them
/// within words or addresses.
const ENOUGH: usize = 50;
/// How many contacts are found that only have words spelt alike.
const SPELT: i64 = 50;

/// Who fits.
pub(crate) enum Found {
    /// These contacts.
    These(Vec<i64>),
    /// The contacts whose `search_text` fits all these patterns, and these.
    Many {
        patterns: Vec<Pattern>,
        ids: Vec<i64>,
        /// Whether they may be so many that a page of them is met among the newest of all contacts.
        common: bool,
    },
}

/// The contacts that hold all words of `text`, or have an address like it. When there are none, those with words that
/// are spelt alike.
///
/// # Errors
/// `Invalid` of `search` when the text is too long or holds NUL.
pub(crate) async fn contacts(db: &Reader, text: &str) -> Result<Found> {
    let terms = Terms::of(text).map_err(|error| match error {
        rapport_platform::Error::Invalid { message, .. } => {
            rapport_platform::Error::invalid("search", message)
        }
        other => other,
    })?;
    let begin = statements::begin(db, Kind::Contact, &terms.whole, BEGIN);
    let (begin, addressed) = try_join!(begin, addressed(db, &terms, BEGIN))?;
    let holding = match holding(db, &terms, (&begin, &addressed)).await? {
        Holding::These(found) => found,
        Holding::Many { patterns, common } => {
            // Those that begin with the text fit the patterns.
            let ids = ids([&addressed]);
            return Ok(Found::Many {
                patterns,
                ids,
                common,
            });
        }
    };
    let mut found = ids([&begin, &addressed, &holding]);
    if found.is_empty() {
        found = ids([&spelling::spelt(db, Kind::Contact, &terms, SPELT).await?]);
    }
    Ok(Found::These(found))
}

/// Who holds the words.
enum Holding {
    These(Vec<Fit>),
    /// Too many to be looked up before they are filtered and sorted: those that fit.
    Many {
        patterns: Vec<Pattern>,
        common: bool,
    },
}

async fn holding(db: &Reader, terms: &Terms, (begin, addressed): (&[Fit], &[Fit])) -> Result<Holding> {
    // Whoever typed a whole address looks for nothing that is like it.
    if terms.is_address() && addressed.iter().any(Fit::is_exact) {
        return Ok(Holding::These(Vec::new()));
    }
    let single = terms.words.len() == 1;
    let many_begin = i64::try_from(begin.len()).is_ok_and(|begin| begin >= BEGIN);
    let many = |patterns, common| Ok(Holding::Many { patterns, common });
    if many_begin && single {
        return many(terms.beginnings(), true);
    }
    let names = Names::of(db, Kind::Contact, terms).await?;
    match names.having(db).await? {
        // Few have several words.
        Some(found) if is_full(&found) => return many(terms.beginnings(), single),
        Some(found) if found.len() >= ENOUGH => return Ok(Holding::These(found)),
        None if many_begin => return many(terms.beginnings(), true),
        _ => {}
    }
    let patterns = terms.patterns(|place| names.is_unknown(place));
    if patterns.is_empty() {
        return Ok(Holding::These(Vec::new()));
    }
    let held = statements::hold(db, Kind::Contact, (&patterns, &terms.words), COMPARED).await?;
    if is_full(&held) {
        return many(patterns, single);
    }
    Ok(Holding::These(held))
}

/// Whether there may be more than were found.
fn is_full(found: &[Fit]) -> bool {
    i64::try_from(found.len()).is_ok_and(|found| found >= COMPARED)
}

/// The contacts, each once.
fn ids<const N: usize>(found: [&Vec<Fit>; N]) -> Vec<i64> {
    let ids: BTreeSet<_> = found.into_iter().flatten().map(|fit| fit.id).collect();
    ids.into_iter().collect()
}
