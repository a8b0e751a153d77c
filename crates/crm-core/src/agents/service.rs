//! Agents on PostgreSQL.

use super::rows::{AgentRow, visible};
use super::{Agent, AgentPatch, AgentService, NewAgent, Role, sandbox};
use crate::address::Address;
use crate::audit::{self, Action, Changes};
use crate::{api_keys, text, users};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::agents;
use uuid::Uuid;

pub(super) const RECORD: &str = "agent";

/// The agents, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgAgents;

#[async_trait]
impl AgentService for PgAgents {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Agent>> {
        let query = visible(db.organization())
            .order((agents::created_at.desc(), agents::id.desc()))
            .limit(page.fetch())
            .select(AgentRow::as_select());
        let rows = match page.after {
            None => query.load(&mut db.conn()).await?,
            Some(position) => {
                query
                    .filter(before(agents::created_at, agents::id, position))
                    .load(&mut db.conn())
                    .await?
            }
        };
        Ok(Page::of(rows, page, AgentRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Agent> {
        let query = visible(db.organization())
            .filter(agents::uuid.eq(id))
            .select(AgentRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewAgent) -> Result<Agent> {
        let name = text::required("name", new.name, text::NAME)?;
        let email = Address::email(&new.email)?;
        let user = users::join(tx, &email, new.password.as_ref()).await?;
        let agent = insert(tx, user.id, name, email, new.role).await?;
        let mut changes = changes(None, Some(&agent));
        if user.made && new.password.is_some() {
            changes = changes.masked("password");
        }
        audit::record(tx, Action::Insert, (RECORD, agent.uuid), &changes).await?;
        tx.emit(Event::new("agent.created", RECORD, agent.uuid));
        Ok(agent)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: AgentPatch) -> Result<Agent> {
        let others = lock(tx, id).await?;
        let old = read(tx, id).await?;
        let new = merged(&old, patch)?;
        if old.is_active_admin() && !new.is_active_admin() && others == 0 {
            return Err(last_admin());
        }
        let values = (
            agents::name.eq(&new.name),
            agents::role.eq(new.role.name()),
            agents::active.eq(new.active),
            agents::updated_at.eq(tx.now()),
        );
        let row = diesel::update(agents::table.find((tx.organization(), old.id)))
            .set(values)
            .returning(AgentRow::as_returning())
            .get_result(&mut tx.conn())
            .await?;
        let new = Agent::from(row);
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("agent.updated", RECORD, id));
        }
        if old.active != new.active {
            sandbox::follow(tx, &new).await?;
            api_keys::announce(tx).await?;
        }
        Ok(new)
    }
}

/// The numeric ids of those of these agents who are there, in the order of the ids. Until the transaction ends nobody
/// deletes them.
///
/// To delete an agent is to hold it, and then all that is assigned to it. So call this before locking anything that may
/// be assigned to an agent, or the two may block each other.
///
/// # Errors
/// When the database is out of reach.
pub async fn hold(tx: &Tx, agents: &[Uuid]) -> Result<Vec<i64>> {
    let query = visible(tx.organization())
        .filter(agents::uuid.eq_any(agents))
        .order(agents::id)
        .select(agents::id)
        .for_share();
    Ok(query.load(&mut tx.conn()).await?)
}

/// As [`hold`], of one agent by its numeric id; answers whether it is there.
///
/// # Errors
/// When the database is out of reach.
pub async fn hold_id(tx: &Tx, agent: i64) -> Result<bool> {
    let query = visible(tx.organization())
        .filter(agents::id.eq(agent))
        .select(agents::id)
        .for_share();
    let held: Option<i64> = query.first(&mut tx.conn()).await.optional()?;
    Ok(held.is_some())
}

/// The numeric id of an agent that a caller names as `agent_id`, held as by [`hold`].
///
/// # Errors
/// [`Error::Invalid`] when it is none of the organization.
pub async fn named(tx: &Tx, uuid: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    match *hold(tx, &[uuid]).await? {
        [id] => Ok(Some(id)),
        _ => Err(not_one()),
    }
}

/// The numeric id of an agent who is held already, or whose the record is already, whatever became of it.
pub(crate) async fn id_of(tx: &Tx, uuid: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    let query = agents::table
        .filter(agents::organization_id.eq(tx.organization()))
        .filter(agents::uuid.eq(uuid))
        .select(agents::id);
    let id = query.first(&mut tx.conn()).await.optional()?;
    id.map(Some).ok_or_else(not_one)
}

/// What is said of an `agent_id` that is nobody's.
pub(crate) fn not_one() -> Error {
    Error::invalid("agent_id", "is not an agent of this organization")
}

fn found(row: QueryResult<AgentRow>) -> Result<Agent> {
    Ok(row.optional()?.ok_or(Error::not_found("Agent"))?.into())
}

pub(super) async fn read(tx: &Tx, id: Uuid) -> Result<Agent> {
    let query = visible(tx.organization())
        .filter(agents::uuid.eq(id))
        .select(AgentRow::as_select());
    found(query.first(&mut tx.conn()).await)
}

/// Holds the agent and all active admins until the transaction ends, so that two admins cannot dismiss
/// each other at once. Answers how many active admins there are besides the agent.
pub(super) async fn lock(tx: &Tx, id: Uuid) -> Result<usize> {
    let admin = agents::role.eq(Role::Admin.name()).and(agents::active);
    let held: Vec<Uuid> = visible(tx.organization())
        .filter(admin.or(agents::uuid.eq(id)))
        // Everybody locks in the same order, so that nobody waits in a circle.
        .order(agents::id)
        .select(agents::uuid)
        .for_no_key_update()
        .load(&mut tx.conn())
        .await?;
    if !held.contains(&id) {
        return Err(Error::not_found("Agent"));
    }
    Ok(held.len() - 1)
}

async fn insert(tx: &Tx, user: i64, name: String, email: Address, role: Role) -> Result<Agent> {
    let values = (
        agents::organization_id.eq(tx.organization()),
        agents::uuid.eq(tx.uuid()),
        agents::user_id.eq(user),
        agents::name.eq(name),
        agents::email.eq(email.address),
        agents::role.eq(role.name()),
        agents::active.eq(true),
        agents::created_at.eq(tx.now()),
        agents::updated_at.eq(tx.now()),
    );
    let row = diesel::insert_into(agents::table)
        .values(values)
        .returning(AgentRow::as_returning())
        .get_result(&mut tx.conn())
        .await;
    let row = row.map_err(|error| {
        Error::from(error).on_constraint("agents_user", || {
            Error::conflict("email: another agent has this address")
        })
    })?;
    Ok(row.into())
}

fn merged(old: &Agent, patch: AgentPatch) -> Result<Agent> {
    let name = patch.name.apply_required("name", old.name.clone())?;
    Ok(Agent {
        name: text::required("name", name, text::NAME)?,
        role: patch.role.apply_required("role", old.role)?,
        active: patch.active.apply_required("active", old.active)?,
        ..old.clone()
    })
}

pub(super) fn last_admin() -> Error {
    Error::conflict("The last active admin must remain one")
}

pub(super) fn changes(old: Option<&Agent>, new: Option<&Agent>) -> Changes {
    Changes::new()
        .field("name", &old.map(|a| &a.name), &new.map(|a| &a.name))
        .field("email", &old.map(|a| &a.email), &new.map(|a| &a.email))
        .field("role", &old.map(|a| a.role.name()), &new.map(|a| a.role.name()))
        .field("active", &old.map(|a| a.active), &new.map(|a| a.active))
}
