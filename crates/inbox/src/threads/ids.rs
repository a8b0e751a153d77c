//! The Message-IDs that tie a mail to its thread.

use super::ThreadKeys;
use std::collections::BTreeSet;

/// The longest id, in bytes: it must fit an index. Longer ones are none (RFC 5322, 2.1.1).
const LONGEST: usize = 998;
/// How many of the references count: the first, which begins the thread, and the last.
const LAST: usize = 100;

/// All ids of a mail without angle brackets, sorted, so that whoever takes several takes them in one order.
pub(super) fn all(keys: &ThreadKeys) -> Vec<String> {
    let references = &keys.references;
    let skip = references.len().saturating_sub(LAST);
    let ids: BTreeSet<_> = (keys.message_id.iter())
        .chain(keys.in_reply_to.iter().take(LAST))
        .chain(references.first())
        .chain(references.iter().skip(skip))
        .map(|id| id.trim().trim_start_matches('<').trim_end_matches('>').trim())
        .filter(|id| !id.is_empty() && id.len() <= LONGEST && !id.contains('\0'))
        .collect();
    ids.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn keys(references: &[&str]) -> ThreadKeys {
        ThreadKeys {
            message_id: Some("<c@x>".to_owned()),
            in_reply_to: vec![" b@x ".to_owned()],
            references: references.iter().map(|id| (*id).to_owned()).collect(),
            subject: None,
            contact: uuid::Uuid::nil(),
            occurred_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn ids_are_bare_and_each_stands_once() {
        assert_eq!(
            all(&keys(&["<b@x>", "<a@x>", "<>", "a\0"])),
            ["a@x", "b@x", "c@x"]
        );
        assert_eq!(all(&keys(&[&"y".repeat(999)])), ["b@x", "c@x"]);
    }

    #[test]
    fn of_many_references_the_first_and_the_last_count() {
        let many: Vec<_> = (0..500).map(|n| format!("{n}@y")).collect();
        let found = all(&keys(&many.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(found.len(), 103);
        assert!(found.contains(&"0@y".to_owned()) && found.contains(&"400@y".to_owned()));
        assert!(!found.contains(&"399@y".to_owned()));
    }
}
