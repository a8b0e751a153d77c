//! What becomes of the rows of a batch. Knows no database: what is there was looked up before.

use super::row::{Read, Said};
use super::{Counts, Import, OnMatch, RowError, custom};
use crate::Contact;
use crate::address::{Address, ChannelType};
use crate::contacts::{ContactValues, Name, is_nobody, nobody};
use crate::custom_fields::Definitions;
use rapport_platform::{Error, Result, ids};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The kind of an address and its normal form.
pub(super) type Key = (&'static str, String);

pub(super) fn key(address: &Address) -> Key {
    (address.channel_type.name(), address.normalized.clone())
}

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whose the addresses of the batch are.
    pub owners: HashMap<Key, Uuid>,
    /// The contacts that rows may change.
    pub contacts: HashMap<Uuid, Contact>,
    /// The companies by their names in lower case, those that are missing with the ids that they would get.
    pub companies: HashMap<String, Uuid>,
    /// What is wrong with custom fields, by the number of the row.
    pub refused: HashMap<i32, Error>,
    /// Owners whom earlier batches of a dry run would have made.
    pub ghosts: HashSet<Uuid>,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Contacts to be made, in the order of the file.
    pub created: Vec<Contact>,
    /// Contacts to be changed: as they were, and as they become.
    pub updated: BTreeMap<i64, (Contact, Contact)>,
    /// Addresses and the contacts that get them.
    pub claims: Vec<(Uuid, Address)>,
    pub counts: Counts,
    /// The rows that failed, each with the addresses in it.
    pub errors: Vec<(RowError, Vec<String>)>,
}

/// Plans the rows, one after the other: a row may be of a contact that one before it has made. New contacts get their
/// ids from `fresh` and are made at `now`.
pub(super) struct Planner<'a> {
    pub import: &'a Import,
    pub definitions: &'a Definitions,
    pub found: Found,
    pub fresh: &'a mut dyn FnMut() -> Uuid,
    pub now: chrono::DateTime<chrono::Utc>,
    pub plan: Plan,
    /// Where those of the batch stand in `plan.created`.
    made: HashMap<Uuid, usize>,
}

enum Outcome {
    Created,
    Updated,
    Skipped,
}

impl<'a> Planner<'a> {
    pub fn new(
        (import, definitions): (&'a Import, &'a Definitions),
        found: Found,
        fresh: &'a mut dyn FnMut() -> Uuid,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Self {
        Self {
            import,
            definitions,
            found,
            fresh,
            now,
            plan: Plan::default(),
            made: HashMap::new(),
        }
    }

    pub fn run(mut self, rows: &[Read]) -> Plan {
        for read in rows {
            let outcome = match &read.said {
                Ok(Some(said)) => match self.found.refused.get(&read.row.number) {
                    Some(error) => Err(told(error)),
                    None => self.take(said),
                },
                Ok(None) => Ok(Outcome::Skipped),
                Err(error) => Err(told(error)),
            };
            self.plan.counts.processed += 1;
            match outcome {
                Ok(Outcome::Created) => self.plan.counts.created += 1,
                Ok(Outcome::Updated) => self.plan.counts.updated += 1,
                Ok(Outcome::Skipped) => self.plan.counts.skipped += 1,
                Err(fault) => self.fail(read, fault),
            }
        }
        self.plan
    }

    fn take(&mut self, said: &Said) -> Result<Outcome, Fault> {
        let Some(target) = self.target(said) else {
            self.free(said, None)?;
            return self.create(said);
        };
        if self.import.options.on_match == OnMatch::Skip {
            return Ok(Outcome::Skipped);
        }
        self.free(said, Some(target))?;
        self.update(said, target)
    }

    /// The contact that the row is of, by the first key that finds one.
    fn target(&self, said: &Said) -> Option<Uuid> {
        let keys = self.import.options.keys.iter();
        let mut addresses = keys.flat_map(|wanted| {
            said.addresses
                .iter()
                .filter(|address| address.channel_type.field() == wanted.name())
        });
        addresses.find_map(|address| self.found.owners.get(&key(address)).copied())
    }

    /// That nobody else has the addresses.
    fn free(&self, said: &Said, target: Option<Uuid>) -> Result<(), Fault> {
        for address in &said.addresses {
            let owner = self.found.owners.get(&key(address)).copied();
            if owner.is_some() && owner != target {
                let field = Some(address.channel_type.field().to_owned());
                return Err((field, self.taken(owner.unwrap_or_default())));
            }
        }
        Ok(())
    }

    /// What is said of an address of `owner`, whom a dry run may only have imagined.
    fn taken(&self, owner: Uuid) -> String {
        let imagined = self.made.contains_key(&owner) || self.found.ghosts.contains(&owner);
        if self.import.dry_run && imagined {
            return "a row before has this address".to_owned();
        }
        format!("another contact has this address: {}", ids::opaque(owner))
    }

    fn create(&mut self, said: &Said) -> Result<Outcome, Fault> {
        let uuid = (self.fresh)();
        let blank = Contact {
            uuid,
            created_at: self.now,
            updated_at: self.now,
            ..Contact::default()
        };
        let contact = self.filled(blank, said).map_err(|error| told(&error))?;
        self.made.insert(uuid, self.plan.created.len());
        self.plan.created.push(contact);
        self.claim(said, uuid);
        Ok(Outcome::Created)
    }

    fn update(&mut self, said: &Said, target: Uuid) -> Result<Outcome, Fault> {
        let place = self.made.get(&target).copied();
        let stored = self.found.contacts.get(&target);
        let old = match place.and_then(|place| self.plan.created.get(place)) {
            Some(made) => Some(made),
            None => stored.map(|old| self.plan.updated.get(&old.id).map_or(old, |(_, new)| new)),
        };
        // Of a dry run, contacts that an earlier batch would have made are known by their addresses alone.
        if let Some(old) = old.cloned() {
            let new = self.filled(old, said).map_err(|error| told(&error))?;
            if let Some(made) = place.and_then(|place| self.plan.created.get_mut(place)) {
                *made = new;
            } else if let Some(stored) = self.found.contacts.get(&target) {
                let before = || (stored.clone(), stored.clone());
                self.plan.updated.entry(stored.id).or_insert_with(before).1 = new;
            }
        }
        self.claim(said, target);
        Ok(Outcome::Updated)
    }

    fn claim(&mut self, said: &Said, contact: Uuid) {
        for address in &said.addresses {
            if self.found.owners.insert(key(address), contact).is_none() {
                self.plan.claims.push((contact, address.clone()));
            }
        }
    }

    /// The contact with what the row says. What the row has no value for stays; addresses are added, and shown where
    /// the contact showed none.
    fn filled(&self, mut contact: Contact, said: &Said) -> Result<Contact> {
        let first = |kind: ChannelType| {
            let mut addresses = said.addresses.iter();
            let found = addresses.find(|address| address.channel_type == kind);
            found.map(|address| address.address.clone())
        };
        let company = said.company.as_ref().map(|name| name.to_lowercase());
        let company = company.and_then(|name| self.found.companies.get(&name).copied());
        if said.name.is_some() && said.name != contact.name {
            let name = Name::whole(said.name.clone());
            (contact.name, contact.first_name, contact.last_name) = (name.full, name.first, name.last);
        }
        contact.email = contact.email.or_else(|| first(ChannelType::Email));
        contact.phone_number = contact.phone_number.or_else(|| first(ChannelType::Phone));
        contact.company = company.or(contact.company);
        contact.company_role = said.company_role.clone().or(contact.company_role);
        contact.custom_fields = custom::merge(self.definitions, &contact.custom_fields, &said.custom)?;
        // The very checks of a single contact; its company was looked up before.
        if is_nobody(&contact) {
            return Err(nobody());
        }
        ContactValues::of(&contact).checked()?;
        Ok(contact)
    }

    fn fail(&mut self, read: &Read, (field, message): Fault) {
        let mapping = &self.import.mapping;
        let column = field.map(|field| mapping.column(&field).map_or(field.clone(), str::to_owned));
        // PostgreSQL cannot store NUL.
        let cells = read.row.cells.iter().map(|cell| cell.replace('\0', "\u{fffd}"));
        let error = RowError {
            row: read.row.number,
            column,
            message,
            cells: cells.collect(),
        };
        let traces = read.traces.iter().map(|trace| trace.replace('\0', "\u{fffd}"));
        self.plan.counts.failed += 1;
        self.plan.errors.push((error, traces.collect()));
    }
}

/// What is wrong with a row: the field, if one is to blame, and the message.
type Fault = (Option<String>, String);

fn told(error: &Error) -> Fault {
    match error {
        Error::Invalid { field, message } if field == "row" => (None, message.to_string()),
        Error::Invalid { field, message } => (Some(field.to_string()), message.to_string()),
        other => (None, other.to_string()),
    }
}
