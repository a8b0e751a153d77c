//! Reports and searches beside point reads: how long they take, and how long they make others wait.

use crate::Args;
use crate::operation::Operation;
use crate::server::Server;
use crate::world::{Database, Targets, World};
use crate::wrk::{self, CALLERS, Pace, Requests, Seen};
use anyhow::{Context, Result};
use std::thread;

/// A request that reads much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The combined conversation analytics of the 12 months until now.
    Analytics,
    /// A search for a contact by name, part of a name, misspelt name, address or number.
    Search,
    /// The contacts who have an address, as the engagement API searches.
    ByAddress,
    /// The contacts who have words, or words like them, likewise.
    ByWords,
    /// The contacts with one value of a custom field, sorted by time, likewise.
    ByCustomField,
}

impl Report {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Analytics,
        Self::Search,
        Self::ByAddress,
        Self::ByWords,
        Self::ByCustomField,
    ];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analytics => "conversation analytics, 12 months",
            Self::Search => "search for a contact",
            Self::ByAddress => "contacts by address",
            Self::ByWords => "contacts by words",
            Self::ByCustomField => "contacts by custom field, sorted",
        }
    }

    /// How many times as long as a point read it may take.
    pub fn goal(self) -> f64 {
        match self {
            Self::Analytics | Self::ByCustomField => 5.0,
            Self::Search | Self::ByWords => 20.0,
            Self::ByAddress => 3.0,
        }
    }
}

/// Into so many parts a round is cut, if it is long enough: what else the machine does for a second then meets few of them.
const PARTS: u64 = 3;

/// How much slower a point read may get while a report runs, of a single caller and of [`CALLERS`].
pub const SLOWDOWN: f64 = 1.5;

/// The latencies of callers who have one request at a time under way, 95 of 100, in microseconds.
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
    /// The point reads of [`CALLERS`].
    pub crowd: f64,
    /// The same, while another caller asks for reports all the time.
    pub crowd_beside: f64,
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
    let parts = args.seconds.clamp(1, PARTS);
    let turns = args.rounds * usize::try_from(parts)?;
    for number in 0..turns {
        for report in Report::ALL {
            let requests = requests(report, database, targets).await?;
            let ask = |requests: &Requests, connections| {
                let pace = Pace {
                    connections,
                    seconds: args.seconds / parts,
                    round: number,
                };
                wrk::run(world, server, targets, requests, pace)
            };
            let round = Round {
                report,
                point: ask(&point, 1)?.p95,
                alone: ask(&requests, 1)?.p95,
                beside: beside(&ask, (&point, 1), &requests)?.p95,
                among_its_like: beside(&ask, (&point, 1), &other)?.p95,
                crowd: ask(&point, CALLERS)?.p95,
                crowd_beside: beside(&ask, (&point, CALLERS), &requests)?.p95,
            };
            eprintln!("round {} of {turns}: {round:?}", number + 1);
            rounds.push(round);
        }
    }
    Ok(rounds)
}

/// What so many callers see of `requests` while one more makes `others`.
fn beside(
    ask: &(impl Fn(&Requests, u32) -> Result<Seen> + Sync),
    (requests, callers): (&Requests, u32),
    others: &Requests,
) -> Result<Seen> {
    thread::scope(|scope| {
        let others = scope.spawn(|| ask(others, 1));
        let seen = ask(requests, callers);
        others.join().ok().context("the other requests were not made")??;
        seen
    })
}

async fn requests(report: Report, database: &Database, targets: &Targets) -> Result<Requests> {
    let organization = format!("/api/v2/organizations/{}", targets.organization);
    let (path, query, body) = match report {
        Report::Analytics => (organization + "/analytics/conversations?{id}", WINDOWS, None),
        Report::Search => (organization + "/search?type=contact&q={id}", QUERIES, None),
        Report::ByAddress => (CONTACTS.to_owned(), ADDRESSES, Some(BY_ADDRESS)),
        Report::ByWords => (CONTACTS.to_owned(), WORDS, Some(BY_WORDS)),
        Report::ByCustomField => {
            database.client.batch_execute(TIERS).await?;
            (
                CONTACTS.to_owned(),
                "SELECT unnest(ARRAY['gold', 'silver', 'iron'])",
                Some(BY_TIER),
            )
        }
    };
    Ok(Requests {
        name: report.name(),
        path,
        choices: texts(database, query).await?,
        body: body.map(str::to_owned),
    })
}

/// Where the engagement API searches.
const CONTACTS: &str = "/api/v1/contacts/search";
const BY_ADDRESS: &str =
    r#"{"filters": [{"field": "addresses.address", "operator": "eq", "value": "{id}"}]}"#;
const BY_WORDS: &str = r#"{"search": "{id}"}"#;
const BY_TIER: &str = r#"{"filters": [{"field": "customFields.bench_tier", "operator": "eq", "value": "{id}"}],
    "sort": [{"field": "createdAt", "direction": "desc"}]}"#;

/// Addresses of contacts.
const ADDRESSES: &str = "SELECT address FROM contact_addresses ORDER BY md5(CAST(id AS text)) LIMIT 1000";

/// A custom field, once: one contact of 1,000 has `gold`, one of 30 `silver`, most of the rest `iron`. Its values are
/// what lists read; the contacts themselves stay as they are.
const TIERS: &str = "WITH made AS ( \
        INSERT INTO custom_field_definitions (organization_id, uuid, entity_type, field_key, field_type, created_at, \
            updated_at) \
        SELECT DISTINCT organization_id, gen_random_uuid(), 'CONTACT', 'bench_tier', 'STRING', now(), now() \
        FROM (SELECT DISTINCT organization_id FROM contacts) AS of ON CONFLICT DO NOTHING \
        RETURNING organization_id, id) \
    INSERT INTO custom_field_values (organization_id, definition_id, entity_id, entity_created_at, text_value) \
    SELECT c.organization_id, made.id, c.id, c.created_at, \
        CASE WHEN c.id % 1000 = 0 THEN 'gold' WHEN c.id % 30 = 0 THEN 'silver' ELSE 'iron' END \
    FROM contacts AS c JOIN made USING (organization_id) WHERE c.deleted_at IS NULL AND c.id % 4 <> 1; \
    ANALYZE custom_field_values";

/// As [`QUERIES`], not written for paths.
const WORDS: &str = "SELECT CASE n % 6 WHEN 0 THEN name WHEN 1 THEN left(name, 5) \
    WHEN 2 THEN left(name, 3) || substr(name, 5) \
    WHEN 3 THEN left(name, 2) || substr(name, 4, 1) || substr(name, 3, 1) || substr(name, 5) \
    WHEN 4 THEN coalesce(email, name) ELSE coalesce(right(phone_number, 8), name) END \
    FROM (SELECT *, row_number() OVER (ORDER BY md5(CAST(id AS text))) AS n FROM contacts WHERE name IS NOT NULL) \
    AS shuffled WHERE n <= 600";

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
