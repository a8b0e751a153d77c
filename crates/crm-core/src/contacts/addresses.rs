//! Who owns which address.

use super::rows::AddressRow;
use super::{ContactAddress, people};
use crate::address::Address;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Other, Result, Tx, any_of, ids};
use rapport_schema::tables::{contact_addresses, contacts};
use std::collections::HashMap;
use uuid::Uuid;

/// An address that was nobody's.
#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Text)]
    channel_type: String,
    #[diesel(sql_type = Text)]
    normalized: String,
}

/// The addresses of these contacts, by contact.
pub(super) async fn of(
    mut conn: &AsyncPgConnection,
    organization: i64,
    contacts: &[i64],
) -> Result<HashMap<i64, Vec<ContactAddress>>> {
    use contact_addresses::dsl;
    let rows: Vec<AddressRow> = dsl::contact_addresses
        .filter(dsl::organization_id.eq(organization))
        .filter(dsl::contact_id.eq(any_of(contacts)))
        .select(AddressRow::as_select())
        .load(&mut conn)
        .await?;
    let mut all: HashMap<i64, Vec<ContactAddress>> = HashMap::new();
    for row in rows {
        let address = ContactAddress::try_from(row)?;
        all.entry(address.contact).or_default().push(address);
    }
    Ok(all)
}

/// Makes `wanted` the addresses of a contact that has `current`. What stays keeps its id.
///
/// # Errors
/// `Conflict` naming the field and the owner when another contact has one of them.
pub(super) async fn replace(
    tx: &Tx,
    contact: i64,
    current: &[ContactAddress],
    wanted: &[Address],
) -> Result<()> {
    let has = |address: &Address| current.iter().find(|one| one.address.is(address));
    let given_up = |one: &&ContactAddress| !wanted.iter().any(|address| address.is(&one.address));
    let given_up: Vec<_> = current.iter().filter(given_up).map(|one| one.id).collect();
    release(tx, contact, &given_up).await?;
    for address in wanted {
        if let Some(one) = has(address).filter(|one| one.address.address != address.address) {
            retype(tx, one.id, address).await?;
        }
    }
    let new: Vec<_> = wanted.iter().filter(|one| has(one).is_none()).cloned().collect();
    claim(tx, contact, &new).await
}

/// Gives `addresses` to a contact.
///
/// # Errors
/// `Conflict` naming the field and the owner when another contact has one of them.
pub(super) async fn claim(tx: &Tx, contact: i64, addresses: &[Address]) -> Result<()> {
    if addresses.is_empty() {
        return Ok(());
    }
    let all = insert(tx, contact, addresses).await?;
    let lost = |address: &&Address| {
        let key = (address.channel_type.name(), address.normalized.as_str());
        let taken = |one: &Taken| (one.channel_type.as_str(), one.normalized.as_str()) == key;
        !all.iter().any(taken)
    };
    for address in addresses.iter().filter(lost) {
        // A merge may have given it to the contact meanwhile.
        let owner = owner(tx, address).await?;
        if owner.is_none_or(|(id, _)| id != contact) {
            return Err(conflict(address, owner));
        }
    }
    Ok(())
}

/// Inserts what nobody has yet and answers the kinds and forms inserted. Waits for a transaction that is about to
/// take the same address, so that exactly one of the two gets it. Their ids are in the order given; they are taken in
/// one order by everybody, so that of several addresses no two wait for each other.
async fn insert(tx: &Tx, contact: i64, addresses: &[Address]) -> Result<Vec<Taken>> {
    let kinds: Vec<_> = addresses.iter().map(|one| one.channel_type.name()).collect();
    let typed: Vec<_> = addresses.iter().map(|one| one.address.as_str()).collect();
    let forms: Vec<_> = addresses.iter().map(|one| one.normalized.as_str()).collect();
    let insert = "INSERT INTO contact_addresses (organization_id, id, contact_id, channel_type, address, normalized, \
                  created_at, updated_at) \
                  SELECT $1, new.id, $2, new.channel_type, new.address, new.normalized, $3, $3 FROM ( \
                      SELECT nextval('contact_addresses_id_seq') AS id, channel_type, address, normalized \
                      FROM unnest(CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[])) WITH ORDINALITY \
                          AS said (channel_type, address, normalized, place) \
                      ORDER BY place \
                  ) AS new ORDER BY new.channel_type COLLATE \"C\", new.normalized COLLATE \"C\" \
                  ON CONFLICT (organization_id, normalized, channel_type) DO NOTHING \
                  RETURNING channel_type, normalized";
    let taken = diesel::sql_query(insert)
        .bind::<BigInt, _>(tx.organization())
        .bind::<BigInt, _>(contact)
        .bind::<Timestamptz, _>(tx.now())
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Text>, _>(typed)
        .bind::<Array<Text>, _>(forms);
    Ok(taken.load(&mut tx.conn()).await?)
}

/// Keeps the address as it is typed now.
async fn retype(tx: &Tx, id: i64, address: &Address) -> Result<()> {
    use contact_addresses::dsl;
    diesel::update(dsl::contact_addresses.find((tx.organization(), id)))
        .set((dsl::address.eq(&address.address), dsl::updated_at.eq(tx.now())))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// What is said when another contact, if it is still there, has the address.
pub(crate) fn conflict(address: &Address, owner: Option<(i64, Uuid)>) -> Error {
    let field = address.channel_type.field();
    let what = "contact";
    let message = format!("{field}: another contact has this address");
    match owner {
        Some((id, uuid)) => Error::taken(format!("{message}: {}", ids::opaque(uuid)), Other { what, id }),
        None => Error::conflict(message),
    }
}

/// The contact that has this address: its id and UUID.
pub(super) async fn owner(tx: &Tx, address: &Address) -> Result<Option<(i64, Uuid)>> {
    let row = contact_addresses::table
        .inner_join(
            contacts::table.on(contacts::organization_id
                .eq(contact_addresses::organization_id)
                .and(contacts::id.eq(contact_addresses::contact_id))),
        )
        .filter(contact_addresses::organization_id.eq(tx.organization()))
        .filter(contact_addresses::channel_type.eq(address.channel_type.name()))
        .filter(contact_addresses::normalized.eq(&address.normalized))
        .select((contacts::id, contacts::uuid))
        .first(&mut tx.conn())
        .await;
    Ok(row.optional()?)
}

/// The addresses that these contacts, which are one, have and show, but for those that another contact has by now.
pub(super) async fn known(tx: &Tx, contacts: &[i64]) -> Result<Vec<Address>> {
    let mut known = Vec::new();
    for text in typed(tx, contacts).await? {
        // What is one kind of address is none of the other kind.
        let address = match Address::email(&text) {
            Ok(email) => Ok(email),
            Err(_) => Address::phone_of(tx, &text).await,
        };
        let Ok(address) = address else { continue };
        let owner = owner(tx, &address).await?;
        if owner.is_none_or(|(id, _)| contacts.contains(&id)) {
            known.push(address);
        }
    }
    Ok(known)
}

async fn typed(tx: &Tx, of: &[i64]) -> Result<Vec<String>> {
    use contact_addresses::dsl;
    let owned = dsl::contact_addresses
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::contact_id.eq_any(of))
        .select(dsl::address);
    let mut typed: Vec<String> = owned.load(&mut tx.conn()).await?;
    let shown = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::id.eq_any(of))
        .select((contacts::email, contacts::phone_number));
    let shown: Vec<(Option<String>, Option<String>)> = shown.load(&mut tx.conn()).await?;
    typed.extend(
        shown
            .into_iter()
            .flat_map(|(email, phone)| [email, phone])
            .flatten(),
    );
    typed.sort_unstable();
    typed.dedup();
    Ok(typed)
}

/// Takes these addresses from a contact, by their ids.
async fn release(tx: &Tx, contact: i64, addresses: &[i64]) -> Result<()> {
    use contact_addresses::dsl;
    if addresses.is_empty() {
        return Ok(());
    }
    let owned = dsl::contact_addresses
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::contact_id.eq(contact))
        .filter(dsl::id.eq_any(addresses));
    diesel::delete(owned).execute(&mut tx.conn()).await?;
    Ok(())
}

/// Takes all its addresses from a contact.
pub(super) async fn release_all(tx: &Tx, contact: i64) -> Result<()> {
    use contact_addresses::dsl;
    let owned = dsl::contact_addresses
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::contact_id.eq(contact));
    diesel::delete(owned).execute(&mut tx.conn()).await?;
    Ok(())
}

/// Lets one transaction at a time make a contact of a new address: held until the transaction ends.
pub(super) async fn reserve(tx: &Tx, address: &Address) -> Result<()> {
    let name = format!("{}:{}", address.channel_type.name(), address.normalized);
    people::reserve(tx, &[name]).await
}
