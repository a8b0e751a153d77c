//! `rapport analytics`

use super::database::DatabaseArgs;
use super::organization;
use super::seed::tidy;
use anyhow::Result;
use clap::{Args, Subcommand};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use indicatif::{ProgressBar, ProgressStyle};
use rapport_analytics::rebuild;
use rapport_platform::{Ctx, Db};
use rapport_schema::tables::organizations;
use std::time::{Duration, Instant};

/// Look after the read models of the reports
#[derive(Debug, Args)]
pub struct AnalyticsArgs {
    #[command(subcommand)]
    command: AnalyticsCommand,
}

#[derive(Debug, Subcommand)]
enum AnalyticsCommand {
    Rebuild(Rebuild),
}

/// Make the read models of the reports anew from the messages
///
/// They are kept with every message, so this is needed only after messages were brought into the database by other
/// means, or after an upgrade that says so. It may run while the server does: each organization is done in one
/// transaction, and messages written to it meanwhile wait until that ends.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rapport analytics rebuild\n  rapport analytics rebuild --organization HR_id_0000000000000000000001"
)]
struct Rebuild {
    /// One organization: its `HR_id_…` id, its UUID or its number; all of them by default
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: AnalyticsArgs) -> Result<()> {
    let AnalyticsCommand::Rebuild(args) = args.command;
    args.database
        .with(async |db| rebuild_all(&db, args.organization.as_deref()).await)
        .await
}

async fn rebuild_all(db: &Db, one: Option<&str>) -> Result<()> {
    let since = Instant::now();
    let ids = match one {
        Some(text) => vec![organization::find(db, text).await?],
        None => all(db).await?,
    };
    // On anything but a terminal it stays hidden.
    let bar = ProgressBar::new(ids.len() as u64).with_style(ProgressStyle::with_template(
        "{spinner} {bar:32} {pos} of {len} organizations, {elapsed}",
    )?);
    bar.enable_steady_tick(Duration::from_millis(200));
    for id in &ids {
        let ctx = Ctx::system(*id, "rapport analytics rebuild");
        db.write(&ctx, async |tx| rebuild(tx).await).await?;
        bar.inc(1);
    }
    tidy(db).await?;
    bar.finish_and_clear();
    let count = ids.len();
    let organizations = if count == 1 {
        "organization"
    } else {
        "organizations"
    };
    println!(
        "rebuilt {count} {organizations} in {:.1} s",
        since.elapsed().as_secs_f64()
    );
    Ok(())
}

async fn all(db: &Db) -> Result<Vec<i64>> {
    let query = organizations::table
        .select(organizations::id)
        .order(organizations::id);
    Ok(query.load(&mut db.directory().await?.conn()).await?)
}
