//! Which addresses are the organization's own.

use super::Services;
use rapport_platform::{PageRequest, Reader, Result};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The organization's addresses and domains, and those of its agents, in lower case.
#[derive(Debug, Default)]
pub(super) struct Own {
    addresses: HashSet<String>,
    agents: HashMap<String, Uuid>,
}

impl Own {
    /// Reads them. Former agents count: their mails are old, too.
    pub async fn load(db: &Reader, services: &Services) -> Result<Self> {
        let organization = services.organizations.get(db).await?;
        let mut own = Self {
            addresses: organization.email_addresses.into_iter().collect(),
            agents: HashMap::new(),
        };
        let mut page = PageRequest {
            limit: 100,
            after: None,
        };
        loop {
            let found = services.agents.list(db, &page).await?;
            let agents = found.items.into_iter();
            own.agents
                .extend(agents.map(|agent| (agent.email.to_lowercase(), agent.uuid)));
            page.after = found.next;
            if page.after.is_none() {
                return Ok(own);
            }
        }
    }

    /// Whether an address, in lower case, is the organization's own: itself, by its domain, or an agent's.
    pub fn has(&self, address: &str) -> bool {
        let domain = address.rfind('@').and_then(|at| address.get(at..));
        self.addresses.contains(address)
            || self.agents.contains_key(address)
            || domain.is_some_and(|domain| self.addresses.contains(domain))
    }

    /// The agent whose address it is, in lower case.
    pub fn agent(&self, address: &str) -> Option<Uuid> {
        self.agents.get(address).copied()
    }
}

#[cfg(test)]
impl Own {
    pub fn of(addresses: &[&str], agents: &[(&str, Uuid)]) -> Self {
        Self {
            addresses: addresses.iter().map(|text| (*text).to_owned()).collect(),
            agents: agents
                .iter()
                .map(|(text, id)| ((*text).to_owned(), *id))
                .collect(),
        }
    }
}
