//! What every domain of Rapport stands on: the request context, the two lanes to the database, ids,
//! keyset paging, errors, the clock, events and jobs.

pub mod clock;
pub mod ctx;
pub mod db;
mod error;
pub mod events;
pub mod files;
pub mod idempotency;
pub mod ids;
pub mod jobs;
pub mod json;
pub mod listen;
pub mod page;
mod patch;

pub use clock::{Clock, ManualClock, SystemClock};
pub use ctx::{Actor, Ctx, Scope, Scopes};
pub use db::{AnyOf, Db, DbConfig, Directory, Prepared, Reader, Tx, any_of};
pub use error::{Error, Other, Result};
pub use ids::{Ids, RandomIds};
pub use json::{Json, RawJson};
pub use page::{CursorKey, Page, PageRequest, Position};
pub use patch::Patch;
