//! The embedded PostgreSQL against real servers, files, processes and kills.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod crash;
mod place;
mod processes;
mod support;
mod use_it;
