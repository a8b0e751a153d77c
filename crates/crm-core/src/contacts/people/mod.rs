//! Contacts as other records bring them along: described, not named. Many are matched, changed and made at once, by a
//! handful of statements however many there are.
//!
//! A contact that is described is that of its first telephone number that somebody has, on any channel with telephone
//! numbers; else of its first such e-mail address; else the oldest with its national id. Two transactions with one new
//! address make one contact: [`People::hold`] reserves what is described before it looks for it, and holds who is found.
//! Everybody takes reservations, contacts and addresses in the same order, so nobody waits in a circle.

mod change;
mod hold;
mod reserve;
mod said;
mod store;

pub use said::{NewPerson, Said};
pub use store::Stored;

pub(super) use reserve::reserve;

use super::{Contact, ContactAddress};
use crate::address::{Address, ChannelType};
use rapport_platform::Tx;
use std::collections::HashMap;

/// What becomes of what a contact has already when something is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Addresses are added to those there are. An address that another contact has stays with it.
    Add,
    /// Addresses of a kind take the place of those there are.
    Replace,
}

/// Contacts that are matched, changed and made by one transaction, which holds those that exist already. Each has a
/// place, counted from 0.
#[derive(Debug, Default)]
pub struct People {
    all: Vec<Person>,
    /// Numeric ids, also of those that were merged.
    ids: HashMap<i64, usize>,
    owners: HashMap<Key, usize>,
    national_ids: HashMap<String, usize>,
}

/// An address without how it is typed.
type Key = (ChannelType, String);

fn key(address: &Address) -> Key {
    (address.channel_type, address.normalized.clone())
}

#[derive(Debug, Clone)]
struct Person {
    /// What it was before; `None` of one that is made.
    old: Option<Contact>,
    new: Contact,
    /// What it shows first.
    addresses: Vec<Owned>,
    /// Its addresses before.
    before: Vec<Address>,
    /// The ids of addresses that it has no more.
    given_up: Vec<i64>,
    /// The definitions of which custom fields are written.
    amended: Vec<i64>,
    /// Whether something was said of it.
    described: bool,
}

#[derive(Debug, Clone)]
struct Owned {
    /// `None` of one that is new.
    id: Option<i64>,
    address: Address,
}

impl From<ContactAddress> for Owned {
    fn from(one: ContactAddress) -> Self {
        Self {
            id: Some(one.id),
            address: one.address,
        }
    }
}

impl People {
    /// The place of the contact of this numeric id, or of the one into which it was merged; `None` when there is none,
    /// or it was not asked for.
    pub fn known(&self, id: i64) -> Option<usize> {
        self.ids.get(&id).copied()
    }

    /// The place of the contact that is described.
    pub fn matched(&self, said: &Said) -> Option<usize> {
        let phones = said.phones().iter().flat_map(|phone| {
            let kinds = ChannelType::ALL.into_iter().filter(|kind| kind.is_phone());
            // The very channel first.
            let kinds = std::iter::once(ChannelType::Phone).chain(kinds);
            kinds.map(|kind| (kind, phone.normalized.clone()))
        });
        let mut addresses = phones.chain(said.emails().iter().map(key));
        let owner = addresses.find_map(|key| self.owners.get(&key).copied());
        owner.or_else(|| self.national_ids.get(said.national_id()?).copied())
    }

    /// Adds an empty contact, to be described by [`People::change`], and answers its place.
    pub fn make(&mut self, tx: &Tx) -> usize {
        self.all.push(Person {
            old: None,
            new: blank(tx),
            addresses: Vec::new(),
            before: Vec::new(),
            given_up: Vec::new(),
            amended: Vec::new(),
            described: false,
        });
        self.all.len() - 1
    }

    /// The contact at a place; its id is 0 until it is stored.
    pub fn get(&self, place: usize) -> Option<&Contact> {
        self.all.get(place).map(|person| &person.new)
    }

    /// The numeric id of the contact at a place, if it existed already.
    pub fn existing(&self, place: usize) -> Option<i64> {
        let person = self.all.get(place)?;
        person.old.as_ref().map(|old| old.id)
    }

    /// The numeric ids of all that existed already.
    pub fn all_existing(&self) -> Vec<i64> {
        let old = self.all.iter().filter_map(|person| person.old.as_ref());
        old.map(|old| old.id).collect()
    }

    fn push(&mut self, person: Person) {
        let place = self.all.len();
        self.ids.insert(person.new.id, place);
        if let Some(national_id) = &person.new.national_id {
            self.national_ids.entry(national_id.clone()).or_insert(place);
        }
        for one in &person.addresses {
            self.owners.insert(key(&one.address), place);
        }
        self.all.push(person);
    }
}

fn blank(tx: &Tx) -> Contact {
    Contact {
        id: 0,
        uuid: tx.uuid(),
        name: None,
        first_name: None,
        last_name: None,
        email: None,
        phone_number: None,
        company: None,
        company_id: None,
        company_role: None,
        national_id: None,
        provider_id: None,
        provider_name: None,
        metadata: None,
        agent: None,
        custom_fields: rapport_platform::RawJson::default(),
        created_at: tx.now(),
        updated_at: tx.now(),
        archived_at: None,
    }
}
