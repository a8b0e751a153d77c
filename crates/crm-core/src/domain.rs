//! Internet domains in one normal form.

/// The longest name, and the longest label between two dots (RFC 1035, 2.3.4).
const NAME: usize = 253;
const LABEL: usize = 63;

/// The domain in `text`, which may be a whole address as copied from a browser: lower case, without
/// scheme, port, path and final dot. `None` when what remains is no host name with a dot.
pub fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    let address = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = address.split(['/', '?', '#']).next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => host,
    };
    let domain = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    let sound = domain.contains('.') && domain.len() <= NAME && domain.split('.').all(is_label);
    sound.then_some(domain)
}

/// Letters of any script, digits and inner hyphens.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn what_surrounds_the_domain_is_cut_off() {
        for (text, domain) in [
            ("https://FerrisAircraft.com/about", "ferrisaircraft.com"),
            ("  Acme.Example  ", "acme.example"),
            ("http://acme.example:8080?utm=1#top", "acme.example"),
            ("acme.example.", "acme.example"),
            ("www.acme.example", "www.acme.example"),
            ("Bücher.Example", "bücher.example"),
            ("a-b.c-d.example", "a-b.c-d.example"),
        ] {
            assert_eq!(normalize(text).as_deref(), Some(domain), "{text}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let long = format!("{}.example", "a".repeat(64));
        for text in [
            "",
            "localhost",
            ".",
            "acme..example",
            "-acme.example",
            "acme-.example",
            "acme corp.example",
            "kara@acme.example",
            "acme.example:port",
            "https://",
            "acme_corp.example",
            &long,
        ] {
            assert_eq!(normalize(text), None, "{text}");
        }
    }
}
