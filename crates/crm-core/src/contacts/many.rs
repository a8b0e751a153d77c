//! The statements that write many contacts and their addresses at once.

use super::Contact;
use crate::address::Address;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Result, Tx};
use std::collections::HashMap;
use uuid::Uuid;

/// Numeric ids by UUID.
pub(crate) type Ids = HashMap<Uuid, i64>;

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
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
    companies: Vec<Option<i64>>,
    roles: Vec<Option<&'a str>>,
    national_ids: Vec<Option<&'a str>>,
    agents: Vec<Option<i64>>,
    custom: Vec<&'a RawJson>,
}

impl<'a> Columns<'a> {
    fn of(contacts: &[&'a Contact]) -> Self {
        let mut columns = Self::default();
        for contact in contacts {
            columns.ids.push(contact.id);
            columns.uuids.push(contact.uuid);
            columns.names.push(contact.name.as_deref());
            columns.first.push(contact.first_name.as_deref());
            columns.last.push(contact.last_name.as_deref());
            columns.emails.push(contact.email.as_deref());
            columns.phones.push(contact.phone_number.as_deref());
            columns.companies.push(contact.company_id);
            columns.roles.push(contact.company_role.as_deref());
            columns.national_ids.push(contact.national_id.as_deref());
            columns.agents.push(contact.agent);
            columns.custom.push(&contact.custom_fields);
        }
        columns
    }
}

/// Inserts new contacts in their order and answers their ids.
pub(crate) async fn insert(tx: &Tx, contacts: &[&Contact]) -> Result<Ids> {
    if contacts.is_empty() {
        return Ok(Ids::new());
    }
    let columns = Columns::of(contacts);
    let made: Vec<Made> = diesel::sql_query(
        "INSERT INTO contacts (organization_id, uuid, name, first_name, last_name, email, phone_number, company_id, \
             company_role, national_id, agent_id, custom_fields, created_at, updated_at) \
         SELECT $1, n.uuid, n.name, n.first, n.last, n.email, n.phone, n.company, n.role, n.national_id, n.agent, \
             n.custom, $2, $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WITH ORDINALITY \
             AS n (uuid, name, first, last, email, phone, company, role, national_id, agent, custom, place) \
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
    .bind::<Array<Nullable<BigInt>>, _>(columns.companies)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Nullable<Text>>, _>(columns.national_ids)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .load(&mut tx.conn())
    .await?;
    Ok(made.into_iter().map(|row| (row.uuid, row.id)).collect())
}

/// Stores contacts that have changed; they are held.
pub(crate) async fn update(tx: &Tx, contacts: &[&Contact]) -> Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(contacts);
    diesel::sql_query(
        "UPDATE contacts AS c SET name = n.name, first_name = n.first, last_name = n.last, email = n.email, \
             phone_number = n.phone, company_id = n.company, company_role = n.role, national_id = n.national_id, \
             agent_id = n.agent, custom_fields = n.custom, updated_at = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             AS n (id, name, first, last, email, phone, company, role, national_id, agent, custom) \
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
    .bind::<Array<Nullable<BigInt>>, _>(columns.companies)
    .bind::<Array<Nullable<Text>>, _>(columns.roles)
    .bind::<Array<Nullable<Text>>, _>(columns.national_ids)
    .bind::<Array<Nullable<BigInt>>, _>(columns.agents)
    .bind::<Array<Jsonb>, _>(columns.custom)
    .execute(&mut tx.conn())
    .await?;
    Ok(())
}

/// Gives new addresses to contacts, with ids in the order given, but taken in the order in which everybody takes
/// several. False when somebody else has one.
pub(crate) async fn claim(tx: &Tx, claims: &[(i64, &Address)]) -> Result<bool> {
    if claims.is_empty() {
        return Ok(true);
    }
    let (mut owners, mut kinds, mut typed, mut forms) = (vec![], vec![], vec![], vec![]);
    for (owner, address) in claims {
        owners.push(*owner);
        kinds.push(address.channel_type.name());
        typed.push(address.address.as_str());
        forms.push(address.normalized.as_str());
    }
    let taken = diesel::sql_query(
        "INSERT INTO contact_addresses (organization_id, id, contact_id, channel_type, address, normalized, \
             created_at, updated_at) \
         SELECT $1, new.id, new.contact, new.channel_type, new.address, new.normalized, $2, $2 FROM ( \
             SELECT nextval('contact_addresses_id_seq') AS id, said.contact, said.channel_type, said.address, \
                 said.normalized \
             FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS said (contact, channel_type, address, normalized, place) \
             ORDER BY said.place \
         ) AS new ORDER BY new.channel_type COLLATE \"C\", new.normalized COLLATE \"C\" ON CONFLICT DO NOTHING",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Timestamptz, _>(tx.now())
    .bind::<Array<BigInt>, _>(owners)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(typed)
    .bind::<Array<Text>, _>(forms)
    .execute(&mut tx.conn())
    .await?;
    Ok(taken == claims.len())
}
