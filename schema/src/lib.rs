//! The database of Rapport: migrations, diesel table definitions and the embedded PostgreSQL.

pub mod embedded;
pub mod migrations;
pub mod tables;
