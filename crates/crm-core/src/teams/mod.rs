//! Teams: agents who work together.

mod leave;
mod members;
mod rows;
mod service;

pub use service::PgTeams;

pub(crate) use leave::leave;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// How many members a team may have.
pub const MOST_MEMBERS: usize = 500;

/// Agents who work together.
#[derive(Debug, Clone)]
pub struct Team {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The name; no other team of the organization has it.
    pub name: String,
    /// Its members, the longest-serving agents first.
    pub agents: Vec<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed, its members included.
    pub updated_at: DateTime<Utc>,
}

/// What a team is made of.
#[derive(Debug, Clone, Default)]
pub struct NewTeam {
    /// The name.
    pub name: String,
    /// Agents of the organization, at most [`MOST_MEMBERS`].
    pub agents: Vec<Uuid>,
}

/// Changes to a team; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TeamPatch {
    /// The name; it cannot be cleared.
    pub name: Patch<String>,
    /// Replaces all members; cleared there are none.
    pub agents: Patch<Vec<Uuid>>,
}

/// The teams of an organization.
#[async_trait]
pub trait TeamService: Send + Sync {
    /// All teams, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Team>>;

    /// One team; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Team>;

    /// Makes a team; `Conflict` when another one has the name.
    async fn create(&self, tx: &mut Tx, new: NewTeam) -> Result<Team>;

    /// Changes a team and answers it as it is then; `Conflict` when another one has the name.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: TeamPatch) -> Result<Team>;

    /// Deletes a team; its members remain agents.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;
}
