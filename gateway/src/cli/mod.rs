//! The command line.

mod analytics;
mod config;
mod database;
mod demo;
mod import;
mod jobs;
mod key;
mod logging;
mod migrate;
mod openapi;
mod org;
mod organization;
mod seed;
mod serve;
mod stop;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::process::ExitCode;

/// A self-hosted, multi-tenant conversational CRM.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Migrate(migrate::Args),
    Org(org::OrgArgs),
    Key(key::KeyArgs),
    Import(import::ImportArgs),
    Analytics(analytics::AnalyticsArgs),
    Jobs(jobs::JobsArgs),
    Openapi(openapi::Args),
    Seed(seed::Args),
    ConfigReference(config::ReferenceArgs),
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let outcome = config::with_file(Cli::command()).and_then(|command| {
        // Usage errors and --help end the process here, with clap's own wording and exit code 2 or 0.
        let cli = Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
        run(cli.command)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rapport: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    actix_web::rt::System::new().block_on(async {
        match command {
            Command::Serve(args) => Box::pin(serve::run(args)).await,
            Command::Migrate(args) => migrate::run(args).await,
            Command::Org(args) => org::run(args).await,
            Command::Key(args) => key::run(args).await,
            Command::Import(args) => Box::pin(import::run(args)).await,
            Command::Analytics(args) => analytics::run(args).await,
            Command::Jobs(args) => jobs::run(args).await,
            Command::Openapi(args) => openapi::run(&args),
            Command::Seed(args) => seed::run(args).await,
            Command::ConfigReference(args) => config::reference(&Cli::command(), &args),
        }
    })
}
