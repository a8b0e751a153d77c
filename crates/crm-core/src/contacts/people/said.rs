//! What is said of a contact.

use super::Manner;
use crate::address::{Address, ChannelType};
use crate::operations::{Code, Issue};
use crate::text;
use rapport_platform::{Error, Patch, RawJson};

/// What is said of a contact, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// The first part of the name.
    pub first_name: Patch<String>,
    /// The last part of the name.
    pub last_name: Patch<String>,
    /// Telephone numbers.
    pub phones: Patch<Vec<String>>,
    /// E-mail addresses.
    pub emails: Patch<Vec<String>>,
    /// The number by which the contact's country knows it.
    pub national_id: Patch<String>,
    /// What the contact does for its company.
    pub company_role: Patch<String>,
    /// The custom fields that change: a key with null loses its value, one that is absent keeps it.
    pub custom_fields: Patch<RawJson>,
    /// The numeric id of the agent who looks after the contact.
    pub agent: Patch<i64>,
}

/// What is said of a contact, checked but for what it refers to.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub(super) first_name: Patch<String>,
    pub(super) last_name: Patch<String>,
    pub(super) phones: Patch<Vec<Address>>,
    pub(super) emails: Patch<Vec<Address>>,
    pub(super) national_id: Patch<String>,
    pub(super) company_role: Patch<String>,
    pub(super) custom_fields: Patch<RawJson>,
    pub(super) agent: Patch<i64>,
}

impl Said {
    /// Reads what is said; telephone numbers without a country are of `region`. To be added, what is empty or null is not
    /// said at all; to replace, it is cleared.
    ///
    /// # Errors
    /// What is wrong, on fields such as `contact.phones[0]`.
    pub fn read(person: NewPerson, manner: Manner, region: &str) -> Result<Self, Vec<Issue>> {
        let mut reading = Reading {
            manner,
            region,
            issues: Vec::new(),
        };
        let said = Self {
            first_name: reading.text("firstName", person.first_name),
            last_name: reading.text("lastName", person.last_name),
            phones: reading.addresses("phones", ChannelType::Phone, person.phones),
            emails: reading.addresses("emails", ChannelType::Email, person.emails),
            national_id: reading.text("nationalId", person.national_id),
            company_role: reading.text("companyPosition", person.company_role),
            custom_fields: reading.custom_fields(person.custom_fields),
            agent: reading.kept(person.agent),
        };
        if reading.issues.is_empty() {
            Ok(said)
        } else {
            Err(reading.issues)
        }
    }

    /// The telephone numbers, in their order.
    pub fn phones(&self) -> &[Address] {
        set(&self.phones).map_or(&[], Vec::as_slice)
    }

    /// The e-mail addresses, in their order.
    pub fn emails(&self) -> &[Address] {
        set(&self.emails).map_or(&[], Vec::as_slice)
    }

    /// The national id, if one is said.
    pub fn national_id(&self) -> Option<&String> {
        set(&self.national_id)
    }

    /// The numeric id of an agent, if one is said.
    pub fn agent(&self) -> Option<i64> {
        set(&self.agent).copied()
    }

    /// The custom fields, if they are said.
    pub fn custom_fields(&self) -> Option<&RawJson> {
        set(&self.custom_fields)
    }

    /// Whether it says who somebody is: a name, an address or a national id.
    pub fn names_somebody(&self) -> bool {
        let named = set(&self.first_name).or(set(&self.last_name)).is_some();
        named || self.national_id().is_some() || !self.phones().is_empty() || !self.emails().is_empty()
    }
}

fn set<T>(patch: &Patch<T>) -> Option<&T> {
    match patch {
        Patch::Set(value) => Some(value),
        Patch::Keep | Patch::Clear => None,
    }
}

struct Reading<'a> {
    manner: Manner,
    region: &'a str,
    issues: Vec<Issue>,
}

impl Reading<'_> {
    fn refuse(&mut self, field: &str, error: &Error) {
        let message = match error {
            Error::Invalid { message, .. } => message.to_string(),
            other => other.to_string(),
        };
        let issue = Issue::new(Code::InvalidValue, format!("contact.{field}"), message);
        self.issues.push(issue);
    }

    /// Null says nothing where things are added.
    fn kept<T>(&self, patch: Patch<T>) -> Patch<T> {
        match patch {
            Patch::Clear if self.manner == Manner::Add => Patch::Keep,
            other => other,
        }
    }

    fn text(&mut self, field: &'static str, patch: Patch<String>) -> Patch<String> {
        let Patch::Set(text) = patch else {
            return self.kept(patch);
        };
        match text::optional(field, Some(text), text::NAME) {
            Ok(Some(text)) => Patch::Set(text),
            Ok(None) => self.kept(Patch::Clear),
            Err(error) => {
                self.refuse(field, &error);
                Patch::Keep
            }
        }
    }

    fn addresses(
        &mut self,
        field: &str,
        kind: ChannelType,
        patch: Patch<Vec<String>>,
    ) -> Patch<Vec<Address>> {
        let typed = match self.kept(patch) {
            Patch::Set(typed) => typed,
            Patch::Clear => return Patch::Clear,
            Patch::Keep => return Patch::Keep,
        };
        if typed.len() > MOST {
            let error = Error::invalid("", format!("must hold at most {MOST} addresses"));
            self.refuse(field, &error);
            return Patch::Keep;
        }
        let mut addresses: Vec<Address> = Vec::with_capacity(typed.len());
        for (index, text) in typed.iter().enumerate() {
            match Address::read(kind, text, Some(self.region)) {
                Ok(address) if addresses.iter().any(|one| one.is(&address)) => {}
                Ok(address) => addresses.push(address),
                Err(error) => self.refuse(&format!("{field}[{index}]"), &error),
            }
        }
        Patch::Set(addresses)
    }

    fn custom_fields(&mut self, patch: Patch<RawJson>) -> Patch<RawJson> {
        let Patch::Set(fields) = patch else {
            return self.kept(patch);
        };
        match text::object("customFields", Some(fields)) {
            Ok(fields) => Patch::Set(fields),
            Err(error) => {
                self.refuse("customFields", &error);
                Patch::Keep
            }
        }
    }
}

/// How many addresses of a kind may be said of one contact.
const MOST: usize = 50;
