//! Who owns which address.

use crate::address::Address;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Other, Result, Tx, ids};
use rapport_schema::tables::{contact_addresses, contacts};
use uuid::Uuid;

/// Gives `addresses` to a contact.
///
/// # Errors
/// `Conflict` naming the field and the owner when another contact has one of them.
pub(super) async fn claim(tx: &Tx, contact: i64, addresses: &[Address]) -> Result<()> {
    if addresses.is_empty() {
        return Ok(());
    }
    let taken = insert(tx, contact, addresses).await?;
    let lost = |address: &&Address| !taken.iter().any(|kind| kind == address.channel_type.name());
    for address in addresses.iter().filter(lost) {
        // A contact that was merged has more addresses than it shows; it may show another one of them.
        let owner = owner(tx, address).await?;
        if owner.is_none_or(|(id, _)| id != contact) {
            return Err(conflict(address, owner));
        }
    }
    Ok(())
}

/// Inserts what nobody has yet and answers the kinds inserted. Waits for a transaction that is about to
/// take the same address, so that exactly one of the two gets it.
async fn insert(tx: &Tx, contact: i64, addresses: &[Address]) -> Result<Vec<String>> {
    use contact_addresses::dsl;
    let rows: Vec<_> = addresses
        .iter()
        .map(|address| {
            (
                dsl::organization_id.eq(tx.organization()),
                dsl::contact_id.eq(contact),
                dsl::channel_type.eq(address.channel_type.name()),
                dsl::address.eq(&address.address),
                dsl::normalized.eq(&address.normalized),
                dsl::created_at.eq(tx.now()),
            )
        })
        .collect();
    let insert = diesel::insert_into(contact_addresses::table)
        .values(rows)
        .on_conflict_do_nothing();
    Ok(insert
        .returning(dsl::channel_type)
        .get_results(&mut tx.conn())
        .await?)
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

/// Takes these addresses from a contact.
pub(super) async fn release(tx: &Tx, contact: i64, addresses: &[Address]) -> Result<()> {
    use contact_addresses::dsl;
    for address in addresses {
        let owned = dsl::contact_addresses
            .filter(dsl::organization_id.eq(tx.organization()))
            .filter(dsl::contact_id.eq(contact))
            .filter(dsl::channel_type.eq(address.channel_type.name()))
            .filter(dsl::normalized.eq(&address.normalized));
        diesel::delete(owned).execute(&mut tx.conn()).await?;
    }
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
    let name = format!(
        "{}:{}:{}",
        tx.organization(),
        address.channel_type.name(),
        address.normalized
    );
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
