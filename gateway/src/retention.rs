//! What goes by itself, and when.

use clap::Args;
use std::ops::RangeInclusive;

/// How long something may be kept, in days.
const DAYS: RangeInclusive<i64> = 1..=36_500;

/// How long is kept what nobody needs for ever, in days.
#[derive(Debug, Clone, Copy, Args)]
pub struct Retention {
    /// How long jobs that were given up are kept, in days
    #[arg(
        long,
        env = "RAPPORT_DEAD_JOBS_DAYS",
        default_value_t = Retention::default().dead_jobs_days,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(DAYS)
    )]
    pub dead_jobs_days: u32,
    /// How long the reports of requests that carried many items are kept, in days
    #[arg(
        long,
        env = "RAPPORT_OPERATIONS_DAYS",
        default_value_t = Retention::default().operations_days,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(DAYS)
    )]
    pub operations_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            dead_jobs_days: 30,
            operations_days: 30,
        }
    }
}
