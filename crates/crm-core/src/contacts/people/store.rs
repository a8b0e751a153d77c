//! The statements that write contacts and their addresses.

use super::{People, Person};
use crate::audit::{Action, Changes, Entry};
use crate::contacts::write::addressed;
use crate::contacts::{RECORD, changes, owner};
use crate::custom_fields::{Amendment, Definitions};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{RawJson, Result, Tx};
use std::collections::HashMap;
use uuid::Uuid;

/// What the caller must write besides, together with what it writes itself.
#[derive(Debug, Default)]
pub struct Stored {
    /// Entries of the audit log.
    pub entries: Vec<Entry>,
    /// Events.
    pub events: Vec<Event>,
    /// Values of custom fields.
    pub amendments: Vec<Amendment>,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
}

impl People {
    /// Writes all that was made and changed, in four statements at most. `None` when somebody took an address meanwhile:
    /// the caller must undo it and try again.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn store(&mut self, tx: &Tx, definitions: &Definitions) -> Result<Option<Stored>> {
        let (made, others): (Vec<&mut Person>, _) =
            self.all.iter_mut().partition(|person| person.old.is_none());
        let mut changed: Vec<_> = others
            .into_iter()
            .filter(|person| person.described && !person.changes().is_empty())
            .collect();
        let mut made: Vec<_> = made.into_iter().filter(|person| person.described).collect();
        for person in &mut changed {
            person.new.updated_at = tx.now();
        }
        insert(tx, &mut made).await?;
        update(tx, &changed).await?;
        let written: Vec<&Person> = made.into_iter().chain(changed).map(|person| &*person).collect();
        release(tx, &written).await?;
        if !claim(tx, &written).await? {
            return Ok(None);
        }
        Ok(Some(Stored::of(&written, definitions)))
    }
}

impl Stored {
    fn of(written: &[&Person], definitions: &Definitions) -> Self {
        let mut stored = Self::default();
        for person in written {
            let contact = &person.new;
            let (action, kind) = match person.old {
                None => (Action::Insert, "contact.created"),
                Some(_) => (Action::Update, "contact.updated"),
            };
            stored.entries.push(Entry {
                action,
                record_type: RECORD,
                record: contact.uuid,
                changes: person.changes(),
            });
            stored.events.push(Event::new(kind, RECORD, contact.uuid));
            if !person.amended.is_empty() {
                stored.amendments.push(Amendment {
                    owner: owner(contact),
                    values: definitions.kept(&contact.custom_fields, &person.amended),
                    former: match person.old {
                        None => Vec::new(),
                        Some(_) => person.amended.clone(),
                    },
                });
            }
        }
        stored
    }
}

impl Person {
    fn changes(&self) -> Changes {
        let now: Vec<_> = self.addresses.iter().map(|one| one.address.clone()).collect();
        addressed(changes(self.old.as_ref(), Some(&self.new)), &self.before, &now)
    }
}

/// The values of contacts, column by column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<i64>,
    uuids: Vec<Uuid>,
    names: Vec<Option<&'a str>>,
    first: Vec<Option<&'a str>>,
    last: Vec<Option<&'a str>>,
    emails: Vec<Option<&'a str>>,
    phones: Vec<Option<&'a str>>,
    roles: Vec<Option<&'a str>>,
    national_ids: Vec<Option<&'a str>>,
    agents: Vec<Option<i64>>,
    custom: Vec<&'a RawJson>,
}

impl<'a> Columns<'a> {
    fn of(people: impl Iterator<Item = &'a Person>) -> Self {
        let mut columns = Self::default();
        for contact in people.map(|person| &person.new) {
            columns.ids.push(contact.id);
            columns.uuids.push(contact.uuid);
            columns.names.push(contact.name.as_deref());
            columns.first.push(contact.first_name.as_deref());
            columns.last.push(contact.last_name.as_deref());
            columns.emails.push(contact.email.as_deref());
            columns.phones.push(contact.phone_number.as_deref());
            columns.roles.push(contact.company_role.as_deref());
            columns.national_ids.push(contact.national_id.as_deref());
            columns.agents.push(contact.agent);
            columns.custom.push(&contact.custom_fields);
        }
        columns
    }
}

/// Inserts new contacts in their order and gives them their ids.
async fn insert(tx: &Tx, made: &mut [&mut Person]) -> Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(made.iter().map(|person| &**person));
    let rows: Vec<Made> = diesel::sql_query(
        "INSERT INTO contacts (organization_id, uuid, name, first_name, last_name, email, phone_number, company_role, \
             national_id, agent_id, custom_fields, created_at, updated_at) \
         SELECT $1, n.uuid, n.name, n.first, n.last, n.email, n.phone, n.role, n.national_id, n.agent, n.custom, $2, $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) WITH ORDINALITY \
             AS n (uuid, name, first, last, email, phone, role, national_id, agent, custom, place) \
         ORDER BY n.place RETURNING id, uuid",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<SqlUuid>, _>(columns.uuids)
    .bind::<Array<Nullable<Text>>, _>(columns.names)
    .bind::<Array<Nullable<Text>>, _>(columns.first)
    .bind::<Array<Nullable<Text>>, _>(columns.last)
    .bind::<Array<Nullable<Text>>, _>(columns.emails)
    .bind::<Array<Nullable<Text>>, _>(columns.phones)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Nullable<Text>>, _>(columns.national_ids)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .load(&mut tx.conn())
    .await?;
    let ids: HashMap<Uuid, i64> = rows.into_iter().map(|row| (row.uuid, row.id)).collect();
    for person in made {
        person.new.id = ids.get(&person.new.uuid).copied().unwrap_or_default();
    }
    Ok(())
}

/// Stores contacts that have changed; they are held.
async fn update(tx: &Tx, changed: &[&mut Person]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(changed.iter().map(|person| &**person));
    diesel::sql_query(
        "UPDATE contacts AS c SET name = n.name, first_name = n.first, last_name = n.last, email = n.email, \
             phone_number = n.phone, company_role = n.role, national_id = n.national_id, agent_id = n.agent, \
             custom_fields = n.custom, updated_at = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             AS n (id, name, first, last, email, phone, role, national_id, agent, custom) \
         WHERE c.organization_id = $1 AND c.id = n.id",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(columns.ids)
    .bind::<Array<Nullable<Text>>, _>(columns.names)
    .bind::<Array<Nullable<Text>>, _>(columns.first)
    .bind::<Array<Nullable<Text>>, _>(columns.last)
    .bind::<Array<Nullable<Text>>, _>(columns.emails)
    .bind::<Array<Nullable<Text>>, _>(columns.phones)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Nullable<Text>>, _>(columns.national_ids)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

/// Takes the addresses that were given up from their contacts.
async fn release(tx: &Tx, written: &[&Person]) -> Result<()> {
    let ids: Vec<i64> = written
        .iter()
        .flat_map(|person| person.given_up.iter().copied())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query("DELETE FROM contact_addresses WHERE organization_id = $1 AND id = ANY ($2)")
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<BigInt>, _>(ids)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Gives new addresses to their contacts, with ids in the order in which they were said, but taken in the order in which
/// everybody takes them. False when somebody else has one.
async fn claim(tx: &Tx, written: &[&Person]) -> Result<bool> {
    let (mut owners, mut kinds, mut typed, mut forms) = (vec![], vec![], vec![], vec![]);
    for person in written {
        for one in person.addresses.iter().filter(|one| one.id.is_none()) {
            owners.push(person.new.id);
            kinds.push(one.address.channel_type.name());
            typed.push(one.address.address.as_str());
            forms.push(one.address.normalized.as_str());
        }
    }
    let wanted = owners.len();
    if wanted == 0 {
        return Ok(true);
    }
    let taken = diesel::sql_query(
        "INSERT INTO contact_addresses (organization_id, id, contact_id, channel_type, address, normalized, \
             created_at, updated_at) \
         SELECT $1, new.id, new.contact, new.channel_type, new.address, new.normalized, $2, $2 FROM ( \
             SELECT nextval('contact_addresses_id_seq') AS id, said.contact, said.channel_type, said.address, \
                 said.normalized \
             FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS said (contact, channel_type, address, normalized, place) \
             ORDER BY said.place \
         ) AS new ORDER BY new.channel_type, new.normalized ON CONFLICT DO NOTHING",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(owners)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(typed)
    .bind::<Array<Text>, _>(forms)
    .execute(&mut tx.conn())
    .await?;
    Ok(taken == wanted)
}
