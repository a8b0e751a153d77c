//! Message-IDs (RFC 5322, 3.6.4).

/// The longest Message-ID that is kept, in bytes: the longest line of a mail (RFC 5322, 2.1.1).
const LONGEST: usize = 998;

/// The first Message-ID in `value`.
pub(super) fn first(value: &str) -> Option<String> {
    all(value).into_iter().next()
}

/// The Message-IDs in the value of a field, without brackets, comments and spaces, each once. A value
/// without brackets counts if it is one word, as some programs forget them.
pub(super) fn all(value: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let (id, after) = after.split_once('>').unwrap_or((after, ""));
        keep(&mut ids, bare(id));
        rest = after;
    }
    if ids.is_empty() && !value.contains('<') {
        let mut words = value.split_whitespace();
        if let (Some(word), None) = (words.next(), words.next()) {
            keep(&mut ids, word.replace('\0', ""));
        }
    }
    ids
}

fn keep(ids: &mut Vec<String>, id: String) {
    if !id.is_empty() && id.len() <= LONGEST && !ids.contains(&id) {
        ids.push(id);
    }
}

/// Without comments, spaces and control characters.
fn bare(id: &str) -> String {
    without_comments(id)
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect()
}

/// The value of a field without its comments (RFC 5322, 3.2.2).
pub(super) fn without_comments(value: &str) -> String {
    let mut depth = 0_u32;
    let mut rest = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => rest.push(c),
            _ => {}
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn ids_come_in_many_forms() {
        assert_eq!(all("<a@x> <b@y>\t<a@x>"), ["a@x", "b@y"]);
        assert_eq!(
            all("<1234   @   local(blah)  .machine .example>"),
            ["1234@local.machine.example"]
        );
        assert_eq!(all("bare@x"), ["bare@x"]);
        assert_eq!(all("Your message of Monday <a@x>"), ["a@x"]);
        assert_eq!(
            all("Message from ann@example.com of Monday"),
            Vec::<String>::new()
        );
        assert_eq!(all("<a@x"), ["a@x"]);
        assert_eq!(all("<>"), Vec::<String>::new());
        assert_eq!(all(&format!("<{}@x>", "a".repeat(2000))), Vec::<String>::new());
    }
}
