//! The services, by their public API, on a real PostgreSQL and real files.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod conversations;
mod drafts;
mod files;
mod messages;
mod stage;
mod threads;
