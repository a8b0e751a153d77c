//! Agents: the people who answer. An agent is a user's membership of one organization.

mod removal;
mod rows;
mod sandbox;
mod service;

pub use removal::{AgentParticipant, AgentRemoval, tell_unassigned};
pub(crate) use sandbox::mirror;
pub use service::{PgAgents, hold, hold_id, named};
pub(crate) use service::{id_of, not_one};

use crate::users::password::PasswordHash;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Also manage agents, keys and the organization itself.
    Admin,
    /// Work with contacts and conversations.
    #[default]
    Agent,
}

impl Role {
    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
        }
    }

    /// The role called `name`, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::Agent]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// A person who works in the organization.
#[derive(Debug, Clone)]
pub struct Agent {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The full name.
    pub name: String,
    /// The e-mail address, as typed; in lower case it is the login.
    pub email: String,
    /// What the agent may do.
    pub role: Role,
    /// Whether the agent still works here.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Agent {
    /// Whether the agent may manage the organization.
    pub fn is_active_admin(&self) -> bool {
        self.active && self.role == Role::Admin
    }
}

/// What an agent is made of.
#[derive(Debug, Clone, Default)]
pub struct NewAgent {
    /// The full name.
    pub name: String,
    /// An e-mail address no other agent of the organization has.
    pub email: String,
    /// What the agent may do.
    pub role: Role,
    /// The password of a new login. Whoever has a login already keeps its password.
    pub password: Option<PasswordHash>,
}

/// Changes to an agent; what is kept stays as it is, and nothing can be cleared.
#[derive(Debug, Clone, Default)]
pub struct AgentPatch {
    /// The full name.
    pub name: Patch<String>,
    /// What the agent may do.
    pub role: Patch<Role>,
    /// Whether the agent works here.
    pub active: Patch<bool>,
}

/// The agents of an organization. [`AgentRemoval`] deletes them.
#[async_trait]
pub trait AgentService: Send + Sync {
    /// All agents, newest first, the inactive ones too, but not the deleted ones.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Agent>>;

    /// One agent; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Agent>;

    /// Makes an agent of the user with this e-mail address, and the user when there is none; `Conflict`
    /// when another agent of the organization has the address.
    async fn create(&self, tx: &mut Tx, new: NewAgent) -> Result<Agent>;

    /// Changes an agent and answers it as it is then; `Conflict` when no active admin would remain.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: AgentPatch) -> Result<Agent>;
}
