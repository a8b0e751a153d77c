//! Which statements the server runs for a request: told by PostgreSQL's log while the server answers a few.

use crate::Args;
use crate::http;
use crate::operation::{Operation, TOKEN};
use crate::server::Server;
use crate::statement::{Statement, read};
use crate::world::{Database, Targets, World};
use anyhow::{Context, Result};
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How often each request is made: the first ones find cold caches, and now and then a background task comes
/// between. What most of them did counts.
const TIMES: usize = 8;

/// What the server runs for one request of an operation.
pub struct Captured {
    /// The operation.
    pub operation: Operation,
    /// The statements in their order.
    pub statements: Vec<Statement>,
    /// The UUID that was asked for or made.
    pub uuid: String,
    /// The numeric id of what was made.
    pub id: Option<String>,
}

/// The statements of all operations.
///
/// # Errors
/// When a request fails, or no two requests run the same.
pub async fn all(
    args: &Args,
    world: &World,
    database: &Database,
    targets: &Targets,
) -> Result<Vec<Captured>> {
    for setting in ["log_statement = 'all'", "log_error_verbosity = 'default'"] {
        database
            .client
            .batch_execute(&format!("ALTER DATABASE rapport SET {setting}"))
            .await?;
    }
    let server = Server::start(&args.binary, world)?;
    let mut all = Vec::new();
    for operation in Operation::ALL {
        all.push(one(&server, database, targets, operation).await?);
    }
    drop(server);
    database
        .client
        .batch_execute("ALTER DATABASE rapport RESET ALL")
        .await?;
    Ok(all)
}

async fn one(
    server: &Server,
    database: &Database,
    targets: &Targets,
    operation: Operation,
) -> Result<Captured> {
    let mut runs: Vec<(Vec<Statement>, String)> = Vec::new();
    for number in 0..TIMES {
        let start = fs::metadata(&database.log)?.len();
        let asked = ask(server, targets, operation, number)?;
        runs.push((read(&since(&database.log, start)?), asked));
    }
    let texts = |run: &[Statement]| {
        run.iter()
            .map(|statement| statement.text.clone())
            .collect::<Vec<_>>()
    };
    let alike = |run: &[Statement]| {
        runs.iter()
            .filter(|(other, _)| texts(other) == texts(run))
            .count()
    };
    let (statements, uuid) = runs
        .iter()
        .max_by_key(|(run, _)| alike(run))
        .filter(|(run, _)| !run.is_empty() && alike(run) > TIMES / 2)
        .with_context(|| format!("{}: no two requests ran the same statements", operation.name()))?;
    let id = database
        .client
        .query_opt(
            "SELECT CAST(id AS text) FROM contacts WHERE CAST(uuid AS text) = $1",
            &[uuid],
        )
        .await?;
    Ok(Captured {
        operation,
        statements: statements.clone(),
        uuid: uuid.clone(),
        id: id.map(|row| row.try_get(0)).transpose()?,
    })
}

/// Makes the request; answers the UUID it was about.
fn ask(server: &Server, targets: &Targets, operation: Operation, number: usize) -> Result<String> {
    let (id, uuid) = operation.ids(targets).get(number).cloned().unwrap_or_default();
    let path = operation.path(targets).replace("{id}", &id);
    // The token stays recognisable in the values of the statements.
    let body = operation
        .body()
        .map(|body| body.replace(TOKEN, &format!("{TOKEN}{number}")));
    let text = http::ask(&server.address, &path, &targets.api_key, body.as_deref())
        .with_context(|| operation.name())?;
    if !operation.is_write() {
        return Ok(uuid);
    }
    let made: serde_json::Value = serde_json::from_str(&text)?;
    let id = made
        .get("contact_id")
        .and_then(|id| id.as_str())
        .context("a contact has an id")?;
    let uuid = rapport_platform::ids::parse_opaque(id).context("an opaque id")?;
    Ok(uuid.to_string())
}

/// What was written to the log after this place. A statement is logged before it is carried out, so all those of
/// an answered request are there.
fn since(log: &Path, start: u64) -> Result<String> {
    let mut file = fs::File::open(log)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
