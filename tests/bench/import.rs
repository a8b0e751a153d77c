//! How long the import of a large CSV file takes.

use crate::server::Server;
use crate::world::{self, World};
use crate::{Args, http, sizes};
use anyhow::{Result, ensure};
use serde::Deserialize;
use std::fmt::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);

/// What the server says of an import.
#[derive(Debug, Deserialize)]
struct Import {
    #[serde(rename = "import_id")]
    id: String,
    state: String,
    created: u64,
    updated: u64,
    failed: u64,
    finished_at: Option<String>,
}

/// Imports a file of that many rows, first as a dry run, then in earnest, then once more over itself.
///
/// # Errors
/// When the server does not take it, or fails to import a row.
pub async fn run(args: &Args, rows: u64) -> Result<()> {
    let world = World::make(&args.binary, sizes(args))?;
    let file = file(rows)?;
    let targets = world
        .with_database(async |database| world.targets(&database).await)
        .await?;
    let server = Server::start(&args.binary, &world)?;
    for (name, query) in [("dry run", "&dry_run=true"), ("create", ""), ("update", "")] {
        let path = format!(
            "/api/v2/organizations/{}/contacts/imports?match=email,phone_number{query}",
            targets.organization
        );
        let since = Instant::now();
        let made = http::send(&server.address, &path, &targets.api_key, Some(&file), "text/csv")?;
        let uploaded = since.elapsed();
        let done = wait(&server, &targets, &serde_json::from_str(&made)?)?;
        println!(
            "{name}: {rows} rows in {:.1?} (upload {uploaded:.1?}): {} created, {} updated, {} failed",
            since.elapsed(),
            done.created,
            done.updated,
            done.failed
        );
        ensure!(done.state == "done" && done.failed == 0, "the import failed");
    }
    println!("peak memory: {} MiB", server.peak()? / 1024 / 1024);
    Ok(())
}

/// Waits for the end of an import, and answers it.
fn wait(server: &Server, targets: &world::Targets, import: &Import) -> Result<Import> {
    let path = format!(
        "/api/v2/organizations/{}/contacts/imports/{}",
        targets.organization, import.id
    );
    loop {
        let answer = http::ask(&server.address, &path, &targets.api_key, None)?;
        let now: Import = serde_json::from_str(&answer)?;
        if now.finished_at.is_some() {
            return Ok(now);
        }
        sleep(PAUSE);
    }
}

/// People of a few thousand companies, each with an e-mail address, a telephone number and two custom fields.
fn file(rows: u64) -> Result<String> {
    let mut file =
        "name,email,phone_number,company,company_role,custom_fields.city,custom_fields.tier\r\n".to_owned();
    for row in 0..rows {
        let (company, city, tier) = (row % 4_000, row % 97, row % 3);
        write!(
            file,
            "Jürgen Öztürk {row},person.{row}@import.example,+1415{:07},Company {company} GmbH,Buyer,City {city},{tier}\r\n",
            2_000_000 + row
        )?;
    }
    Ok(file)
}
