//! All contacts that fit words, for lists that filter and sort them.

use super::service::beginning;
use super::terms::Terms;
use super::{Kind, statements};
use futures_util::try_join;
use rapport_platform::{Reader, Result};

/// How many contacts are named by their ids. Where more fit, they are common enough to be met in any order.
const NAMED: i64 = 300;

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
    let holding = statements::hold(db, Kind::Contact, (&patterns, &terms.words), NAMED);
    let (beginning, holding) = try_join!(beginning(db, Kind::Contact, &terms, NAMED), holding)?;
    let many = i64::try_from(holding.len()).is_ok_and(|found| found >= NAMED);
    let mut ids: Vec<_> = beginning.into_iter().chain(holding).map(|fit| fit.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if many {
        return Ok(Found::Many { patterns, ids });
    }
    if ids.is_empty() && !terms.misspelt().is_empty() {
        let words = terms.misspelt();
        let swapped = statements::swapped(db, Kind::Contact, words, NAMED).await?;
        let alike = if swapped.is_empty() {
            statements::alike(db, Kind::Contact, words, NAMED).await?
        } else {
            swapped
        };
        ids = alike.into_iter().map(|fit| fit.id).collect();
    }
    Ok(Found::These(ids))
}
