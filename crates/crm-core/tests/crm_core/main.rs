//! The services, by their public API, on a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod agents;
mod api_keys;
mod audit;
mod companies;
mod contacts;
mod custom_fields;
mod organizations;
mod query;
mod search;
mod stage;
