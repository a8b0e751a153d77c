//! Subject lines as threads know them.

/// The longest key, in characters; it must fit an index.
const MAX: usize = 255;

/// What mail programs of various languages put before the subject of a reply or a forward.
const PREFIXES: [&str; 26] = [
    "re", "fw", "fwd", "aw", "wg", "sv", "vs", "vb", "vl", "antw", "doorst", "rif", "r", "i", "tr", "rv",
    "enc", "res", "odp", "pd", "ynt", "ilt", "vá", "回复", "答复", "转发",
];

/// A subject line as threads know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The subject without reply and forward prefixes, in lower case, spaces made single; at most 255
    /// characters. None when nothing is left.
    pub key: Option<String>,
    /// Whether there was such a prefix.
    pub is_reply: bool,
}

/// Reads a subject line: `RE[2]: Fwd: Your  Quote` is a reply about `your quote`.
pub fn subject_key(subject: &str) -> Subject {
    let mut rest = subject.trim();
    while let Some(shorter) = without_prefix(rest) {
        rest = shorter;
    }
    let words: Vec<_> = rest.split_whitespace().collect();
    let key: String = words.join(" ").to_lowercase().chars().take(MAX).collect();
    Subject {
        key: Some(key).filter(|key| !key.is_empty()),
        is_reply: rest.len() < subject.trim().len(),
    }
}

/// What follows a prefix such as `Re:`, `RE[2]:`, `Re (3) :` or `AW：`.
fn without_prefix(subject: &str) -> Option<&str> {
    let (head, rest) = subject.split_once([':', '：'])?;
    let word = head.trim_end();
    let word = ["[]", "()", "^^"]
        .iter()
        .find_map(|marks| without_count(word, marks))
        .unwrap_or(word);
    let word = word.to_lowercase();
    PREFIXES.contains(&word.as_str()).then(|| rest.trim_start())
}

/// The word before a count in these marks: `Re` of `Re[2]`.
fn without_count<'a>(word: &'a str, marks: &str) -> Option<&'a str> {
    let mut marks = marks.chars();
    let (open, close) = (marks.next()?, marks.next()?);
    let inner = word.strip_suffix(close).unwrap_or(word);
    let (word, count) = inner.rsplit_once(open)?;
    let counts = !count.is_empty() && count.chars().all(|c| c.is_ascii_digit());
    counts.then(|| word.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_taken_off() {
        for subject in [
            "Re: Your Quote",
            "RE:Your quote",
            "Fwd: re: AW: Your  quote ",
            "RE[2]: your quote",
            "Re (3) : Your quote",
            "Re^2: Your quote",
            "SV: Antw: Your quote",
            "回复：Your quote",
            " re : your\tquote",
        ] {
            let found = subject_key(subject);
            assert_eq!(found.key.as_deref(), Some("your quote"), "{subject}");
            assert!(found.is_reply, "{subject}");
        }
    }

    #[test]
    fn other_subjects_stay_whole() {
        for (subject, key) in [
            ("Your quote", "your quote"),
            ("Reminder: pay", "reminder: pay"),
            ("Invoice [2]: paid", "invoice [2]: paid"),
            ("12:30 re: lunch", "12:30 re: lunch"),
            ("Regards", "regards"),
        ] {
            let found = subject_key(subject);
            assert_eq!(found.key.as_deref(), Some(key));
            assert!(!found.is_reply, "{subject}");
        }
    }

    #[test]
    fn an_empty_subject_has_no_key() {
        assert_eq!(subject_key("  ").key, None);
        assert_eq!(subject_key("Re: ").key, None);
        assert!(subject_key("Re:").is_reply);
    }

    #[test]
    fn a_key_is_bounded() {
        assert_eq!(subject_key(&"ß".repeat(2_000)).key.unwrap().chars().count(), 255);
    }
}
