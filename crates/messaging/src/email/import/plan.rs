//! What a mail means to the organization: sent or received, and who the people in it are.

use super::busy::mark;
use super::own::Own;
use crate::email::parse::{Mailbox, ParsedMail};
use rapport_crm_core::address::Address;
use rapport_inbox::messages::Direction;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The longest name of a contact, in characters.
const NAME: usize = rapport_crm_core::text::NAME;

/// What is to be made of a mail.
#[derive(Debug)]
pub(super) struct Plan {
    pub direction: Direction,
    /// The agent who sent it.
    pub agent: Option<Uuid>,
    /// Everybody outside who becomes a contact, by address in lower case: one order for all mails, so that
    /// two transactions never wait for each other in a circle.
    pub people: BTreeMap<String, Person>,
    /// Whose conversation it is: one of `people`.
    pub contact: String,
    /// Message-IDs of the thread, without those that are no Message-IDs but addresses of people.
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// What others must not touch while this mail is written.
    pub marks: Vec<u64>,
    /// What was odd, for people.
    pub warnings: Vec<String>,
}

/// A contact to be found or made.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub address: Address,
    pub name: Option<String>,
}

impl Plan {
    /// Plans a mail.
    ///
    /// # Errors
    /// Why it cannot stand in any conversation, for people.
    pub fn of(mail: &ParsedMail, own: &Own) -> Result<Self, String> {
        let mut warnings = Vec::new();
        let from = people("From", &mail.from, &mut warnings);
        let reply_to = people("Reply-To", &mail.reply_to, &mut warnings);
        let mut recipients = people("To", &mail.to, &mut warnings);
        recipients.extend(people("Cc", &mail.cc, &mut warnings));
        recipients.extend(people("Bcc", &mail.bcc, &mut warnings));

        let sender = from.first().map(|person| person.address.normalized.as_str());
        let sent = sender.is_some_and(|sender| own.has(sender));
        let agent = sender.filter(|_| sent).and_then(|sender| own.agent(sender));
        let other = |person: &&Person| !own.has(&person.address.normalized);
        let contact = if sent {
            let outside = recipients.iter().find(other).or_else(|| recipients.first());
            outside.or_else(|| from.first())
        } else {
            let author = from.first().or_else(|| reply_to.iter().find(other));
            author.or_else(|| recipients.iter().find(other).or_else(|| recipients.first()))
        };
        let contact = contact
            .ok_or("has no sender and no recipient with a valid address")?
            .clone();

        let involved = from.iter().chain(&recipients).filter(other).chain([&contact]);
        let people = gathered(involved);
        let named = |id: &String| people.contains_key(&id.to_lowercase()) || own.has(&id.to_lowercase());
        let ids = |list: &[String]| -> Vec<String> { list.iter().filter(|id| !named(id)).cloned().collect() };
        let mut plan = Self {
            direction: if sent {
                Direction::Sent
            } else {
                Direction::Received
            },
            agent,
            contact: contact.address.normalized,
            in_reply_to: ids(&mail.in_reply_to),
            references: ids(&mail.references),
            people,
            marks: Vec::new(),
            warnings,
        };
        plan.marks = plan.marks_of(mail);
        Ok(plan)
    }

    fn marks_of(&self, mail: &ParsedMail) -> Vec<u64> {
        let ids = mail
            .message_id
            .iter()
            .chain(&self.in_reply_to)
            .chain(&self.references);
        let ids = ids.map(|id| mark("id", id));
        let people = self.people.keys().map(|address| mark("address", address));
        ids.chain(people).chain([mark("digest", mail.digest)]).collect()
    }
}

/// Those with a valid address; the others are warned of.
fn people(field: &str, mailboxes: &[Mailbox], warnings: &mut Vec<String>) -> Vec<Person> {
    let mut people = Vec::new();
    for mailbox in mailboxes {
        match Address::email(&mailbox.address) {
            Ok(address) => people.push(Person {
                address,
                name: mailbox
                    .name
                    .as_deref()
                    .map(|name| name.chars().take(NAME).collect()),
            }),
            Err(_) => warnings.push(format!("{field}: no e-mail address: {:?}", mailbox.address)),
        }
    }
    people
}

/// Each person once, with the first name that is given.
fn gathered<'a>(involved: impl Iterator<Item = &'a Person>) -> BTreeMap<String, Person> {
    let mut people = BTreeMap::new();
    for person in involved {
        let known = people
            .entry(person.address.normalized.clone())
            .or_insert_with(|| person.clone());
        if known.name.is_none() {
            known.name.clone_from(&person.name);
        }
    }
    people
}

#[cfg(test)]
mod tests;
