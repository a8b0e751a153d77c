//! API keys on PostgreSQL.

use super::rows::{ApiKeyRow, of_organization};
use super::{ApiKey, ApiKeyService, CHANGED, NewApiKey, digest};
use crate::audit::{self, Action, Changes};
use crate::{agents, organizations, text};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Scopes, Tx, ids};
use rapport_schema::tables::api_keys;
use std::cmp::Reverse;
use uuid::Uuid;

const RECORD: &str = "api_key";
/// 43 characters of base 62 hold 256 bits.
const SECRET: usize = 43;
/// How much of the key its list shows: enough to recognise it, far too little to guess it.
const PREFIX: usize = 12;

/// The API keys, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgApiKeys;

#[async_trait]
impl ApiKeyService for PgApiKeys {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<ApiKey>> {
        let mut rows = load(db, db.organization(), page).await?;
        if let Some(sandbox) = organizations::find_sandbox(db.conn(), db.organization()).await? {
            rows.extend(load(db, sandbox, page).await?);
            rows.sort_by_key(|row| Reverse(row.position()));
        }
        Ok(Page::of(rows, page, ApiKeyRow::position))
    }

    async fn create(&self, tx: &mut Tx, new: NewApiKey) -> Result<(ApiKey, String)> {
        let home = organizations::home(tx, new.test).await?;
        let kind = if home.sandbox { "sk_test_" } else { "sk_live_" };
        let key = format!("{kind}{}", ids::secret(tx.ids(), SECRET));
        let uuid = insert(tx, home.organization, new, &key).await?;
        let stored = read(tx, home.organization, uuid).await?;
        let stored = stored.ok_or_else(|| Error::internal("the key that was made is gone"))?;
        let changes = Changes::new()
            .field("name", &None::<&str>, &stored.name)
            .field("scopes", &None::<()>, &stored.scopes.names())
            .field("agent_id", &None::<()>, &stored.agent.map(ids::opaque))
            .field("expires_at", &None::<()>, &stored.expires_at)
            .masked("secret");
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes).await?;
        Ok((stored, key))
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let stored = find(tx, id).await?;
        diesel::delete(api_keys::table)
            .filter(api_keys::organization_id.eq(stored.organization.organization))
            .filter(api_keys::id.eq(stored.id))
            .execute(&mut tx.conn())
            .await?;
        let changes = Changes::new()
            .field("name", &stored.name, &None::<&str>)
            .masked("secret");
        audit::record(tx, Action::Delete, (RECORD, id), &changes).await?;
        announce(tx).await
    }
}

async fn insert(tx: &Tx, organization: i64, new: NewApiKey, key: &str) -> Result<Uuid> {
    if new.scopes == Scopes::default() {
        return Err(Error::invalid(
            "scopes",
            "must name at least one of read, write and admin",
        ));
    }
    if new.expires_at.is_some_and(|end| end <= tx.now()) {
        return Err(Error::invalid("expires_at", "must be in the future"));
    }
    let uuid = tx.uuid();
    let values = (
        api_keys::organization_id.eq(organization),
        api_keys::uuid.eq(uuid),
        api_keys::digest.eq(digest(key).to_vec()),
        api_keys::prefix.eq(key.get(..PREFIX).unwrap_or_default()),
        api_keys::name.eq(text::required("name", new.name, text::NAME)?),
        api_keys::scopes.eq(new.scopes.names()),
        api_keys::agent_id.eq(agent(tx, organization, new.agent).await?),
        api_keys::active.eq(true),
        api_keys::expires_at.eq(new.expires_at),
        api_keys::created_at.eq(tx.now()),
    );
    diesel::insert_into(api_keys::table)
        .values(values)
        .execute(&mut tx.conn())
        .await?;
    Ok(uuid)
}

/// The acting agent in the key's organization, which may be the sandbox of the agent's.
async fn agent(tx: &Tx, organization: i64, uuid: Option<Uuid>) -> Result<Option<i64>> {
    match agents::named(tx, uuid).await? {
        Some(id) if organization != tx.organization() => {
            Ok(Some(agents::mirror(tx, id, organization).await?))
        }
        own => Ok(own),
    }
}

/// The rows of one organization from which a page is made.
async fn load(db: &Reader, organization: i64, page: &PageRequest) -> Result<Vec<ApiKeyRow>> {
    let query = of_organization(organization)
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .limit(page.fetch())
        .select(ApiKeyRow::as_select());
    let Some(position) = page.after else {
        return Ok(query.load(&mut db.conn()).await?);
    };
    let query = query.filter(before(api_keys::created_at, api_keys::id, position));
    Ok(query.load(&mut db.conn()).await?)
}

/// A key of the transaction's organization or its sandbox.
async fn find(tx: &Tx, id: Uuid) -> Result<ApiKey> {
    if let Some(own) = read(tx, tx.organization(), id).await? {
        return Ok(own);
    }
    let in_sandbox = match organizations::sandbox_of(tx).await? {
        Some(sandbox) => read(tx, sandbox, id).await?,
        None => None,
    };
    in_sandbox.ok_or(Error::not_found("API key"))
}

async fn read(tx: &Tx, organization: i64, id: Uuid) -> Result<Option<ApiKey>> {
    let query = of_organization(organization).filter(api_keys::uuid.eq(id));
    let row = query
        .select(ApiKeyRow::as_select())
        .first(&mut tx.conn())
        .await
        .optional()?;
    Ok(row.map(ApiKey::from))
}

/// Ends the keys that act for an agent of this organization, the transaction's or its sandbox; they stay in the list.
pub(crate) async fn end(tx: &Tx, organization: i64, agent: i64) -> Result<()> {
    let keys = api_keys::table
        .filter(api_keys::organization_id.eq(organization))
        .filter(api_keys::agent_id.eq(agent))
        .filter(api_keys::active);
    let ended: Vec<Uuid> = diesel::update(keys)
        .set(api_keys::active.eq(false))
        .returning(api_keys::uuid)
        .get_results(&mut tx.conn())
        .await?;
    let changes = Changes::new().field("active", &true, &false);
    for key in ended {
        audit::record_in(tx, organization, Action::Update, (RECORD, key), &changes).await?;
    }
    Ok(())
}

/// Tells every process, upon commit, that credentials changed.
pub(crate) async fn announce(tx: &Tx) -> Result<()> {
    diesel::sql_query("SELECT pg_notify($1, '')")
        .bind::<diesel::sql_types::Text, _>(CHANGED)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
