//! Who acts, for which organization, with which rights.

use std::sync::Arc;

/// One right of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// See everything in the organization.
    Read,
    /// Change contacts, conversations and the like.
    Write,
    /// Manage agents, keys and the organization itself.
    Admin,
}

impl Scope {
    /// All scopes, weakest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The name used on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope called `name`, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// The rights of a credential. `admin` implies `write`, and `write` implies `read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(Option<Strongest>);

type Strongest = u8;

impl Scopes {
    /// Every right.
    pub fn all() -> Self {
        [Scope::Admin].into_iter().collect()
    }

    /// Whether `scope` is among the rights, itself or implied.
    pub fn allow(self, scope: Scope) -> bool {
        self.0.is_some_and(|strongest| strongest >= scope as u8)
    }

    /// The names of all rights, weakest first.
    pub fn names(self) -> Vec<String> {
        let held = Scope::ALL.into_iter().filter(|scope| self.allow(*scope));
        held.map(|scope| scope.name().to_owned()).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(|scope| scope as u8).max())
    }
}

/// Who does something; it stands in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// An agent, by its numeric id.
    Agent(i64),
    /// An API key, with the agent it acts for, if any.
    Key {
        /// The key's numeric id.
        id: i64,
        /// The acting agent's numeric id.
        agent: Option<i64>,
    },
    /// Rapport itself: commands, jobs, imports.
    System,
}

impl Actor {
    /// The name of the kind of actor in the audit log.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Key { .. } => "key",
            Self::System => "system",
        }
    }

    /// The agent who acts, or for whom the key acts.
    pub fn agent(self) -> Option<i64> {
        match self {
            Self::Agent(id) => Some(id),
            Self::Key { agent, .. } => agent,
            Self::System => None,
        }
    }

    /// The API key that acts.
    pub fn key(self) -> Option<i64> {
        match self {
            Self::Key { id, .. } => Some(id),
            Self::Agent(_) | Self::System => None,
        }
    }
}

/// The context of everything done in an organization. It rides in [`crate::Reader`] and [`crate::Tx`];
/// without one there is no connection to tenant data.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The organization's numeric id; every tenant statement filters on it.
    pub organization: i64,
    /// Who acts.
    pub actor: Actor,
    /// What the actor may do.
    pub scopes: Scopes,
    /// The id of the request or job, as it stands in the logs.
    pub request_id: Arc<str>,
}

impl Ctx {
    /// A context in which Rapport itself acts, as in commands, jobs and imports.
    pub fn system(organization: i64, request_id: &str) -> Self {
        Self {
            organization,
            actor: Actor::System,
            scopes: Scopes::all(),
            request_id: request_id.into(),
        }
    }
}
