//! What is said of a contact becomes part of it.

use super::{Key, Manner, Owned, People, Person, Said, key};
use crate::address::{Address, ChannelType};
use crate::contacts::Name;
use crate::custom_fields::{Definitions, merged};
use crate::operations::{Code, Issue};
use crate::text;
use rapport_platform::{Patch, RawJson, Result};

const TAKEN: &str = "another contact has this address";

impl People {
    /// Changes the contact at `place` as it is said. Answers warnings: what was left out.
    ///
    /// # Errors
    /// What is wrong, in which case the contact stays as it was.
    pub fn change(
        &mut self,
        place: usize,
        (said, manner): (&Said, Manner),
        definitions: &Definitions,
    ) -> Result<Vec<Issue>, Vec<Issue>> {
        let taken = self.taken(place, said);
        if manner == Manner::Replace && !taken.is_empty() {
            return Err(taken);
        }
        let Some(old) = self.all.get(place) else {
            return Ok(taken);
        };
        let mut person = old.clone();
        person.describe(said);
        person.fill(&said.custom_fields, definitions);
        if person
            .new
            .name
            .as_ref()
            .is_some_and(|name| name.chars().count() > text::NAME)
        {
            let message = format!("the whole name must have at most {} characters", text::NAME);
            return Err(vec![Issue::new(Code::InvalidValue, "contact.lastName", message)]);
        }
        for (kind, patch) in [
            (ChannelType::Phone, &said.phones),
            (ChannelType::Email, &said.emails),
        ] {
            let free = |address: &Address| self.owners.get(&key(address)).is_none_or(|owner| *owner == place);
            person.readdress(kind, patch, manner, free);
        }
        person.show();
        person.described = true;
        self.replace(place, person);
        Ok(taken)
    }

    /// What is said and belongs to others.
    fn taken(&self, place: usize, said: &Said) -> Vec<Issue> {
        let phones = said.phones().iter().enumerate().map(|one| ("phones", one));
        let emails = said.emails().iter().enumerate().map(|one| ("emails", one));
        let taken = phones.chain(emails).filter_map(|(field, (index, address))| {
            let owner = *self.owners.get(&key(address)).filter(|owner| **owner != place)?;
            let issue = Issue::new(Code::Conflict, format!("contact.{field}[{index}]"), TAKEN);
            Some(match self.existing(owner) {
                Some(id) => issue.about("contactId", id),
                None => issue,
            })
        });
        taken.collect()
    }

    /// Puts in a contact as it is now, and what it is found by.
    fn replace(&mut self, place: usize, person: Person) {
        let now: Vec<Key> = person.addresses.iter().map(|one| key(&one.address)).collect();
        let Some(slot) = self.all.get_mut(place) else {
            return;
        };
        let former = std::mem::replace(slot, person);
        for one in &former.addresses {
            self.owners.remove(&key(&one.address));
        }
        self.owners.extend(now.into_iter().map(|key| (key, place)));
        let national_id = self
            .all
            .get(place)
            .and_then(|person| person.new.national_id.clone());
        if national_id == former.new.national_id {
            return;
        }
        if let Some(lost) = former.new.national_id {
            self.identify(lost);
        }
        if let Some(got) = national_id
            && self.national_ids.insert(got.clone(), place).is_some()
        {
            self.identify(got);
        }
    }

    /// Finds anew who of several has a national id: the oldest.
    fn identify(&mut self, national_id: String) {
        let all = self.all.iter().enumerate();
        let having = all.filter(|(_, person)| person.new.national_id.as_ref() == Some(&national_id));
        // Those who are made have no id yet.
        let oldest = having.min_by_key(|(_, person)| (person.old.is_none(), person.new.id));
        match oldest {
            Some((place, _)) => self.national_ids.insert(national_id, place),
            None => self.national_ids.remove(&national_id),
        };
    }
}

impl Person {
    fn describe(&mut self, said: &Said) {
        let contact = &mut self.new;
        if !said.first_name.is_keep() || !said.last_name.is_keep() {
            let first = said.first_name.clone().apply(contact.first_name.take());
            let last = said.last_name.clone().apply(contact.last_name.take());
            let name = Name::parts(first, last);
            (contact.name, contact.first_name, contact.last_name) = (name.full, name.first, name.last);
        }
        contact.national_id = said.national_id.clone().apply(contact.national_id.take());
        contact.company_role = said.company_role.clone().apply(contact.company_role.take());
        contact.agent = said.agent.apply(contact.agent);
    }

    fn readdress(
        &mut self,
        kind: ChannelType,
        patch: &Patch<Vec<Address>>,
        manner: Manner,
        free: impl Fn(&Address) -> bool,
    ) {
        let wanted: &[Address] = match patch {
            Patch::Keep => return,
            Patch::Clear => &[],
            Patch::Set(wanted) => wanted,
        };
        if manner == Manner::Replace {
            // One that is typed otherwise is written anew.
            let stays = |one: &Owned| {
                let mut wanted = wanted.iter();
                wanted.any(|address| address.is(&one.address) && address.address == one.address.address)
            };
            let gone = |one: &mut Owned| one.address.channel_type == kind && !stays(one);
            let given_up = self.addresses.extract_if(.., gone);
            self.given_up.extend(given_up.filter_map(|one| one.id));
        }
        for address in wanted.iter().filter(|address| free(address)) {
            let has = |one: &Owned| match manner {
                // A number that is known on another channel is known.
                Manner::Add if kind.is_phone() => {
                    one.address.channel_type.is_phone() && one.address.normalized == address.normalized
                }
                _ => one.address.is(address),
            };
            if !self.addresses.iter().any(has) {
                let address = address.clone();
                self.addresses.push(Owned { id: None, address });
            }
        }
        if let (Manner::Replace, Some(first)) = (manner, wanted.first()) {
            self.put_first(first);
        }
    }

    /// Puts an address before the others of its kind.
    fn put_first(&mut self, address: &Address) {
        let mut all = self.addresses.iter();
        let first = all.position(|one| one.address.channel_type == address.channel_type);
        let place = self.addresses.iter().position(|one| one.address.is(address));
        if let (Some(first), Some(place)) = (first, place) {
            self.addresses.swap(first, place);
        }
    }

    /// Shows the first address of each kind.
    fn show(&mut self) {
        let first = |kind| {
            let mut of_kind = self
                .addresses
                .iter()
                .filter(|one| one.address.channel_type == kind);
            of_kind.next().map(|one| one.address.address.clone())
        };
        let (email, phone) = (first(ChannelType::Email), first(ChannelType::Phone));
        (self.new.email, self.new.phone_number) = (email, phone);
    }

    fn fill(&mut self, said: &Patch<RawJson>, definitions: &Definitions) {
        match said {
            Patch::Keep => {}
            Patch::Clear => {
                self.amended = definitions.ids();
                self.new.custom_fields = RawJson::default();
            }
            // What is said is an object, and so is what is there.
            Patch::Set(said) => {
                if let Ok(fields) = merged(&self.new.custom_fields, said) {
                    self.amended.extend(definitions.named_in(said));
                    self.new.custom_fields = fields;
                }
            }
        }
    }
}
