//! What is measured.

use crate::world::Targets;
use crate::wrk::Requests;

/// A request, and the share of pgbench's rate it must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// One contact of many.
    Contact,
    /// The newest 25 contacts.
    Contacts,
    /// The newest 25 messages of one conversation of many.
    Messages,
    /// A new contact with its audit record and its event.
    Create,
}

/// What stands for what differs between two new contacts.
pub const TOKEN: &str = "q7x2token";

impl Operation {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 4] = [Self::Contact, Self::Contacts, Self::Messages, Self::Create];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "point read of a contact",
            Self::Contacts => "list of 25 contacts",
            Self::Messages => "list of 25 messages",
            Self::Create => "create a contact",
        }
    }

    /// The ratio to reach.
    pub fn goal(self) -> f64 {
        match self {
            Self::Contact => 0.40,
            Self::Contacts | Self::Messages => 0.27,
            Self::Create => 0.45,
        }
    }

    /// Whether it makes something.
    pub fn is_write(self) -> bool {
        self == Self::Create
    }

    /// The path, with `{id}` for one of the ids.
    pub fn path(self, targets: &Targets) -> String {
        let contacts = format!("/api/v2/organizations/{}/contacts", targets.organization);
        match self {
            Self::Contact => contacts + "/{id}",
            Self::Contacts => contacts + "?limit=25",
            Self::Messages => format!(
                "/api/v2/organizations/{}/conversations/{{id}}/messages?limit=25",
                targets.organization
            ),
            Self::Create => contacts,
        }
    }

    /// The opaque ids to put into the path, and the UUIDs they stand for.
    pub fn ids(self, targets: &Targets) -> &[(String, String)] {
        match self {
            Self::Contact => &targets.contacts,
            Self::Messages => &targets.conversations,
            Self::Contacts | Self::Create => &[],
        }
    }

    /// The body, in which [`TOKEN`] stands for what must differ each time.
    pub fn body(self) -> Option<String> {
        self.is_write()
            .then(|| format!(r#"{{"name":"Bench {TOKEN}","email":"{TOKEN}@bench.example"}}"#))
    }

    /// The requests for wrk.
    pub fn requests(self, targets: &Targets) -> Requests {
        Requests {
            name: self.name(),
            path: self.path(targets),
            choices: self.ids(targets).iter().map(|(id, _)| id.clone()).collect(),
            body: self.body(),
        }
    }
}
