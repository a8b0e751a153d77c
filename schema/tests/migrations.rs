//! The migrations: forward, all the way back, and forward again.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

use rapport_schema::embedded::{Ephemeral, binaries};
use rapport_schema::migrations::{apply, revert_all};
use std::process::Command;

/// The database without its rows, as `pg_dump` writes it.
fn schema(url: &str) -> String {
    let mut pg_dump = Command::new(binaries().unwrap().path("pg_dump"));
    let output = pg_dump
        .args(["--schema-only", "--no-owner", url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    // Newer minor versions put a random word into these lines.
    let lines = text.lines().filter(|line| !line.starts_with('\\'));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_migration_can_be_reverted_and_applied_again() {
    let database = Ephemeral::start(Vec::new()).await.unwrap();
    let url = database.url();

    let applied = apply(&url).await.unwrap();
    assert!(!applied.is_empty());
    assert!(apply(&url).await.unwrap().is_empty());
    let first = schema(&url);

    let mut reverted = revert_all(&url).await.unwrap();
    reverted.reverse();
    assert_eq!(reverted, applied);
    let left = schema(&url);
    let created = left.lines().filter(|line| line.starts_with("CREATE "));
    let created: Vec<_> = created
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect();
    assert!(created.is_empty(), "left behind: {created:?}");

    assert_eq!(apply(&url).await.unwrap(), applied);
    assert_eq!(schema(&url), first);
}
