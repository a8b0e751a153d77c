//! What a query looks for.

use super::{LONGEST, fold};
use rapport_platform::{Error, Result};
use std::cmp::Reverse;

/// How many words of a query are looked for; more say nothing new.
const WORDS: usize = 6;
/// From so many letters on, a word is also looked for within words; shorter ones only where words begin.
pub(super) const WITHIN: usize = 3;
/// How far into a word two letters may be swapped.
const LONG: usize = 16;
/// So many digits make the end of a telephone number.
const DIGITS: usize = 4;

/// Letters by how often names have them, most often first. Others are rare.
const LETTERS: &str = "eanirotlshdmucgypbkwfvjzxq";

/// A query, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// All of it, folded, with single spaces.
    pub whole: String,
    /// Its words, folded.
    pub words: Vec<String>,
    /// The beginning of an e-mail address, in the form in which those are matched.
    pub email: Option<String>,
    /// What may be the end of a telephone number, last digits first.
    pub phones: Vec<String>,
}

impl Terms {
    pub fn of(text: &str) -> Result<Self> {
        if text.contains('\0') {
            return Err(Error::invalid("q", "must not contain NUL characters"));
        }
        if text.chars().count() > LONGEST {
            return Err(Error::invalid(
                "q",
                format!("must have at most {LONGEST} characters"),
            ));
        }
        let words: Vec<String> = text
            .split_whitespace()
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() {
            return Err(Error::invalid("q", "must not be empty"));
        }
        let words = spoken(words);
        let single = words.len() == 1;
        Ok(Self {
            whole: words.join(" "),
            words: words.into_iter().take(WORDS).collect(),
            email: single.then(|| text.trim().to_lowercase()),
            phones: phones(text),
        })
    }

    /// Whether it looks like an e-mail address.
    pub fn is_address(&self) -> bool {
        self.email.as_ref().is_some_and(|text| text.contains('@'))
    }

    /// The patterns that a text with all words fits; none when the query is too short to be looked for in that way.
    /// `is_unknown` says of a word, by its place, that no word of a name begins with it: then no text may have some of
    /// its letters in that order, which an index soon tells when it is asked for all of them.
    pub fn patterns(&self, is_unknown: impl Fn(usize) -> bool) -> Vec<Pattern> {
        if self.is_letter() {
            return Vec::new();
        }
        let patterns = self.words.iter().enumerate().map(|(place, word)| {
            let pattern = Pattern::of(word);
            if is_unknown(place) {
                pattern.asked_whole()
            } else {
                pattern
            }
        });
        patterns.collect()
    }

    fn is_letter(&self) -> bool {
        matches!(self.words.as_slice(), [word] if word.chars().count() < 2)
    }

    /// The patterns of texts that have words which begin with those of the query, or for one letter begin with it.
    pub fn beginnings(&self) -> Vec<Pattern> {
        if self.is_letter() {
            return vec![Pattern::first(&self.whole)];
        }
        self.words.iter().map(|word| Pattern::beginning(word)).collect()
    }

    /// The words that may be misspelt; none when there is one too short for that.
    pub fn misspelt(&self) -> &[String] {
        let long = |word: &String| word.chars().filter(|c| c.is_alphanumeric()).count() >= WITHIN;
        if self.words.iter().all(long) {
            &self.words
        } else {
            &[]
        }
    }
}

/// What a text that holds a word is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The pattern of LIKE.
    pub whole: String,
    /// Patterns that all such texts fit, too: what an index of trigrams is asked for. It reads the list of everything
    /// with three letters for each three letters it is asked for, and two rare ones say nearly as much as all.
    pub asked: Vec<String>,
}

impl Pattern {
    /// Of a word that is folded: texts that hold it, or with a word that begins with it when it is short.
    pub fn of(word: &str) -> Self {
        if word.chars().count() < WITHIN {
            return Self::beginning(word);
        }
        Self::rarely(word, format!("%{}%", escape(word)))
    }

    /// Of texts in which a word begins with this.
    pub fn beginning(word: &str) -> Self {
        Self::rarely(word, format!("% {}%", escape(word)))
    }

    /// Of texts that begin with this.
    pub fn first(text: &str) -> Self {
        Self::rarely("", format!(" {}%", escape(text)))
    }

    fn rarely(word: &str, whole: String) -> Self {
        let rare = rare(word);
        let asked = rare.iter().map(|letters| format!("%{letters}%")).collect();
        let pattern = Self { whole, asked };
        // Of a word this short, where it begins says as much.
        if rare.len() < 2 {
            pattern.asked_whole()
        } else {
            pattern
        }
    }

    /// The whole pattern, unless it is what is asked for.
    pub fn unasked(&self) -> Option<&String> {
        Some(&self.whole).filter(|whole| !self.asked.contains(whole))
    }

    fn asked_whole(self) -> Self {
        Self {
            asked: vec![self.whole.clone()],
            ..self
        }
    }
}

/// Two groups of three letters of a word, which few names are likely to have: the rarest, and of those that share one
/// letter with it at most the rarest, if there is one.
fn rare(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut groups: Vec<_> = letters
        .windows(WITHIN)
        .enumerate()
        .filter(|(_, group)| group.iter().all(|c| c.is_alphanumeric()))
        .collect();
    groups.sort_by_key(|(_, group)| Reverse(group.iter().map(|c| rarity(*c)).sum::<usize>()));
    let Some(&(first, _)) = groups.first() else {
        return Vec::new();
    };
    let (rarest, others) = groups.split_at(1);
    let apart = others
        .iter()
        .find(|(place, _)| place.abs_diff(first) + 1 >= WITHIN);
    let chosen = rarest.iter().chain(apart.or(others.first()));
    chosen.map(|(_, group)| group.iter().collect()).collect()
}

fn rarity(letter: char) -> usize {
    LETTERS.find(letter).unwrap_or(LETTERS.len())
}

/// The word, and what it is with two letters next to each other swapped. Trigrams miss that in short words, for most of
/// them change.
pub(super) fn swaps(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let swapped = (1..letters.len().min(LONG)).map(|place| {
        let mut letters = letters.clone();
        letters.swap(place - 1, place);
        letters.into_iter().collect()
    });
    std::iter::once(word.to_owned()).chain(swapped).collect()
}

/// The word in two parts of two letters or more, wherever it may be taken apart.
pub(super) fn splits(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let letters = word.chars().count();
    let places = word.char_indices().take(LONG).skip(2);
    let most = letters.saturating_sub(3);
    places
        .take(most)
        .filter_map(|(place, _)| word.split_at_checked(place))
}

/// `text` as a part of a pattern of LIKE that stands for nothing but itself.
pub(super) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The words that have letters or digits, as `&` in `Tom & Jerry` has not; all of them when none has.
pub(crate) fn spoken(mut words: Vec<String>) -> Vec<String> {
    let says = |word: &String| word.chars().any(char::is_alphanumeric);
    if words.iter().any(says) {
        words.retain(says);
    }
    words
}

/// The digits of what may be a telephone number, last ones first: all of them, and without what is dialled only within
/// a country, the zeros in front. So is the `(0)` that some write between the country and the number.
fn phones(text: &str) -> Vec<String> {
    let text = text.replace("(0)", "");
    let fits = text
        .chars()
        .all(|c| c.is_ascii_digit() || " +-().,/\u{a0}".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut all = vec![digits.as_str(), digits.trim_start_matches('0')];
    all.dedup();
    let long = all.into_iter().filter(|digits| fits && digits.len() >= DIGITS);
    long.map(|digits| digits.chars().rev().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Terms, splits, swaps};

    fn phones(text: &str) -> Vec<String> {
        Terms::of(text).unwrap().phones
    }

    fn whole(terms: &Terms) -> Vec<String> {
        let patterns = terms.patterns(|_| false).into_iter();
        patterns.map(|pattern| pattern.whole).collect()
    }

    #[test]
    fn a_number_is_looked_for_by_its_end_however_it_is_typed() {
        for text in ["867-5309", "867.5309", "(0) 867 5309"] {
            assert_eq!(phones(text), ["9035768"], "{text}");
        }
        assert_eq!(phones("08675309"), ["90357680", "9035768"]);
        assert_eq!(phones("+49 (0)30 901820"), ["0281090394"]);
        assert_eq!(phones("0309"), ["9030"]);
        for text in ["309", "a309812", "5309x"] {
            assert!(phones(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn marks_between_words_say_nothing() {
        assert_eq!(Terms::of("Diana & Prince").unwrap().whole, "diana prince");
        assert_eq!(Terms::of("Ronald - (Mc)").unwrap().words, ["ronald", "(mc)"]);
        assert_eq!(Terms::of("& -").unwrap().words, ["&", "-"]);
    }

    #[test]
    fn words_are_folded_and_patterns_mean_what_was_typed() {
        let terms = Terms::of("  Zoë   d_50% ").unwrap();
        assert_eq!(terms.whole, "zoe d_50%");
        assert_eq!(whole(&terms), ["%zoe%", "%d\\_50\\%%"]);
        assert_eq!(whole(&Terms::of("Li K").unwrap()), ["% li%", "% k%"]);
        assert!(Terms::of("K").unwrap().patterns(|_| false).is_empty());
        assert!(Terms::of("Li Müller").unwrap().misspelt().is_empty());
    }

    #[test]
    fn an_index_is_asked_for_two_rare_groups_of_letters() {
        let asked = |word: &str| Pattern::of(word).asked;
        assert_eq!(asked("campbell"), ["%mpb%", "%cam%"]);
        assert_eq!(asked("luke"), ["%luk%", "%uke%"]);
        assert_eq!(asked("zoe"), ["%zoe%"]);
        assert_eq!(asked("d'arc"), ["%d'arc%"]);
        assert_eq!(Pattern::beginning("ian").asked, ["% ian%"]);
        assert_eq!(asked("li"), ["% li%"]);
        assert_eq!(asked("50%"), ["%50\\%%"]);
        assert_eq!(Pattern::of("luke").unasked().unwrap(), "%luke%");
        assert_eq!(Pattern::of("zoe").unasked(), None);
    }

    #[test]
    fn letters_next_to_each_other_are_swapped() {
        assert_eq!(swaps("jhon"), ["jhon", "hjon", "john", "jhno"]);
    }

    #[test]
    fn a_word_is_taken_apart_where_both_parts_have_two_letters() {
        let parts = |word| splits(word).collect::<Vec<_>>();
        assert_eq!(parts("zoeward").first(), Some(&("zo", "eward")));
        assert_eq!(parts("zoeward").last(), Some(&("zoewa", "rd")));
        assert_eq!(parts("yulö"), [("yu", "lö")]);
        assert_eq!(parts("zoe"), []);
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for text in ["", "  ", "\0", "\u{301}", &"x".repeat(201)] {
            assert!(Terms::of(text).is_err(), "{text:?}");
        }
    }
}
