//! From a key to what it opens: asked before the organization is known.

use super::digest;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Db, Directory, Result, Scope, Scopes};
use rapport_schema::tables::{agents, api_keys, organizations};
use uuid::Uuid;

/// An organization that a credential may use.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The numeric id.
    pub organization: i64,
    /// The UUID, as it stands in paths.
    pub uuid: Uuid,
}

/// What a key opens. It is kept for a while, so what depends on the time is asked anew: [`Credential::check`].
#[derive(Debug, Clone)]
pub struct Credential {
    /// The key's numeric id.
    pub id: i64,
    agent: Option<i64>,
    /// What it may do.
    pub scopes: Scopes,
    /// Its own organization, then those below it and its sandbox.
    pub organizations: Vec<Membership>,
    active: bool,
    expires_at: Option<DateTime<Utc>>,
}

/// Why a known key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It was switched off, or the agent for whom it acts is inactive.
    Inactive,
    /// Its time is over.
    Expired,
}

impl Credential {
    /// Whether the key is accepted at `now`.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.expires_at {
            _ if !self.active => Err(Refusal::Inactive),
            Some(end) if end <= now => Err(Refusal::Expired),
            _ => Ok(()),
        }
    }

    /// The agent for whom it acts in this organization: agents of the upper one are none of those below it.
    pub fn agent_in(&self, organization: i64) -> Option<i64> {
        let own = self.organizations.as_slice().first()?;
        self.agent.filter(|_| own.organization == organization)
    }

    /// The organization of this UUID, if the key may use it.
    pub fn membership(&self, uuid: Uuid) -> Option<&Membership> {
        self.organizations
            .iter()
            .find(|membership| membership.uuid == uuid)
    }
}

type KeyRow = (i64, i64, Option<i64>, Vec<String>, bool, Option<DateTime<Utc>>);

/// What `key` opens; `None` when there is no such key.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(directory: &Directory, key: &str) -> Result<Option<Credential>> {
    use api_keys::dsl;
    let agent = agents::organization_id
        .eq(dsl::organization_id)
        .and(agents::id.nullable().eq(dsl::agent_id));
    let row: Option<KeyRow> = dsl::api_keys
        .left_join(agents::table.on(agent))
        .filter(dsl::digest.eq(digest(key).to_vec()))
        .select((
            dsl::id,
            dsl::organization_id,
            dsl::agent_id,
            dsl::scopes,
            // Without an agent there is none who could be inactive. A deleted one is.
            dsl::active.and(agents::active.nullable().is_distinct_from(false)),
            dsl::expires_at,
        ))
        .first(&mut directory.conn())
        .await
        .optional()?;
    let Some((id, organization, agent, scopes, active, expires_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Credential {
        id,
        agent,
        scopes: scopes.iter().filter_map(|name| Scope::parse(name)).collect(),
        organizations: memberships(directory, organization).await?,
        active,
        expires_at,
    }))
}

/// The organization, then those below it and its sandbox.
async fn memberships(directory: &Directory, organization: i64) -> Result<Vec<Membership>> {
    use organizations::dsl;
    let rows: Vec<(i64, Uuid)> = dsl::organizations
        .filter(
            dsl::id
                .eq(organization)
                .or(dsl::parent_organization_id.eq(organization))
                .or(dsl::sandbox_of.eq(organization)),
        )
        // The others were made later.
        .order(dsl::id)
        .select((dsl::id, dsl::uuid))
        .load(&mut directory.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(organization, uuid)| Membership { organization, uuid })
        .collect())
}

/// Notes that the key was used, at most once a minute: the figure is for people.
///
/// # Errors
/// When the database cannot be asked.
pub async fn touch(db: &Db, id: i64) -> Result<()> {
    use api_keys::dsl;
    let now = db.now();
    let stale = dsl::last_used_at
        .is_null()
        .or(dsl::last_used_at.lt(now - TimeDelta::minutes(1)));
    diesel::update(dsl::api_keys.find(id).filter(stale))
        .set(dsl::last_used_at.eq(now))
        .execute(&mut db.directory().await?.conn())
        .await?;
    Ok(())
}
