//! `rapport seed`

mod calendar;
mod copy;
mod directory;
mod drafts;
mod inbox;
mod load;
mod organization;
mod people;
mod random;
mod report;
mod sales;
mod sizes;
mod spread;
mod text;
mod thread;
mod words;
mod work;

use super::database::DatabaseArgs;
use anyhow::Result;
use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
pub use organization::{Plan, make as make_organization, tidy};
use rapport_crm_core::organizations::Tenant;
use rapport_platform::Db;
use report::Report;
pub use sizes::Sizes;
use std::time::Instant;

/// Make organizations with example data, as much as is asked for
///
/// The data is believable: names, companies, e-mail, texts, calls, chats and forms over the last 18 months, in
/// office hours, a few conversations with many messages and many with few. Each organization's data is loaded
/// whole or not at all. It may be run again on the same database; what is there stays.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  rapport seed\n  rapport seed --organizations 10 --contacts 50000 --conversations 100000 --messages 1000000\n  rapport seed --seed 7 --json | jq -r '.organizations[0].api_key'\n\nThe API keys are printed once; only digests of them are stored."
)]
pub struct Args {
    #[command(flatten)]
    sizes: Sizes,
    /// The same number gives the same people and texts again; any by default
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: Args) -> Result<()> {
    args.sizes.check()?;
    let made = args.database.with(async |db| {
        let seed = args.seed.unwrap_or_else(|| any(&db));
        let since = Instant::now();
        let tenants = make(&db, seed, args.sizes).await?;
        Ok(Report {
            seed,
            sizes: args.sizes,
            tenants,
            took: since.elapsed(),
        })
    });
    made.await?.print(args.json);
    Ok(())
}

fn any(db: &Db) -> u64 {
    let mut bytes = [0; 4];
    db.ids().fill(&mut bytes);
    u64::from(u32::from_le_bytes(bytes))
}

async fn make(db: &Db, seed: u64, sizes: Sizes) -> Result<Vec<Tenant>> {
    // On anything but a terminal it stays hidden.
    let bar = ProgressBar::new(sizes.rows()).with_style(ProgressStyle::with_template(
        "{bar:32} {percent:>3}%  {human_pos} of {human_len} rows  {per_sec}  {eta} left",
    )?);
    let mut tenants = Vec::new();
    for number in 0..sizes.organizations {
        let plan = Plan::of(seed.wrapping_add(number), sizes.share(number));
        tenants.push(make_organization(db, &plan, &bar).await?);
    }
    tidy(db).await?;
    bar.finish_and_clear();
    Ok(tenants)
}
