//! What came of it, as a table and as docs/performance.md.

use crate::capture::Captured;
use crate::operation::Operation;
use crate::reports::{self, Report as Kind};
use crate::rounds::Round;
use crate::steal;
use crate::world::Sizes;
use crate::wrk::CALLERS;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

const MIB: u64 = 1024 * 1024;
const IDLE_GOAL: u64 = 60 * MIB;
const PEAK_GOAL: u64 = 150 * MIB;
const START_GOAL: Duration = Duration::from_secs(1);
const NOTES: &str = "<!-- notes: written by hand, kept by `make bench` -->";
const NOTES_END: &str = "<!-- end of notes -->";

/// The server's memory, in bytes.
pub struct Memory {
    /// Before the first request.
    pub idle: u64,
    /// The most at any time.
    pub peak: u64,
}

/// All figures.
pub struct Report {
    /// How much data there was.
    pub sizes: Sizes,
    /// The statements of each operation.
    pub statements: Vec<Captured>,
    /// The measurements.
    pub rounds: Vec<Round>,
    /// The measurements of reports.
    pub reports: Vec<reports::Round>,
    /// The server's memory.
    pub memory: Memory,
    /// From the server's start until it was ready.
    pub starts: Vec<Duration>,
    /// The part of the processors' time that other machines took meanwhile: 0 to 1.
    pub stolen: Option<f64>,
}

/// The middle of the values; the mean of the two middle ones when their number is even.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "**missed**" }
}

impl Report {
    fn of(&self, operation: Operation, figure: impl Fn(&Round) -> f64) -> f64 {
        let rounds = self.rounds.iter().filter(|round| round.operation == operation);
        median(rounds.map(figure))
    }

    fn ratio(&self, operation: Operation) -> f64 {
        self.of(operation, |round| round.seen.rate / round.tps)
    }

    fn start(&self) -> Duration {
        Duration::from_secs_f64(median(self.starts.iter().map(Duration::as_secs_f64)))
    }

    /// The figures in Markdown tables, which a terminal shows as well.
    pub fn table(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}",
            self.ratios(),
            self.latencies(),
            self.rest(),
            self.absolute()
        )
    }

    fn ratios(&self) -> String {
        let mut out =
            "| operation | ratio to pgbench | goal | | statements |\n|---|---|---|---|---|\n".to_owned();
        for operation in Operation::ALL {
            let (ratio, goal) = (self.ratio(operation), operation.goal());
            let captured = self
                .statements
                .iter()
                .find(|captured| captured.operation == operation);
            let count = captured.map_or(0, |captured| captured.statements.len());
            let verdict = verdict(ratio >= goal);
            writeln!(
                out,
                "| {} | {ratio:.2} | ≥ {goal:.2} | {verdict} | {count} |",
                operation.name()
            )
            .ok();
        }
        out
    }

    /// Latencies of reports and searches in terms of those of point reads.
    fn latencies(&self) -> String {
        let mut out = format!(
            "| report | times a point read | goal | | a point read meanwhile | goal | | of {CALLERS} callers | goal | | \
             among its like |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
        );
        for kind in Kind::ALL {
            let of = |figure: fn(&reports::Round) -> f64| {
                median(
                    self.reports
                        .iter()
                        .filter(|round| round.report == kind)
                        .map(figure),
                )
            };
            let times = of(|round| round.alone / round.point);
            let slower = of(|round| round.beside / round.point);
            let crowd = of(|round| round.crowd_beside / round.crowd);
            let slowdown = reports::SLOWDOWN;
            writeln!(
                out,
                "| {} | {times:.1} | ≤ {:.0} | {} | {slower:.2} | ≤ {slowdown:.2} | {} | {crowd:.2} | ≤ {slowdown:.2} | {} \
                 | {:.2} |",
                kind.name(),
                kind.goal(),
                verdict(times <= kind.goal()),
                verdict(slower <= slowdown),
                verdict(crowd <= slowdown),
                of(|round| round.among_its_like / round.point),
            )
            .ok();
        }
        out
    }

    fn rest(&self) -> String {
        let Memory { idle, peak } = self.memory;
        let start = self.start();
        format!(
            "| | measured | goal | |\n|---|---|---|---|\n\
             | memory of the server, idle | {} MiB | ≤ {} MiB | {} |\n\
             | memory of the server, most under load | {} MiB | ≤ {} MiB | {} |\n\
             | start until ready, PostgreSQL included | {:.2} s | ≤ {} s | {} |\n{}",
            idle / MIB,
            IDLE_GOAL / MIB,
            verdict(idle <= IDLE_GOAL),
            peak / MIB,
            PEAK_GOAL / MIB,
            verdict(peak <= PEAK_GOAL),
            start.as_secs_f64(),
            START_GOAL.as_secs(),
            verdict(start <= START_GOAL),
            self.noise(),
        )
    }

    /// Whether the machine was this one's alone.
    fn noise(&self) -> String {
        let Some(stolen) = self.stolen else {
            return String::new();
        };
        let verdict = if stolen <= steal::GOAL {
            "quiet"
        } else {
            "**too noisy to tell**"
        };
        format!(
            "| processor time that other machines took meanwhile | {:.1} % | ≤ {:.0} % | {verdict} |\n",
            stolen * 100.0,
            steal::GOAL * 100.0,
        )
    }

    fn absolute(&self) -> String {
        let mut out =
            "| operation | requests/s | p50 ms | p99 ms | pgbench, transactions/s |\n|---|---|---|---|---|\n"
                .to_owned();
        for operation in Operation::ALL {
            let figure = |figure: fn(&Round) -> f64| self.of(operation, figure);
            writeln!(
                out,
                "| {} | {:.0} | {:.1} | {:.1} | {:.0} |",
                operation.name(),
                figure(|round| round.seen.rate),
                figure(|round| round.seen.p50 / 1000.0),
                figure(|round| round.seen.p99 / 1000.0),
                figure(|round| round.tps),
            )
            .ok();
        }
        out
    }

    /// Writes the report, keeping the notes of the one before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let old = fs::read_to_string(file).unwrap_or_default();
        let notes = old
            .split_once(NOTES)
            .and_then(|(_, rest)| Some(rest.split_once(NOTES_END)?.0));
        fs::write(file, self.markdown(notes.unwrap_or("\n")))
    }

    fn markdown(&self, notes: &str) -> String {
        let Sizes {
            contacts,
            conversations,
            messages,
        } = self.sizes;
        let mut statements = String::new();
        for captured in &self.statements {
            writeln!(statements, "\n{}:\n\n```sql", captured.operation.name()).ok();
            for statement in &captured.statements {
                writeln!(statements, "{};", statement.text).ok();
            }
            statements.push_str("```\n");
        }
        format!(
            "# Performance\n\n{INTRODUCTION}\n\
             Data: {contacts} contacts, {conversations} conversations, {messages} messages in one organization. \
             Medians of {} rounds.\n\n{}\n{LATENCIES}\n{}\n{}\n\
             ## Notes\n\n{NOTES}{notes}{NOTES_END}\n\n\
             ## Absolute figures\n\nOf one machine on one day; they mean nothing by themselves.\n\n{}\n\
             ## Statements\n{statements}",
            self.rounds.len() / Operation::ALL.len(),
            self.ratios(),
            self.latencies(),
            self.rest(),
            self.absolute(),
        )
    }
}

const LATENCIES: &str = "Reports: the latency that 95 of 100 requests keep below, over one connection with one request \
    at a time, divided by that of a point read measured in the same way. Then the latency of a point read while \
    another connection asks for such reports without pause, divided by that of a point read alone; the same for point \
    reads over 32 connections. The last column is that of the single one while the other connection asks for point \
    reads, which tells what sharing the machine costs.\n";

const INTRODUCTION: &str = "Written by `make bench`. wrk (2 threads, 32 connections) asks the release build over \
    HTTP; then pgbench (`-M prepared`, 8 clients, 2 threads) runs the statements the server ran for such a request, \
    taken from PostgreSQL's log in the same run, on the same database over the same socket; then wrk again, and so \
    on. The ratio of the two rates tells how much the server adds to its database, on any machine. All on one \
    machine, the load generators included, with the settings of production: durable commits, a log line for each \
    request. Ids are random ones of 1,000.\n";
