//! The platform, by its public API, on a real PostgreSQL.

mod cursors;
mod housekeeping;
mod jobs;
mod lanes;
mod opaque_ids;
mod support;
mod wakes;
mod worker;
