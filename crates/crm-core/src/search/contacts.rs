//! All contacts that fit words, for lists that filter and sort them.

use super::Kind;
use super::names::Names;
use super::service::addressed;
use super::spelling;
use super::statements::{self, COMPARED, Fit, Named};
use super::terms::{Pattern, Terms};
use futures_util::try_join;
use rapport_platform::{Reader, Result};
use std::collections::BTreeSet;

/// How many contacts are looked up that begin with the text.
const BEGIN: i64 = 100;
/// How many contacts are looked up whose names have the words. Where more do, they are met in any order.
const NAMED: i64 = 1000;
/// So many with words in their names that begin with those of the text are enough: nobody else is looked for who has them
/// within words or addresses.
const ENOUGH: usize = 50;
/// How many contacts are found that only have words spelt alike.
const SPELT: i64 = 50;

/// Who fits.
pub(crate) enum Found {
    /// These contacts.
    These(Vec<i64>),
    /// These contacts, newest first, each with whether it is archived.
    NewestFirst(Vec<(i64, bool)>),
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
    let known = Names::of(db, Kind::Contact, &terms);
    let (begin, addressed, known) = try_join!(begin, addressed(db, &terms, BEGIN), known)?;
    let mut found = ids([&begin, &addressed]);
    match holding(db, &terms, (&begin, &addressed, known)).await? {
        Holding::Named(named) => {
            let named: Vec<_> = named.iter().map(|named| (named.id, named.archived)).collect();
            found.extend(named.iter().map(|(id, _)| *id));
            if found.len() == named.len() {
                return Ok(Found::NewestFirst(named));
            }
        }
        Holding::These(held) => found.extend(ids([&held])),
        Holding::Many { patterns, common } => {
            // Those that begin with the text fit the patterns.
            let ids = ids([&addressed]).into_iter().collect();
            return Ok(Found::Many {
                patterns,
                ids,
                common,
            });
        }
    }
    if found.is_empty() {
        found = ids([&spelling::spelt(db, Kind::Contact, &terms, SPELT).await?]);
    }
    Ok(Found::These(found.into_iter().collect()))
}

/// Who holds the words.
enum Holding {
    These(Vec<Fit>),
    /// In their names, newest first.
    Named(Vec<Named>),
    /// Too many to be looked up before they are filtered and sorted: those that fit.
    Many {
        patterns: Vec<Pattern>,
        common: bool,
    },
}

async fn holding(
    db: &Reader,
    terms: &Terms,
    (begin, addressed, known): (&[Fit], &[Fit], Names),
) -> Result<Holding> {
    // Whoever typed a whole address looks for nothing that is like it.
    if terms.is_address() && addressed.iter().any(Fit::is_exact) {
        return Ok(Holding::These(Vec::new()));
    }
    let single = terms.words.len() == 1;
    let many_begin = is_full(begin, BEGIN);
    let many = |patterns, common| Ok(Holding::Many { patterns, common });
    if many_begin && single {
        return many(terms.beginnings(), true);
    }
    match known.having(db, NAMED).await? {
        // Few have several words.
        Some(found) if is_full(&found, NAMED) => return many(terms.beginnings(), single),
        Some(found) if found.len() >= ENOUGH => return Ok(Holding::Named(found)),
        None if many_begin => return many(terms.beginnings(), true),
        _ => {}
    }
    let patterns = terms.patterns(|place| known.is_unknown(place));
    if patterns.is_empty() {
        return Ok(Holding::These(Vec::new()));
    }
    let held = statements::hold(db, Kind::Contact, (&patterns, &terms.words), COMPARED).await?;
    if is_full(&held, COMPARED) {
        return many(patterns, single);
    }
    Ok(Holding::These(held))
}

/// Whether there may be more than were found.
fn is_full<T>(found: &[T], limit: i64) -> bool {
    i64::try_from(found.len()).is_ok_and(|found| found >= limit)
}

/// The contacts, each once.
fn ids<const N: usize>(found: [&Vec<Fit>; N]) -> BTreeSet<i64> {
    found.into_iter().flatten().map(|fit| fit.id).collect()
}
