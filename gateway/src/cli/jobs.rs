//! `rapport jobs`

use super::database::DatabaseArgs;
use anyhow::Result;
use clap::{Args, Subcommand};
use rapport_platform::Db;
use rapport_platform::jobs::{self, DeadJob};
use serde_json::json;

/// Look after the jobs that were given up
#[derive(Debug, Args)]
pub struct JobsArgs {
    #[command(subcommand)]
    command: JobsCommand,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    List(List),
    Retry(Retry),
}

/// List the jobs that were given up, the last ones first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rapport jobs list --dead\n  rapport jobs list --dead --limit 10 --json")]
struct List {
    /// Those that were given up; there are no others to list
    #[arg(long, required = true)]
    dead: bool,
    /// How many at most
    #[arg(long, default_value = "100", value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
    /// Print JSON, an object on each line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Have a job that was given up tried again, as often as a new one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rapport jobs retry 4711")]
struct Retry {
    /// The job's id, as it is listed
    id: i64,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: JobsArgs) -> Result<()> {
    match args.command {
        JobsCommand::List(args) => {
            let found = async |db: Db| Ok(jobs::dead(&db, args.limit).await?);
            for job in args.database.with(found).await? {
                print(&job, args.json);
            }
        }
        JobsCommand::Retry(args) => {
            let again = async |db: Db| Ok(jobs::retry(&db, args.id).await?);
            args.database.with(again).await?;
            println!("job {} will be tried again", args.id);
        }
    }
    Ok(())
}

fn print(job: &DeadJob, as_json: bool) {
    let error = job.error.as_deref().unwrap_or_default();
    if as_json {
        let report = json!({"id": job.id, "organization": job.organization, "kind": job.kind,
            "attempts": job.attempts, "died_at": job.died_at, "error": error});
        println!("{report}");
    } else {
        let DeadJob {
            id,
            kind,
            attempts,
            died_at,
            ..
        } = job;
        println!("{id}  {died_at}  {kind}  {attempts} attempts  {error}");
    }
}
