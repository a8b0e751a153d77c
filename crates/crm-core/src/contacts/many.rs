//! The statements that write many contacts and their addresses at once.

use super::Contact;
use crate::address::Address;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
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

/// The contacts of a [`statement`], as it reads from them.
const CONTACTS: &str = "unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) WITH ORDINALITY \
     AS n (id, uuid, name, first, last, email, phone, company, role, national_id, agent, custom, place)";

/// The statement `sql` with the organization as `$1`, the time as `$2`, and the values of [`CONTACTS`].
fn statement<'a>(tx: &Tx, sql: String, contacts: &[&'a Contact]) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    fn column<'a, T>(contacts: &[&'a Contact], value: fn(&'a Contact) -> T) -> Vec<T> {
        contacts.iter().map(|contact| value(contact)).collect()
    }
    type Texts = Array<Nullable<Text>>;
    sql_query(sql)
        .into_boxed()
        .bind::<BigInt, _>(tx.organization())
        .bind::<Timestamptz, _>(tx.now())
        .bind::<Array<BigInt>, _>(column(contacts, |c| c.id))
        .bind::<Array<SqlUuid>, _>(column(contacts, |c| c.uuid))
        .bind::<Texts, _>(column(contacts, |c| c.name.as_deref()))
        .bind::<Texts, _>(column(contacts, |c| c.first_name.as_deref()))
        .bind::<Texts, _>(column(contacts, |c| c.last_name.as_deref()))
        .bind::<Texts, _>(column(contacts, |c| c.email.as_deref()))
        .bind::<Texts, _>(column(contacts, |c| c.phone_number.as_deref()))
        .bind::<Array<Nullable<BigInt>>, _>(column(contacts, |c| c.company_id))
        .bind::<Texts, _>(column(contacts, |c| c.company_role.as_deref()))
        .bind::<Texts, _>(column(contacts, |c| c.national_id.as_deref()))
        .bind::<Array<Nullable<BigInt>>, _>(column(contacts, |c| c.agent))
        .bind::<Array<Jsonb>, _>(column(contacts, |c| &c.custom_fields))
}

/// Inserts new contacts in their order and answers their ids.
pub(crate) async fn insert(tx: &Tx, contacts: &[&Contact]) -> Result<Ids> {
    if contacts.is_empty() {
        return Ok(Ids::new());
    }
    let sql = format!(
        "INSERT INTO contacts (organization_id, uuid, name, first_name, last_name, email, phone_number, company_id, \
             company_role, national_id, agent_id, custom_fields, created_at, updated_at) \
         SELECT $1, n.uuid, n.name, n.first, n.last, n.email, n.phone, n.company, n.role, n.national_id, n.agent, \
             n.custom, $2, $2 \
         FROM {CONTACTS} ORDER BY n.place RETURNING id, uuid"
    );
    let query = statement(tx, sql, contacts);
    let made: Vec<Made> = query.load(&mut tx.conn()).await?;
    Ok(made.into_iter().map(|row| (row.uuid, row.id)).collect())
}

/// Stores contacts that have changed; they are held.
pub(crate) async fn update(tx: &Tx, contacts: &[&Contact]) -> Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE contacts AS c SET name = n.name, first_name = n.first, last_name = n.last, email = n.email, \
             phone_number = n.phone, company_id = n.company, company_role = n.role, national_id = n.national_id, \
             agent_id = n.agent, custom_fields = n.custom, updated_at = $2 \
         FROM {CONTACTS} WHERE c.organization_id = $1 AND c.id = n.id"
    );
    let query = statement(tx, sql, contacts);
    query.execute(&mut tx.conn()).await?;
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
    let taken = sql_query(
        "INSERT INTO contact_addresses (organization_id, id, contact_id, channel_type, address, normalized, \
             created_at, updated_at) \
         SELECT $1, new.id, new.contact, new.channel_type, new.address, new.normalized, $2, $2 FROM ( \
             SELECT nextval('contact_addresses_id_seq') AS id, said.contact, said.channel_type, said.address, \
                 said.normalized \
             FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS said (contact, channel_type, address, normalized, place) \
             ORDER BY said.place \
         ) AS new ORDER BY new.channel_type COLLATE \"C\", new.normalized COLLATE \"C\" \
         ON CONFLICT (organization_id, normalized, channel_type) DO NOTHING",
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
