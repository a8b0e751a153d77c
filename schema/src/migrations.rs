//! Forward and down migrations, embedded in the binary.

use anyhow::{Context, Result, anyhow};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Applies what is missing and returns the names of what was applied. Safe to call from several
/// processes at once: an advisory lock lets one of them do the work.
///
/// # Errors
/// When the database cannot be reached or a migration fails; the failed one is rolled back whole.
pub async fn apply(url: &str) -> Result<Vec<String>> {
    run(url, |harness| harness.run_pending_migrations(MIGRATIONS)).await
}

/// Reverts all migrations, newest first. Every table and its rows are gone afterwards.
///
/// # Errors
/// When the database cannot be reached or a down migration fails.
pub async fn revert_all(url: &str) -> Result<Vec<String>> {
    run(url, |harness| harness.revert_all_migrations(MIGRATIONS)).await
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;
type Outcome<'a> = std::result::Result<
    Vec<diesel::migration::MigrationVersion<'a>>,
    Box<dyn std::error::Error + Send + Sync>,
>;

async fn run(url: &str, work: fn(&mut Harness) -> Outcome<'_>) -> Result<Vec<String>> {
    use diesel_async::SimpleAsyncConnection;
    let mut connection = AsyncPgConnection::establish(url)
        .await
        .context("cannot connect to the database")?;
    connection
        .batch_execute("SELECT pg_advisory_lock(7254170001)")
        .await
        .context("cannot lock the database for migration")?;
    // The harness is synchronous inside and needs a thread that may block.
    tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(connection);
        let versions = work(&mut harness).map_err(|error| anyhow!("migration failed: {error}"))?;
        Ok(versions.iter().map(ToString::to_string).collect())
    })
    .await?
}
