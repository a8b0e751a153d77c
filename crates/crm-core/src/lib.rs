//! The people and firms a conversation is about, the people who answer, and the keys by which programs
//! get in. Each aggregate has a service trait; the `Pg…` structs implement them on PostgreSQL.

pub mod address;
pub mod api_keys;
pub mod audit;
pub mod contacts;
pub mod text;

pub use contacts::{Contact, ContactPatch, ContactService, NewContact, PgContacts};
