//! What tests stand on: a database of their own, a clock they move, ids that repeat, and (feature `app`) the
//! real application over HTTP with two tenants, whose statements are audited.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot set up its world fails there and then"
)]

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "app")]
pub mod audit;
mod cluster;
mod database;
mod ids;

#[cfg(feature = "app")]
pub use app::{Caller, Response, Tenant, TestApp};
pub use database::{TestDatabase, epoch};
pub use ids::SeededIds;
