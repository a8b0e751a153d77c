//! Structured logs on standard error: text on a terminal, JSON otherwise.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// What to log: a level, or levels by module such as `warn,rapport=debug`
    #[arg(long, env = "RAPPORT_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
    /// The form of a log line; `auto` is text on a terminal and JSON otherwise
    #[arg(
        long,
        env = "RAPPORT_LOG_FORMAT",
        default_value = "auto",
        value_name = "FORMAT"
    )]
    log_format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Auto,
    Text,
    Json,
}

/// Starts logging for the rest of the process.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(args: &LogArgs) -> Result<()> {
    let filter =
        EnvFilter::try_new(&args.log).with_context(|| format!("--log: {:?} is no filter", args.log))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let text = match args.log_format {
        Format::Auto => std::io::stderr().is_terminal(),
        Format::Text => true,
        Format::Json => false,
    };
    if text {
        subscriber.init();
    } else {
        subscriber.json().flatten_event(true).init();
    }
    Ok(())
}
