//! The OpenAPI documents: as committed, complete, true, and usable in a browser.

mod browser;
mod lint;
mod names;
mod nulls;
mod routes;
mod schema;
mod sizes;
mod snapshot;
