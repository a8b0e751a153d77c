//! `rapport key`

use super::database::DatabaseArgs;
use super::organization;
use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use rapport_crm_core::api_keys::{ApiKey, ApiKeyService, NewApiKey, PgApiKeys};
use rapport_platform::{Ctx, Scope, Scopes, ids};
use serde_json::json;

/// Manage API keys
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    Create(Create),
}

/// Make an API key
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rapport key create --organization HR_id_… --scopes read,write --name 'Website form'\n  rapport key create --organization HR_id_… --expires 2027-01-01 --test\n\nThe key is printed once; only a digest of it is stored."
)]
struct Create {
    /// The organization: its opaque id, its UUID or its number
    #[arg(long, value_name = "ID")]
    organization: String,
    /// What it is for
    #[arg(long, default_value = "Made on the command line", value_name = "NAME")]
    name: String,
    /// What it may do: read, write, admin
    #[arg(long, value_delimiter = ',', default_value = "read,write", value_parser = scope, value_name = "SCOPES")]
    scopes: Vec<Scope>,
    /// The agent for whom it acts, by its opaque id
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// When it ends: a date or an RFC 3339 time; never by default
    #[arg(long, value_parser = moment, value_name = "TIME")]
    expires: Option<DateTime<Utc>>,
    /// A key for trying things: it opens the organization's sandbox
    #[arg(long)]
    test: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

fn scope(name: &str) -> Result<Scope> {
    Scope::parse(name).context("must be read, write or admin")
}

fn moment(text: &str) -> Result<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let time = DateTime::parse_from_rfc3339(text).context("must be a date or an RFC 3339 time")?;
    Ok(time.to_utc())
}

pub async fn run(args: KeyArgs) -> Result<()> {
    let KeyCommand::Create(args) = args.command;
    let agent = match &args.agent {
        None => None,
        Some(id) => match ids::parse_opaque(id) {
            None => bail!("--agent: {id:?} is not an id"),
            found => found,
        },
    };
    let new = NewApiKey {
        name: args.name,
        scopes: args.scopes.into_iter().collect::<Scopes>(),
        agent,
        expires_at: args.expires,
        test: args.test,
    };
    let made = args.database.with(async |db| {
        let organization = organization::find(&db, &args.organization).await?;
        let ctx = Ctx::system(organization, "rapport key create");
        Ok(db.write(&ctx, async |tx| PgApiKeys.create(tx, new).await).await?)
    });
    let (stored, key) = made.await?;
    print(&stored, &key, args.json);
    Ok(())
}

fn print(stored: &ApiKey, key: &str, as_json: bool) {
    let id = ids::opaque(stored.uuid);
    let organization = ids::opaque(stored.organization.uuid);
    if as_json {
        let report = json!({"api_key_id": id, "organization_id": organization, "api_key": key,
            "scopes": stored.scopes.names(), "expires_at": stored.expires_at});
        println!("{report}");
    } else {
        println!("organization {organization}\nAPI key      {key}");
        println!("The key is not stored and cannot be shown again.");
    }
}
