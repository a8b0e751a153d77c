//! Reports and searches beside point reads: how long they take, and how long they make others wait.

use crate::Args;
use crate::operation::Operation;
use crate::server::Server;
use crate::world::{Database, Targets, World};
use crate::wrk::{self, Pace, Requests, Seen};
use anyhow::{Context, Result};
use std::thread;

/// A request that reads much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The combined conversation analytics of the 12 months until now.
    Analytics,
    /// A search for a contact by name, part of a name, misspelt name, address or number.
    Search,
}

impl Report {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Analytics, Self::Search];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analytics => "conversation analytics, 12 months",
            Self::Search => "search for a contact",
        }
    }

    /// How many times as long as a point read it may take.
    pub fn goal(self) -> f64 {
        match self {
            Self::Analytics => 5.0,
            Self::Search => 20.0,
        }
    }
}

/// How much slower a point read may get while a report runs.
pub const SLOWDOWN: f64 = 1.5;

/// The latencies of a caller who has one request at a time under way, 95 of 100, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// What was measured.
    pub report: Report,
    /// The point read, alone.
    pub point: f64,
    /// The report, alone.
    pub alone: f64,
    /// The point read, while another caller asks for reports all the time.
    pub beside: f64,
    /// The point read, while another caller asks for point reads all the time.
    pub among_its_like: f64,
}

/// Measures all reports.
///
/// # Errors
/// When a program fails, or a request does.
pub async fn run(
    args: &Args,
    world: &World,
    database: &Database,
    (server, targets): (&Server, &Targets),
) -> Result<Vec<Round>> {
    let point = Operation::Contact.requests(targets);
    let other = Requests {
        name: "another point read",
        ..point.clone()
    };
    let mut rounds = Vec::new();
    for number in 0..args.rounds {
        for report in Report::ALL {
            let pace = Pace {
                connections: 1,
                seconds: args.seconds,
                round: number,
            };
            let requests = requests(report, database, targets).await?;
            let ask = |requests: &Requests| wrk::run(world, server, targets, requests, pace);
            let round = Round {
                report,
                point: ask(&point)?.p95,
                alone: ask(&requests)?.p95,
                beside: beside(&ask, &point, &requests)?.p95,
                among_its_like: beside(&ask, &point, &other)?.p95,
            };
            eprintln!("round {} of {}: {round:?}", number + 1, args.rounds);
            rounds.push(round);
        }
    }
    Ok(rounds)
}

/// What is seen of `requests` while `others` are made, too.
fn beside(
    ask: &(impl Fn(&Requests) -> Result<Seen> + Sync),
    requests: &Requests,
    others: &Requests,
) -> Result<Seen> {
    thread::scope(|scope| {
        let others = scope.spawn(|| ask(others));
        let seen = ask(requests);
        others.join().ok().context("the other requests were not made")??;
        seen
    })
}

async fn requests(report: Report, database: &Database, targets: &Targets) -> Result<Requests> {
    let organization = format!("/api/v2/organizations/{}", targets.organization);
    let (path, choices) = match report {
        Report::Analytics => ("/analytics/conversations?{id}", texts(database, WINDOWS).await?),
        Report::Search => ("/search?type=contact&q={id}", texts(database, QUERIES).await?),
    };
    Ok(Requests {
        name: report.name(),
        path: organization + path,
        choices,
        body: None,
    })
}

/// Years that end at the last minutes, with ends on no round time.
const WINDOWS: &str = "SELECT 'start_date=' || to_char(e - interval '1 year', f) || '&end_date=' || to_char(e, f) \
    FROM (SELECT now() - n * interval '61.7 seconds' AS e, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"' AS f \
    FROM generate_series(1, 200) AS n) AS ends";

/// Whole names, beginnings, names with a letter missing or swapped, addresses, and ends of numbers.
const QUERIES: &str = "SELECT replace(replace(CASE n % 6 WHEN 0 THEN name WHEN 1 THEN left(name, 5) \
    WHEN 2 THEN left(name, 3) || substr(name, 5) \
    WHEN 3 THEN left(name, 2) || substr(name, 4, 1) || substr(name, 3, 1) || substr(name, 5) \
    WHEN 4 THEN coalesce(email, name) \
    ELSE coalesce(right(phone_number, 8), name) END, ' ', '%20'), '+', '%2B') \
    FROM (SELECT *, row_number() OVER (ORDER BY md5(CAST(id AS text))) AS n FROM contacts WHERE name IS NOT NULL) \
    AS shuffled WHERE n <= 600";

async fn texts(database: &Database, query: &str) -> Result<Vec<String>> {
    let rows = database.client.query(query, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
