//! `rapport migrate`

use super::database::DatabaseArgs;
use anyhow::Result;
use clap::Args as ClapArgs;
use rapport_schema::migrations;

/// Bring the database's schema up to date
///
/// `rapport serve` does this by itself; run it alone to see what it does, or before an upgrade.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  rapport migrate\n  DATABASE_URL=postgres://localhost/rapport rapport migrate"
)]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: Args) -> Result<()> {
    let opened = args.database.open().await?;
    let outcome = migrations::apply(&opened.url).await;
    opened.close().await?;
    let applied = outcome?;
    for version in &applied {
        println!("applied {version}");
    }
    if applied.is_empty() {
        println!("The schema is up to date.");
    }
    Ok(())
}
