//! What is there of what a batch speaks of.

use super::plan::{Found, Key, key};
use super::row::Read;
use super::write::Ghosts;
use super::{Import, OnMatch};
use crate::Contact;
use crate::contacts::read_all;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::contacts;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The companies that rows name.
#[derive(Default)]
pub(super) struct Companies {
    /// The numeric ids of those that are there.
    pub ids: HashMap<Uuid, i64>,
    /// Those that are missing: the ids they would get, and their names.
    pub missing: Vec<(Uuid, String)>,
    by_name: HashMap<String, Uuid>,
}

/// Looks up what is there, and holds what the batch may change or refer to: companies, then contacts, each in the
/// order of their ids, as everybody does.
pub(super) async fn find(
    tx: &Tx,
    import: &Import,
    rows: &[Read],
    ghosts: &Ghosts,
) -> Result<(Found, Companies)> {
    let companies = companies(tx, rows).await?;
    let keys = keys(rows);
    let mut owners = owners(tx, &keys).await?;
    let updates = !import.options.keys.is_empty() && import.options.on_match == OnMatch::Update;
    let mut contacts = Vec::new();
    if updates && !owners.is_empty() {
        let ids: BTreeSet<i64> = owners.values().map(|(id, _)| *id).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        if !import.dry_run {
            hold(tx, &ids).await?;
            // What was merged or changed until it was held may have given up addresses.
            owners = self::owners(tx, &keys).await?;
            if owners.values().any(|(id, _)| ids.binary_search(id).is_err()) {
                return Err(Error::conflict("An address has changed hands meanwhile"));
            }
        }
        contacts = read_all(tx, &ids).await?;
    }
    let mut owners: HashMap<Key, Uuid> = owners.into_iter().map(|(key, (_, uuid))| (key, uuid)).collect();
    let mut imagined = HashSet::new();
    for key in keys {
        if let Some(ghost) = ghosts.owner(&key) {
            owners.entry(key).or_insert(ghost);
            imagined.insert(ghost);
        }
    }
    let found = Found {
        owners,
        contacts: contacts.into_iter().map(by_uuid).collect(),
        companies: companies.by_name.clone(),
        refused: HashMap::new(),
        ghosts: imagined,
    };
    Ok((found, companies))
}

fn by_uuid(contact: Contact) -> (Uuid, Contact) {
    (contact.uuid, contact)
}

/// The addresses of the batch, each once.
fn keys(rows: &[Read]) -> BTreeSet<Key> {
    let said = rows.iter().filter_map(|read| read.said.as_ref().ok()?.as_ref());
    said.flat_map(|said| said.addresses.iter().map(key)).collect()
}

#[derive(QueryableByName)]
struct Owner {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
}

/// Whose these addresses are. One look into the index for each, however many contacts there are.
async fn owners(tx: &Tx, keys: &BTreeSet<Key>) -> Result<HashMap<Key, (i64, Uuid)>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let list: Vec<&Key> = keys.iter().collect();
    let (kinds, texts): (Vec<_>, Vec<_>) = list.iter().map(|(kind, text)| (*kind, text.as_str())).unzip();
    let rows: Vec<Owner> = diesel::sql_query(
        "SELECT k.place, owner.id, owner.uuid \
         FROM unnest($2, $3) WITH ORDINALITY AS k (kind, text, place) CROSS JOIN LATERAL ( \
             SELECT c.id, c.uuid FROM contact_addresses a \
             JOIN contacts c ON c.organization_id = a.organization_id AND c.id = a.contact_id \
             WHERE a.organization_id = $1 AND a.channel_type = k.kind AND a.normalized = k.text LIMIT 1) AS owner",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(texts)
    .load(&mut tx.conn())
    .await?;
    let owner = |row: Owner| {
        let place = usize::try_from(row.place - 1).ok()?;
        Some(((**list.get(place)?).clone(), (row.id, row.uuid)))
    };
    Ok(rows.into_iter().filter_map(owner).collect())
}

async fn hold(tx: &Tx, ids: &[i64]) -> Result<()> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::id.eq_any(ids))
        .order(contacts::id)
        .select(contacts::id)
        .for_update();
    let _: Vec<i64> = query.load(&mut tx.conn()).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
}

/// The companies that the rows name, without regard to case; of several of a name the oldest. They are held as
/// [`crate::companies::hold`] does.
async fn companies(tx: &Tx, rows: &[Read]) -> Result<Companies> {
    let said = rows.iter().filter_map(|read| read.said.as_ref().ok()?.as_ref());
    let names = said.filter_map(|said| said.company.as_ref());
    let mut wanted = BTreeMap::new();
    for name in names {
        wanted.entry(name.to_lowercase()).or_insert(name);
    }
    let mut companies = Companies::default();
    if wanted.is_empty() {
        return Ok(companies);
    }
    let names: Vec<&String> = wanted.values().copied().collect();
    let there: Vec<Named> = diesel::sql_query(
        "SELECT id, uuid, name FROM companies WHERE organization_id = $1 \
         AND search_name = ANY (ARRAY(SELECT fold(n.name) FROM unnest($2) AS n (name))) ORDER BY id FOR KEY SHARE",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<Text>, _>(names)
    .load(&mut tx.conn())
    .await?;
    for company in there {
        let name = company.name.to_lowercase();
        if wanted.contains_key(&name) && !companies.by_name.contains_key(&name) {
            companies.ids.insert(company.uuid, company.id);
            companies.by_name.insert(name, company.uuid);
        }
    }
    for (lower, name) in wanted {
        companies.by_name.entry(lower).or_insert_with(|| {
            let uuid = tx.uuid();
            companies.missing.push((uuid, name.clone()));
            uuid
        });
    }
    Ok(companies)
}
