//! `rapport openapi`

use crate::{openapi, surfaces};
use anyhow::{Context, Result, anyhow};
use clap::Args as ClapArgs;
use std::io::Write;
use std::path::PathBuf;

/// Print the OpenAPI document of the API
///
/// Needs no database. The running server has the same documents at /openapi.json and /openapi/SURFACE.json.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  rapport openapi\n  rapport openapi --surface organizations --output organizations.json"
)]
pub struct Args {
    /// Only this surface; all of them by default
    #[arg(long, value_name = "SURFACE")]
    surface: Option<String>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<()> {
    let document = match &args.surface {
        None => openapi::merged()?,
        Some(name) => openapi::document(surfaces::find(name).ok_or_else(|| unknown(name))?)?,
    };
    let text = document.pretty();
    match &args.output {
        Some(file) => {
            std::fs::write(file, text).with_context(|| format!("--output: cannot write {}", file.display()))
        }
        None => Ok(std::io::stdout().lock().write_all(text.as_bytes())?),
    }
}

fn unknown(name: &str) -> anyhow::Error {
    let known: Vec<&str> = surfaces::ALL.iter().map(|surface| surface.name).collect();
    anyhow!(
        "--surface: there is no surface {name:?}; the surfaces are: {}",
        known.join(", ")
    )
}
