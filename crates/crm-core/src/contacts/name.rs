//! The name of a contact, whole and in parts.
//!
//! Some callers write a name as a whole, others its parts; each sees what the other wrote. Of two parts the whole is made
//! with a space between. A whole is split at its last space, so that `Maria del Mar` is `Maria del` and `Mar`; one word
//! is a first name. Writing the whole that is there already leaves the parts alone.

/// A name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// All of it.
    pub full: Option<String>,
    /// The first part, or the only one.
    pub first: Option<String>,
    /// The last part.
    pub last: Option<String>,
}

impl Name {
    /// The name that is written as a whole.
    pub fn whole(full: Option<String>) -> Self {
        let (first, last) = match full.as_deref().and_then(|name| name.rsplit_once(' ')) {
            Some((first, last)) => (Some(first.trim_end().to_owned()), Some(last.to_owned())),
            None => (full.clone(), None),
        };
        Self { full, first, last }
    }

    /// The name that is written in parts.
    pub fn parts(first: Option<String>, last: Option<String>) -> Self {
        let parts: Vec<_> = first.iter().chain(&last).map(String::as_str).collect();
        let full = (!parts.is_empty()).then(|| parts.join(" "));
        Self { full, first, last }
    }
}

#[cfg(test)]
mod tests {
    use super::Name;
    use proptest::prelude::*;

    fn whole(name: &str) -> (Option<String>, Option<String>) {
        let name = Name::whole(Some(name.to_owned()));
        (name.first, name.last)
    }

    #[test]
    fn a_whole_is_split_at_its_last_space() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(whole("Diana Prince"), (some("Diana"), some("Prince")));
        assert_eq!(whole("Maria del  Mar"), (some("Maria del"), some("Mar")));
        assert_eq!(whole("Cher"), (some("Cher"), None));
        assert_eq!(Name::whole(None), Name::default());
        assert_eq!(Name::parts(None, None), Name::default());
        assert_eq!(Name::parts(None, some("Prince")).full, some("Prince"));
    }

    proptest! {
        #[test]
        fn two_parts_make_a_whole_that_holds_both(first in "[a-zé]{1,5}( [a-z]{1,3})?", last in "[a-z]{1,5}") {
            let parts = Name::parts(Some(first), Some(last));
            prop_assert_eq!(Name::whole(parts.full.clone()), parts);
        }
    }
}
