//! The platform, by its public API, on a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

mod cursors;
mod housekeeping;
mod jobs;
mod lanes;
mod opaque_ids;
mod projections;
mod support;
mod wakes;
mod worker;
