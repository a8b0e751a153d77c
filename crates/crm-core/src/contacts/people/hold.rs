//! Finding and holding contacts.

use super::{Owned, People, Person, Said, reserve};
use crate::address::{Address, ChannelType};
use crate::contacts::readdress::shown_first;
use crate::contacts::rows::AddressRow;
use crate::contacts::{Contact, ContactAddress};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Result, Tx};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A contact that is held, without its company, which nothing is said of.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    first_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    last_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    phone_number: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    company_role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    national_id: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    agent_id: Option<i64>,
    #[diesel(sql_type = Jsonb)]
    custom_fields: RawJson,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<BigInt>)]
    merged_into: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_deleted: bool,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            phone_number: row.phone_number,
            company: None,
            company_id: None,
            company_role: row.company_role,
            national_id: row.national_id,
            provider_id: None,
            provider_name: None,
            metadata: None,
            agent: row.agent_id,
            custom_fields: row.custom_fields,
            created_at: row.created_at,
            updated_at: row.updated_at,
            archived_at: None,
        }
    }
}

/// Who is looked for.
#[derive(Debug, Default)]
struct Wanted {
    ids: Vec<i64>,
    phones: Vec<String>,
    emails: Vec<String>,
    national_ids: Vec<String>,
}

impl Wanted {
    fn of(ids: &[i64], said: &[&Said]) -> Self {
        let unique = |texts: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            let texts: BTreeSet<_> = texts.cloned().collect();
            texts.into_iter().collect()
        };
        let forms = |addresses: fn(&Said) -> &[Address]| {
            said.iter()
                .flat_map(move |one| addresses(one))
                .map(|one| &one.normalized)
        };
        Self {
            ids: ids.to_vec(),
            phones: unique(&mut forms(Said::phones)),
            emails: unique(&mut forms(Said::emails)),
            national_ids: unique(&mut said.iter().filter_map(|one| one.national_id())),
        }
    }

    fn names(&self) -> Vec<String> {
        let kinds = [
            (ChannelType::Phone.name(), &self.phones),
            (ChannelType::Email.name(), &self.emails),
            ("NATIONAL_ID", &self.national_ids),
        ];
        let names = kinds
            .into_iter()
            .flat_map(|(kind, texts)| texts.iter().map(move |text| format!("{kind}:{text}")));
        names.collect()
    }
}

impl People {
    /// Reserves what is `said` of contacts, and holds those of these numeric ids and those that are described until the
    /// transaction ends, with all their addresses. `None` when an address changed hands meanwhile: the caller must let go
    /// of them and try again.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn hold(tx: &Tx, ids: &[i64], said: &[&Said]) -> Result<Option<Self>> {
        let wanted = Wanted::of(ids, said);
        reserve(tx, &wanted.names()).await?;
        let rows = lock(tx, &wanted).await?;
        let held: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut addresses: HashMap<i64, Vec<ContactAddress>> = HashMap::new();
        if !rows.is_empty() {
            for address in read_addresses(tx, &held, &wanted).await? {
                addresses.entry(address.contact).or_default().push(address);
            }
        }
        let held: HashSet<i64> = held.into_iter().collect();
        if addresses.keys().any(|owner| !held.contains(owner)) {
            return Ok(None);
        }
        Ok(Some(Self::of(rows, addresses)))
    }

    fn of(rows: Vec<Row>, mut addresses: HashMap<i64, Vec<ContactAddress>>) -> Self {
        let mut people = Self::default();
        let mut merged = Vec::new();
        for row in rows {
            merged.extend(row.merged_into.map(|into| (row.id, into)));
            if row.is_deleted {
                continue;
            }
            let contact = Contact::from(row);
            let mut own = addresses.remove(&contact.id).unwrap_or_default();
            shown_first(&contact, &mut own);
            people.push(Person {
                old: Some(contact.clone()),
                new: contact,
                before: own.iter().map(|one| one.address.clone()).collect(),
                addresses: own.into_iter().map(Owned::from).collect(),
                given_up: Vec::new(),
                amended: Vec::new(),
                described: false,
            });
        }
        for (from, into) in merged {
            if let Some(place) = people.known(into) {
                people.ids.insert(from, place);
            }
        }
        people
    }
}

/// Holds them in the order of their ids, as everybody does who holds several contacts; not against those who only refer
/// to them. By `IS TRUE` numbers are looked up by themselves, rather than each once for each kind.
async fn lock(tx: &Tx, wanted: &Wanted) -> Result<Vec<Row>> {
    let rows = diesel::sql_query(
        "SELECT c.id, c.uuid, c.name, c.first_name, c.last_name, c.email, c.phone_number, c.company_role, \
             c.national_id, c.agent_id, c.custom_fields, c.created_at, c.updated_at, c.merged_into, \
             c.deleted_at IS NOT NULL AS is_deleted \
         FROM contacts AS c WHERE c.organization_id = $1 AND c.id = ANY (ARRAY( \
             SELECT n.id FROM unnest($2) AS n (id) \
             UNION SELECT m.merged_into FROM contacts AS m WHERE m.organization_id = $1 AND m.id = ANY ($2) \
             UNION SELECT p.contact_id FROM contact_addresses AS p WHERE p.organization_id = $1 \
                 AND (p.channel_type IN ('PHONE', 'WHATSAPP', 'SMS')) IS TRUE AND p.normalized = ANY ($3) \
             UNION SELECT e.contact_id FROM contact_addresses AS e WHERE e.organization_id = $1 \
                 AND e.channel_type = 'EMAIL' AND e.normalized = ANY ($4) \
             UNION SELECT i.id FROM contacts AS i WHERE i.organization_id = $1 AND i.national_id = ANY ($5) \
                 AND i.deleted_at IS NULL)) \
         ORDER BY c.id FOR NO KEY UPDATE",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(&wanted.ids)
    .bind::<Array<Text>, _>(&wanted.phones)
    .bind::<Array<Text>, _>(&wanted.emails)
    .bind::<Array<Text>, _>(&wanted.national_ids);
    Ok(rows.load(&mut tx.conn()).await?)
}

/// The addresses of those who are held, and those that are looked for. A statement of its own: it must see what was
/// committed while the contacts were waited for.
async fn read_addresses(tx: &Tx, held: &[i64], wanted: &Wanted) -> Result<Vec<ContactAddress>> {
    let rows: Vec<AddressRow> = diesel::sql_query(
        "SELECT a.id, a.contact_id, a.channel_type, a.address, a.normalized, a.created_at, a.updated_at \
         FROM contact_addresses AS a WHERE a.organization_id = $1 AND a.id = ANY (ARRAY( \
             SELECT o.id FROM contact_addresses AS o WHERE o.organization_id = $1 AND o.contact_id = ANY ($2) \
             UNION SELECT p.id FROM contact_addresses AS p WHERE p.organization_id = $1 \
                 AND (p.channel_type IN ('PHONE', 'WHATSAPP', 'SMS')) IS TRUE AND p.normalized = ANY ($3) \
             UNION SELECT e.id FROM contact_addresses AS e WHERE e.organization_id = $1 \
                 AND e.channel_type = 'EMAIL' AND e.normalized = ANY ($4)))",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(held)
    .bind::<Array<Text>, _>(&wanted.phones)
    .bind::<Array<Text>, _>(&wanted.emails)
    .load(&mut tx.conn())
    .await?;
    rows.into_iter().map(ContactAddress::try_from).collect()
}
