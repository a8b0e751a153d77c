//! All contacts that fit words, for lists that filter and sort them.

use super::Kind;
use super::service::addressed;
use super::spelling;
use super::statements::{self, Fit};
use super::terms::Terms;
use futures_util::try_join;
use rapport_platform::{Reader, Result};

/// How many contacts are named by their ids. Where more fit, they are common enough to be met in any order.
const NAMED: i64 = 100;
/// How many contacts are found that only have words spelt alike.
const SPELT: i64 = 50;

/// Who fits.
pub(crate) enum Found {
    /// These contacts.
    These(Vec<i64>),
    /// The contacts whose `search_text` fits all these patterns of LIKE, and these.
    Many { patterns: Vec<String>, ids: Vec<i64> },
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
    let mut patterns = terms.patterns();
    if patterns.is_empty() {
        patterns = vec![format!(" {}%", super::terms::escape(&terms.whole))];
    }
    let begin = statements::begin(db, Kind::Contact, &terms.whole, NAMED);
    let (mut named, addressed) = try_join!(begin, addressed(db, &terms, NAMED))?;
    // Whoever typed a whole address looks for nothing that is like it.
    let known = terms.is_address() && addressed.iter().any(Fit::is_exact);
    if !known && !is_full(&named) {
        named.extend(statements::hold(db, Kind::Contact, (&patterns, &terms.words), NAMED).await?);
    }
    let many = is_full(&named);
    // Those that are not named fit the patterns.
    let found = addressed.iter().chain(named.iter().filter(|_| !many));
    let mut ids: Vec<_> = found.map(|fit| fit.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if many {
        return Ok(Found::Many { patterns, ids });
    }
    if ids.is_empty() {
        let fits = spelling::spelt(db, Kind::Contact, &terms, SPELT).await?;
        ids = fits.into_iter().map(|fit| fit.id).collect();
    }
    Ok(Found::These(ids))
}

/// Whether there may be more that fit.
fn is_full(found: &[Fit]) -> bool {
    i64::try_from(found.len()).is_ok_and(|found| found >= NAMED)
}
