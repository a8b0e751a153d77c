//! Companies and contacts with their addresses.

use super::calendar::Calendar;
use super::copy::Rows;
use super::load::{Ids, Load};
use super::people::{People, Person, national};
use super::random::{Random, float};
use super::sales::Stage;
use anyhow::Result;
use chrono::{DateTime, Utc};
use rapport_platform::ids::uuid_v7;
use serde_json::{Value, json};

const STREAM: u64 = 1;

/// What the rows of an organization have in common.
pub struct Scene<'a> {
    /// The organization.
    pub organization: i64,
    /// The seed of its data.
    pub seed: u64,
    /// Its contacts and companies.
    pub people: &'a People,
    /// The times of its data.
    pub calendar: &'a Calendar,
    /// The agents' numeric ids, names and addresses.
    pub agents: &'a [Agent],
    /// The domain of its own addresses.
    pub domain: &'a str,
    /// The stages of its sales.
    pub stages: Vec<Stage>,
}

/// The ids of what was loaded, in its order.
pub struct Known {
    /// The companies.
    pub companies: Vec<i64>,
    /// The contacts.
    pub contacts: Vec<i64>,
}

impl Known {
    /// The id of a person's company.
    pub fn company(&self, person: &Person) -> Option<i64> {
        let number = usize::try_from(person.company?).ok()?;
        self.companies.get(number).copied()
    }
}

/// Who answers.
pub struct Agent {
    /// The numeric id.
    pub id: i64,
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// Loads so many companies and contacts, and answers their ids.
///
/// # Errors
/// When the database does not take them.
pub async fn load(load: &Load, scene: &Scene<'_>, companies: u64, contacts: u64) -> Result<Known> {
    let mut known = Known {
        companies: load_companies(load, scene, companies).await?,
        contacts: Vec::new(),
    };
    let mut directory = Directory::new(contacts);
    let mut random = Random::new(scene.seed, STREAM);
    for number in 0..contacts {
        let id = directory.ids.next(load).await?;
        let person = scene.people.person(number);
        let company = known.company(&person);
        let made = scene.calendar.at(float(number) / float(contacts));
        directory.push(scene.organization, id, &person, company, made, &mut random);
        for (kind, typed, normalized) in addresses(&person) {
            let address = directory.address_ids.next(load).await?;
            let (organization, normalized) = (scene.organization, normalized.as_str());
            let values: [&dyn super::copy::Field; 8] = [
                &organization,
                &address,
                &id,
                &kind,
                &typed,
                &normalized,
                &made,
                &made,
            ];
            directory.addresses.push(&values);
        }
        known.contacts.push(id);
        load.step();
        load.send_when_full(&mut [&mut directory.contacts, &mut directory.addresses])
            .await?;
    }
    load.send(&mut [&mut directory.contacts, &mut directory.addresses])
        .await?;
    Ok(known)
}

struct Directory {
    ids: Ids,
    address_ids: Ids,
    contacts: Rows,
    addresses: Rows,
}

impl Directory {
    fn new(contacts: u64) -> Self {
        Self {
            ids: Ids::of("contacts", contacts),
            address_ids: Ids::of("contact_addresses", contacts * 2),
            contacts: Rows::of(
                "contacts",
                "organization_id, id, uuid, name, first_name, last_name, email, phone_number, company_id, \
                 company_role, custom_fields, created_at, updated_at",
            ),
            addresses: Rows::of(
                "contact_addresses",
                "organization_id, id, contact_id, channel_type, address, normalized, created_at, updated_at",
            ),
        }
    }

    fn push(
        &mut self,
        organization: i64,
        id: i64,
        person: &Person,
        company: Option<i64>,
        made: DateTime<Utc>,
        random: &mut Random,
    ) {
        self.contacts.push(&[
            &organization,
            &id,
            &uuid_v7(made, random.uuid_bits()),
            &person.name,
            &person.first,
            &person.last,
            &person.email,
            &person.phone.as_deref().map(national),
            &company,
            &person.role,
            &notes(person, random),
            &made,
            &made,
        ]);
    }
}

/// The kind, the address as typed, and its normal form.
fn addresses(person: &Person) -> impl Iterator<Item = (&'static str, String, String)> {
    let email = person
        .email
        .iter()
        .map(|email| ("EMAIL", email.clone(), email.clone()));
    let phone = person
        .phone
        .iter()
        .map(|phone| ("PHONE", national(phone), phone.clone()));
    email.chain(phone)
}

fn notes(person: &Person, random: &mut Random) -> Value {
    if random.chance(0.7) {
        return json!({});
    }
    let prefers = random.pick(&[
        "Prefers e-mail",
        "Prefers SMS",
        "Call in the morning",
        "Speaks Spanish",
    ]);
    json!({"notes": prefers, "city": person.city})
}

async fn load_companies(load: &Load, scene: &Scene<'_>, count: u64) -> Result<Vec<i64>> {
    let mut ids = Ids::of("companies", count);
    let mut random = Random::new(scene.seed, STREAM + 1);
    let mut known = Vec::new();
    let mut rows = Rows::of(
        "companies",
        "organization_id, id, uuid, name, domain, address, agent_id, custom_fields, created_at, updated_at",
    );
    for number in 0..count {
        let id = ids.next(load).await?;
        let firm = scene.people.firm(number);
        let made = scene.calendar.at(float(number) / float(count));
        let agent = random.choose(scene.agents).map(|agent| agent.id);
        rows.push(&[
            &scene.organization,
            &id,
            &uuid_v7(made, random.uuid_bits()),
            &firm.name,
            &firm.domain,
            &firm.address,
            &agent,
            &json!({}),
            &made,
            &made,
        ]);
        known.push(id);
        load.send_when_full(&mut [&mut rows]).await?;
    }
    load.send(&mut [&mut rows]).await?;
    Ok(known)
}
