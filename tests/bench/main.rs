//! Measures the built server against pgbench, which runs the very statements the server runs for the same
//! requests, on the same database, in turn. What counts is the ratio: it holds on any machine, and under noise.

mod bulk;
mod capture;
mod http;
mod import;
mod operation;
mod pgbench;
mod report;
mod reports;
mod rounds;
mod server;
mod statement;
mod steal;
mod world;
mod wrk;

use anyhow::{Context, Result, bail};
use clap::Parser;
use report::Report;
use server::Server;
use std::path::PathBuf;
use std::process::ExitCode;
use steal::Ticks;
use tokio::signal::unix::{SignalKind, signal};
use world::{Sizes, World};

/// Measure Rapport against pgbench
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Args {
    /// How long each measurement takes, in seconds
    #[arg(long, default_value = "5", value_name = "SECONDS")]
    seconds: u64,
    /// How many measurements of each kind there are; their median counts
    #[arg(long, default_value = "3", value_name = "NUMBER")]
    rounds: usize,
    /// See in seconds whether all of it works: little data, one short round, nothing written
    #[arg(long)]
    quick: bool,
    /// Measure the import of a CSV file of this many contacts instead, into an organization of 50,000
    #[arg(long, value_name = "ROWS")]
    import: Option<u64>,
    /// Measure instead how much faster conversations are made many at once
    #[arg(long)]
    bulk: bool,
    /// How many contacts the organization has
    #[arg(long, value_name = "NUMBER")]
    contacts: Option<u64>,
    /// The program to measure
    #[arg(long, default_value = "target/release/rapport", value_name = "FILE")]
    binary: PathBuf,
    /// Where to write the report; what stands between its marks of notes is kept
    #[arg(long, default_value = "docs/performance.md", value_name = "FILE")]
    report: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut args = Args::parse();
    if let Some(rows) = args.import {
        return import::run(&args, rows).await;
    }
    if args.bulk {
        return bulk::run(&args).await;
    }
    if args.quick {
        (args.seconds, args.rounds) = (1, 1);
    }
    // What was started is stopped when its owner is dropped, so an interruption must unwind, too.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let report = tokio::select! {
        report = measure(&args) => report?,
        _ = interrupt.recv() => bail!("interrupted"),
        _ = terminate.recv() => bail!("interrupted"),
    };
    print!("{}", report.table());
    if !args.quick {
        report
            .write(&args.report)
            .with_context(|| format!("cannot write {}", args.report.display()))?;
    }
    Ok(())
}

async fn measure(args: &Args) -> Result<Report> {
    let sizes = sizes(args);
    let begin = Ticks::now();
    let world = World::make(&args.binary, sizes)?;
    let starts = world.cold_starts(&args.binary, if args.quick { 1 } else { 3 })?;
    world
        .with_database(async |database| {
            let targets = world.targets(&database).await?;
            let statements = capture::all(args, &world, &database, &targets).await?;
            let server = Server::start(&args.binary, &world)?;
            let idle = server.resident()?;
            // First, since the rounds make contacts by the thousand who are all called alike.
            let reports = reports::run(args, &world, &database, (&server, &targets)).await?;
            let rounds = rounds::run(args, &world, &database, (&server, &targets, &statements)).await?;
            let memory = report::Memory {
                idle,
                peak: server.peak()?,
            };
            Ok(Report {
                sizes,
                statements,
                rounds,
                reports,
                memory,
                starts,
                stolen: Ticks::now()
                    .zip(begin)
                    .map(|(now, begin)| now.stolen_since(begin)),
            })
        })
        .await
}

/// How much data there is to be.
fn sizes(args: &Args) -> Sizes {
    let sizes = if args.quick { world::QUICK } else { world::FULL };
    Sizes {
        contacts: args.contacts.unwrap_or(sizes.contacts),
        ..sizes
    }
}
