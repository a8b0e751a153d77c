//! What is spelt like a query: first the words that names are made of, then the records with such words.

use super::Kind;
use super::statements::{self, COMPARED, Fit, Like};
use super::terms::Terms;
use rapport_platform::{Reader, Result};

/// How many words may stand for one, if they are about as like it, and if not.
const CLOSE: (f64, usize) = (0.2, 3);
const FAR: (f64, usize) = (1.0, 10);
/// How many beginnings of names are looked up.
const NAMES: usize = 9;

/// The records with words spelt like all of `terms`, those that are likest first.
pub(super) async fn spelt(db: &Reader, kind: Kind, terms: &Terms, limit: i64) -> Result<Vec<Fit>> {
    let words = terms.misspelt();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let like = statements::like(db, kind, words).await?;
    let mut before = Vec::new();
    for (margin, most) in [CLOSE, FAR] {
        let choices: Vec<_> = (0..words.len())
            .map(|place| choices(&like, place, margin, most))
            .collect();
        if choices.iter().any(Vec::is_empty) || choices == before {
            break;
        }
        let found = with(db, kind, &choices, limit).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        before = choices;
    }
    Ok(Vec::new())
}

/// The words that may stand for the one at `place`: those that are less like it than the likest by `margin` at most.
fn choices(like: &[Like], place: usize, margin: f64, most: usize) -> Vec<Like> {
    let of = like
        .iter()
        .filter(|like| usize::try_from(like.place) == Ok(place));
    let mut choices: Vec<_> = of.cloned().collect();
    choices.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.word.cmp(&other.word)));
    let best = choices.first().map_or(0.0, |like| like.score);
    choices.retain(|like| like.score >= best - margin);
    choices.truncate(most);
    choices
}

/// The records with one of the choices for each word: where those are the beginning of the name, and then anywhere.
async fn with(db: &Reader, kind: Kind, choices: &[Vec<Like>], limit: i64) -> Result<Vec<Fit>> {
    let names = names(choices);
    let mut found = statements::named(db, kind, &names, limit).await?;
    if i64::try_from(found.len()).is_ok_and(|found| found >= limit) {
        return Ok(found);
    }
    let words = choices
        .iter()
        .map(|choices| choices.iter().map(|like| like.word.as_str()).collect());
    let words: Vec<_> = words.collect();
    let others = statements::have(db, kind, &words, COMPARED).await?;
    let fits = others.into_iter().map(|other| Fit {
        id: other.id,
        score: score(&other.search_text, choices),
    });
    let mut others: Vec<_> = fits.collect();
    others.sort_by(|one, other| other.score.total_cmp(&one.score).then(other.id.cmp(&one.id)));
    others.truncate(usize::try_from(limit).unwrap_or_default());
    others.retain(|other| found.iter().all(|known| known.id != other.id));
    found.extend(others);
    Ok(found)
}

/// How like the choices in a text are, on average.
fn score(text: &str, choices: &[Vec<Like>]) -> f64 {
    let best = |choices: &Vec<Like>| {
        let there = choices
            .iter()
            .filter(|like| text.contains(&format!(" {}", like.word)));
        there.map(|like| like.score).fold(0.0, f64::max)
    };
    let number = f64::from(u32::try_from(choices.len()).unwrap_or(u32::MAX));
    choices.iter().map(best).sum::<f64>() / number
}

/// Names made of one choice for each word, the likest first.
fn names(choices: &[Vec<Like>]) -> Vec<String> {
    let mut names = vec![(String::new(), 0.0)];
    for choices in choices {
        let longer = |(name, score): &(String, f64)| {
            let longer = choices
                .iter()
                .map(|like| (format!("{name} {}", like.word), score + like.score));
            longer.collect::<Vec<_>>()
        };
        names = names.iter().flat_map(longer).collect();
        names.sort_by(|one, other| other.1.total_cmp(&one.1));
        names.truncate(NAMES);
    }
    names.into_iter().map(|(name, _)| name).collect()
}
