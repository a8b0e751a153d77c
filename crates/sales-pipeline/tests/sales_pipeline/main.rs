//! The services, by their public API, on a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod example;
mod merges;
mod pipeline;
mod quotes;
mod sales;
mod stage;
mod statuses;
mod sums;
