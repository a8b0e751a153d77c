//! Search for contacts and companies, by what people remember of them.

mod contacts;
mod fold;
mod names;
mod service;
mod spelling;
mod statements;
mod terms;
pub(crate) mod words;

pub(crate) use contacts::{Found, contacts};
pub use fold::fold;
pub use service::PgSearch;
pub(crate) use terms::{Pattern, spoken};
pub use words::{SearchWords, rebuild};

use async_trait::async_trait;
use rapport_platform::{Reader, Result};
use uuid::Uuid;

/// How long a query may be, in characters.
pub const LONGEST: usize = 200;

/// What kind of record is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Contacts, by name, e-mail addresses and telephone numbers.
    Contact,
    /// Companies, by name and domain.
    Company,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Contact, Self::Company];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct SearchQuery {
    /// What was typed, at most [`LONGEST`] characters.
    pub text: String,
    /// Among which kinds.
    pub kinds: Vec<Kind>,
    /// How many records at most.
    pub limit: i64,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: Option<String>,
    /// The e-mail address of a contact, as typed.
    pub email: Option<String>,
    /// The telephone number of a contact, as typed.
    pub phone_number: Option<String>,
    /// The company of a contact: its UUID and name.
    pub company: Option<(Uuid, String)>,
    /// The domain of a company.
    pub domain: Option<String>,
}

/// Finds contacts and companies.
#[async_trait]
pub trait SearchService: Send + Sync {
    /// The records that fit best, best first: those that begin with the text, whose address or number does (numbers by
    /// their end), then those that hold every word of it, then those that are spelt alike. Neither case nor accents
    /// count. Records that fit equally well are in an order that does not change by itself. Deleted and merged records
    /// are not found. `Invalid` of `q` when the text is empty or too long.
    ///
    /// Give it a reader of its own ([`rapport_platform::Db::report_reader`]).
    async fn search(&self, db: &Reader, query: &SearchQuery) -> Result<Vec<Hit>>;
}
