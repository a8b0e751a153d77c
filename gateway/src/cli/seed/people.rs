//! Contacts and companies, each worked out from its number alone, so that none need be remembered.

use super::random::{Random, Shuffle};
use super::words;

/// Streams of random numbers, beside those of the conversations.
const PEOPLE: u64 = 1 << 40;
const FIRMS: u64 = 1 << 41;
const TEAM: u64 = 1 << 42;

/// The contacts and companies of one organization.
#[derive(Debug)]
pub struct People {
    seed: u64,
    companies: u64,
    names: Shuffle,
    firms: Shuffle,
}

/// A contact.
#[derive(Debug)]
pub struct Person {
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: &'static str,
    /// First and last name.
    pub name: String,
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// The telephone number in E.164.
    pub phone: Option<String>,
    /// The number of the company.
    pub company: Option<u64>,
    /// What the contact does there.
    pub role: Option<&'static str>,
    /// Where the contact lives.
    pub city: &'static str,
}

/// A company.
#[derive(Debug)]
pub struct Firm {
    /// The name.
    pub name: String,
    /// The domain, under one that nobody can have (RFC 2606).
    pub domain: String,
    /// Street, number and city.
    pub address: String,
}

impl People {
    /// Those that belong to `seed`; contacts work for so many companies.
    pub fn new(seed: u64, companies: u64) -> Self {
        let mut random = Random::new(seed, PEOPLE);
        Self {
            seed,
            companies,
            names: Shuffle::new(count(&words::FIRST) * count(&words::LAST), &mut random),
            firms: Shuffle::new(count(&words::FIRM) * count(&words::TRADE), &mut random),
        }
    }

    /// The contact of this number. No two have an address in common, and each has one.
    pub fn person(&self, number: u64) -> Person {
        let mut random = Random::new(self.seed, PEOPLE + 1 + number);
        let (first, last, round) = pair(&self.names, &words::FIRST, &words::LAST, number);
        let company = (self.companies > 0 && random.chance(0.6)).then(|| random.below(self.companies));
        let domain = match company {
            Some(company) => self.firm(company).domain,
            None => random
                .pick(&["example.com", "example.net", "example.org"])
                .to_owned(),
        };
        let again = if round > 0 {
            round.to_string()
        } else {
            String::new()
        };
        let local = format!("{first}.{last}{again}").to_lowercase();
        let mail = random.chance(0.9);
        let phone = !mail || random.chance(0.8);
        Person {
            first,
            last,
            name: format!("{first} {last}"),
            email: mail.then(|| format!("{local}@{domain}")),
            phone: phone.then(|| telephone(number)),
            company,
            role: company.map(|_| random.pick(&words::ROLE)),
            city: random.pick(&words::CITY),
        }
    }

    /// Name and local part of the address of the agent of this number, below 104.
    pub fn colleague(&self, number: u64) -> (String, String) {
        let order = Shuffle::new(count(&words::LAST), &mut Random::new(self.seed, TEAM));
        let mut random = Random::new(self.seed, TEAM + 1 + number);
        let (first, last) = (random.pick(&words::FIRST), word(&words::LAST, order.at(number)));
        (
            format!("{first} {last}"),
            format!("{first}.{last}").to_lowercase(),
        )
    }

    /// The company of this number. No two have the same domain.
    pub fn firm(&self, number: u64) -> Firm {
        let mut random = Random::new(self.seed, FIRMS + number);
        let (firm, trade, round) = pair(&self.firms, &words::FIRM, &words::TRADE, number);
        let again = if round > 0 {
            format!(" {}", round + 1)
        } else {
            String::new()
        };
        let name = format!("{firm} {trade}{again}");
        Firm {
            domain: format!("{}.example", slug(&name)),
            address: format!(
                "{} {}, {}",
                100 + random.below(9800),
                random.pick(&words::STREET),
                random.pick(&words::CITY)
            ),
            name,
        }
    }
}

/// Lower case, with hyphens for spaces.
pub fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// Two words of the pair that has this number, and how often all pairs were used before.
fn pair(
    order: &Shuffle,
    firsts: &[&'static str],
    seconds: &[&'static str],
    number: u64,
) -> (&'static str, &'static str, u64) {
    let place = order.at(number);
    let first = word(firsts, place % count(firsts));
    let second = word(seconds, place / count(firsts) % count(seconds));
    (first, second, number / (count(firsts) * count(seconds)))
}

fn word(words: &[&'static str], index: u64) -> &'static str {
    let index = usize::try_from(index).unwrap_or_default();
    words.get(index).copied().unwrap_or_default()
}

fn count(words: &[&str]) -> u64 {
    u64::try_from(words.len()).unwrap_or_default()
}

/// A number of its own for each contact, in exchange 555 and those after it.
fn telephone(number: u64) -> String {
    let areas = count(&words::AREA);
    let area = word(&words::AREA, number % areas);
    let (line, exchange) = (number / areas % 10_000, number / areas / 10_000);
    // Scattered, each area in its own way.
    let line = (line * 6_779 + number % areas * 2_503 + 142) % 10_000;
    format!("+1{area}{}{line:04}", 555 + exchange)
}

/// The number as people write it: `(513) 555-0142`.
pub fn national(e164: &str) -> String {
    let parts = (e164.get(2..5), e164.get(5..8), e164.get(8..));
    match parts {
        (Some(area), Some(exchange), Some(line)) => format!("({area}) {exchange}-{line}"),
        _ => e164.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{People, national};
    use rapport_crm_core::address::Address;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_contacts_have_an_address_in_common_and_each_has_one() {
        let people = People::new(5, 40);
        let mut seen = BTreeSet::new();
        for number in 0..30_000 {
            let person = people.person(number);
            assert!(person.email.is_some() || person.phone.is_some());
            for address in person.email.into_iter().chain(person.phone) {
                assert!(seen.insert(address));
            }
        }
    }

    #[test]
    fn addresses_are_in_the_form_in_which_they_are_matched() {
        let people = People::new(5, 40);
        for number in 0..500 {
            let person = people.person(number);
            if let Some(email) = person.email {
                assert_eq!(Address::email(&email).unwrap().normalized, email);
            }
            if let Some(phone) = person.phone {
                let read = Address::phone(&national(&phone), Some("US")).unwrap();
                assert_eq!(read.normalized, phone);
            }
        }
    }

    #[test]
    fn no_two_companies_share_a_domain() {
        let people = People::new(5, 5_000);
        let domains: BTreeSet<_> = (0..5_000).map(|number| people.firm(number).domain).collect();
        assert_eq!(domains.len(), 5_000);
    }
}
