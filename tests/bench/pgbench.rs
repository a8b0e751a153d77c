//! pgbench, running the captured statements.

use crate::capture::Captured;
use crate::operation::{Operation, TOKEN};
use crate::statement::Statement;
use crate::world::{Database, Targets, World};
use anyhow::{Context, Result, ensure};
use rapport_schema::embedded::{ROLE, binaries};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// pgbench takes at most 128 scripts; each asks for an id of its own.
const SCRIPTS: usize = 16;

/// What to run for one operation.
pub struct Script {
    files: Vec<PathBuf>,
    /// The values of parameters that are always the same.
    variables: Vec<(String, String)>,
    sockets: PathBuf,
}

/// Turns statements into a script: the same texts, with pgbench's variables as their parameters.
struct Writer<'a> {
    captured: &'a Captured,
    variables: Vec<(String, String)>,
}

impl Script {
    /// Writes the scripts of an operation.
    ///
    /// # Errors
    /// When a statement cannot be prepared or a file cannot be written.
    pub async fn write(
        world: &World,
        database: &Database,
        targets: &Targets,
        captured: &Captured,
    ) -> Result<Self> {
        let mut writer = Writer {
            captured,
            variables: Vec::new(),
        };
        let mut text = String::new();
        if captured.operation == Operation::Create {
            text.push_str("\\set n random(1, 1000000000000000)\n");
        }
        for statement in &captured.statements {
            let types = types(database, statement).await?;
            text.push_str(&writer.line(statement, &types));
        }
        let folder = world.scratch.path();
        let name = captured.operation.name().replace(' ', "-");
        let ids = captured.operation.ids(targets);
        let mut files = Vec::new();
        for number in 0..ids.len().clamp(1, SCRIPTS) {
            let file = folder.join(format!("{name}-{number}.sql"));
            fs::write(&file, text.replace(":target", &format!(":target{number}")))?;
            files.push(file);
        }
        let target =
            |(number, (_, uuid)): (usize, &(String, String))| (format!("target{number}"), uuid.clone());
        let mut variables = writer.variables;
        variables.extend(ids.iter().take(SCRIPTS).enumerate().map(target));
        Ok(Self {
            files,
            variables,
            sockets: database.sockets.clone(),
        })
    }

    /// Transactions per second over so many seconds.
    ///
    /// # Errors
    /// When pgbench fails.
    pub fn run(&self, seconds: u64) -> Result<f64> {
        let mut pgbench = Command::new(binaries()?.path("pgbench"));
        pgbench
            .args(["-n", "-M", "prepared", "-c", "8", "-j", "2", "-U", ROLE])
            .args(["-T", &seconds.to_string()])
            .arg("-h")
            .arg(&self.sockets);
        for (name, value) in &self.variables {
            pgbench.arg("-D").arg(format!("{name}={value}"));
        }
        for file in &self.files {
            pgbench.arg("-f").arg(file);
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            pgbench.env_remove(name);
        }
        let output = pgbench
            .arg("rapport")
            .stdin(Stdio::null())
            .output()
            .context("cannot run pgbench")?;
        let (said, errors) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        ensure!(output.status.success(), "pgbench failed: {errors}");
        let rate = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.with_context(|| format!("pgbench says no rate: {said}{errors}"))
    }
}

/// The types PostgreSQL expects of the parameters.
async fn types(database: &Database, statement: &Statement) -> Result<Vec<String>> {
    if statement.values.is_empty() {
        return Ok(Vec::new());
    }
    let prepared = database.client.prepare(&statement.text).await;
    let prepared = prepared.with_context(|| statement.text.clone())?;
    // PostgreSQL's own names of array types begin with an underscore.
    let name = |kind: &tokio_postgres::types::Type| kind.name().to_owned();
    Ok(prepared.params().iter().map(name).collect())
}

impl Writer<'_> {
    fn line(&mut self, statement: &Statement, types: &[String]) -> String {
        let mut text = statement.text.clone();
        // From the last to the first, so that `$1` is not found in `$12`.
        for (index, value) in statement.values.iter().enumerate().rev() {
            let kind = types.get(index).map_or("text", String::as_str);
            let value = self.parameter(value.as_deref(), kind);
            text = text.replace(&format!("${}", index + 1), &value);
        }
        let end = if self.makes(statement) {
            " \\gset made_\n"
        } else {
            ";\n"
        };
        text.replace('\n', " ") + end
    }

    /// Whether this statement makes the row whose id the later ones use.
    fn makes(&self, statement: &Statement) -> bool {
        self.captured.operation == Operation::Create
            && statement.text.starts_with("INSERT INTO \"contacts\"")
            && statement.text.contains("RETURNING")
    }

    fn parameter(&mut self, value: Option<&str>, kind: &str) -> String {
        let Some(value) = value else {
            return format!("CAST(NULL AS {kind})");
        };
        let create = self.captured.operation == Operation::Create;
        if value.contains(TOKEN) {
            return self.varied(value, kind);
        }
        match kind {
            "uuid" if value == self.captured.uuid && !create => ":target".to_owned(),
            // The same in each statement of a transaction, as the row's own UUID is.
            "uuid" if value == self.captured.uuid => "CAST(md5(CAST(:n AS text)) AS uuid)".to_owned(),
            "uuid" if create => "gen_random_uuid()".to_owned(),
            "int8" if create && Some(value) == self.captured.id.as_deref() => ":made_id".to_owned(),
            "timestamptz" if create => "now()".to_owned(),
            _ => self.constant(value),
        }
    }

    /// A text that differs each time. The capture put a digit after each token.
    fn varied(&mut self, value: &str, kind: &str) -> String {
        let parts = value.split(TOKEN).enumerate().map(|(index, part)| match index {
            0 => part,
            _ => part.trim_start_matches(|c: char| c.is_ascii_digit()),
        });
        let parts: Vec<_> = parts
            .map(|part| format!("CAST({} AS text)", self.constant(part)))
            .collect();
        format!("CAST({} AS {kind})", parts.join(" || CAST(:n AS text) || "))
    }

    fn constant(&mut self, value: &str) -> String {
        // pgbench has no empty variables.
        if value.is_empty() {
            return "''".to_owned();
        }
        if let Some((name, _)) = self.variables.iter().find(|(_, known)| known == value) {
            return format!(":{name}");
        }
        let name = format!("v{}", self.variables.len());
        self.variables.push((name.clone(), value.to_owned()));
        format!(":{name}")
    }
}
