//! Migrations, table definitions and the embedded PostgreSQL.
