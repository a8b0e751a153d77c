//! The words of names that begin with those of a query, and who has them: such words are few and soon found, and so are the
//! records with them.

use super::Kind;
use super::statements::{self, Named};
use super::terms::{Terms, WITHIN};
use rapport_platform::{Reader, Result};
use std::cmp::Reverse;

/// With how many words of names one of the query may begin. Shorter beginnings say too little of whom to look up.
const MOST: usize = 20;

/// For each word of a query the words of names of a kind that begin with it.
pub(super) struct Names {
    kind: Kind,
    words: Vec<Vec<String>>,
    /// Whether there is a word of the query that is too short to say whom to look up.
    short: bool,
}

impl Names {
    pub async fn of(db: &Reader, kind: Kind, terms: &Terms) -> Result<Self> {
        let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
        let mut words = vec![Vec::new(); terms.words.len()];
        for beginning in statements::beginning(db, kind, &terms.words, most).await? {
            let place = usize::try_from(beginning.place).ok();
            if let Some(words) = place.and_then(|place| words.get_mut(place)) {
                words.push(beginning.word);
            }
        }
        let short = terms.words.iter().any(|word| word.chars().count() < WITHIN);
        Ok(Self { kind, words, short })
    }

    /// Whether no word of a name begins with this word of the query.
    pub fn is_unknown(&self, place: usize) -> bool {
        self.words.get(place).is_some_and(Vec::is_empty)
    }

    /// The records whose names have such words for each of the query, newest first; of more than `limit` any. Nothing when
    /// the words say too little.
    pub async fn having(&self, db: &Reader, limit: i64) -> Result<Option<Vec<Named>>> {
        if self.words.iter().any(Vec::is_empty) {
            return Ok(Some(Vec::new()));
        }
        if self.short || self.words.iter().any(|words| words.len() > MOST) {
            return Ok(None);
        }
        let words = self.words.iter();
        let words: Vec<_> = words
            .map(|words| words.iter().map(String::as_str).collect())
            .collect();
        let mut found = statements::have(db, self.kind, &words, limit).await?;
        found.sort_unstable_by_key(|named| Reverse((named.created_at, named.id)));
        Ok(Some(found))
    }
}
