//! Address lists (RFC 5322, 3.4), and what people's programs write instead.

use super::clean;
use mail_parser::{Addr, HeaderName, Message};
use serde::Serialize;

/// A person with an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// The display name.
    pub name: Option<String>,
    /// The address as written; not necessarily a valid one.
    pub address: String,
}

/// All addresses of all fields with this name; groups are dissolved.
pub(super) fn of(message: &Message<'_>, name: HeaderName<'static>) -> Vec<Mailbox> {
    message
        .header_values(name)
        .filter_map(|value| value.as_address())
        .flat_map(mail_parser::Address::iter)
        .flat_map(mailboxes)
        .collect()
}

/// Usually one; several when commas were forgotten, or brackets around the address.
fn mailboxes(addr: &Addr<'_>) -> Vec<Mailbox> {
    let name = addr.name().and_then(clean);
    let Some(address) = addr.address().and_then(clean) else {
        return name.map(|text| words(&text)).unwrap_or_default();
    };
    let address = joined(without_route(&address));
    if address.contains(char::is_whitespace) && address.contains('@') && !address.starts_with('"') {
        return words(&address);
    }
    vec![Mailbox {
        name: name.filter(|name| *name != address),
        address,
    }]
}

/// The addresses among the words of a text, the words before each being its name. A text without an
/// address is kept as it is.
fn words(text: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut name: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches([',', ';', '<', '>']);
        if is_address(word) {
            let words = std::mem::take(&mut name);
            found.push(Mailbox {
                name: clean(&words.join(" ")),
                address: word.to_owned(),
            });
        } else {
            name.push(word);
        }
    }
    if found.is_empty() {
        found.push(Mailbox {
            name: None,
            address: text.to_owned(),
        });
    }
    found
}

fn is_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// Without an obsolete route: `@relay:ann@example.com` (RFC 5322, 4.4).
fn without_route(address: &str) -> &str {
    let route = address
        .starts_with('@')
        .then(|| address.rsplit_once(':'))
        .flatten();
    route.map_or(address, |(_, address)| address)
}

/// Without the spaces that the obsolete syntax allows around dots and the at sign (RFC 5322, 4.4).
fn joined(address: &str) -> String {
    let mut joined = String::with_capacity(address.len());
    for word in address.split_whitespace() {
        let close = joined.ends_with(['.', '@']) || word.starts_with(['.', '@']);
        if !joined.is_empty() && !close {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}
