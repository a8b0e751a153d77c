//! The measurements: wrk and pgbench in turn, so that what else the machine does meets both.

use crate::Args;
use crate::capture::Captured;
use crate::operation::Operation;
use crate::pgbench::Script;
use crate::server::Server;
use crate::world::{Database, Targets, World};
use crate::wrk::{self, Pace, Seen};
use anyhow::Result;

/// One measurement of the server and one of pgbench, one right after the other.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// What was measured.
    pub operation: Operation,
    /// What wrk saw of the server.
    pub seen: Seen,
    /// Transactions per second of pgbench.
    pub tps: f64,
}

/// Measures all operations.
///
/// # Errors
/// When a program fails, or a request does.
pub async fn run(
    args: &Args,
    world: &World,
    database: &Database,
    (server, targets, captured): (&Server, &Targets, &[Captured]),
) -> Result<Vec<Round>> {
    let mut scripts = Vec::new();
    for captured in captured {
        scripts.push((
            captured.operation,
            Script::write(world, database, targets, captured).await?,
        ));
    }
    // Neither pays for dirty pages of the past.
    database.client.batch_execute("VACUUM (ANALYZE)").await?;
    database.client.batch_execute("CHECKPOINT").await?;
    let mut rounds = Vec::new();
    for number in 0..args.rounds {
        for (operation, script) in &scripts {
            let requests = operation.requests(targets);
            let pace = Pace {
                connections: wrk::CALLERS,
                seconds: args.seconds,
                round: number,
            };
            // Who goes first changes, as the second finds warm caches and more rows.
            let (seen, tps) = if number % 2 == 0 {
                let seen = wrk::run(world, server, targets, &requests, pace)?;
                (seen, script.run(args.seconds)?)
            } else {
                let tps = script.run(args.seconds)?;
                (wrk::run(world, server, targets, &requests, pace)?, tps)
            };
            eprintln!(
                "round {} of {}: {}: {:.0}/s, pgbench {tps:.0}/s, ratio {:.2}",
                number + 1,
                args.rounds,
                operation.name(),
                seen.rate,
                seen.rate / tps,
            );
            rounds.push(Round {
                operation: *operation,
                seen,
                tps,
            });
        }
    }
    Ok(rounds)
}
