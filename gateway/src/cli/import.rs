//! `rapport import`

use super::database::DatabaseArgs;
use super::organization;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use rapport_crm_core::agents::PgAgents;
use rapport_crm_core::contacts::PgContacts;
use rapport_crm_core::organizations::PgOrganizations;
use rapport_inbox::{PgConversations, PgFiles, PgMessages, PgThreads};
use rapport_messaging::email::import::{Importer, Progress, Report, Services};
use rapport_messaging::email::source::Sources;
use rapport_platform::files::FileStore;
use rapport_platform::{Ctx, Db};
use std::path::PathBuf;
use std::sync::Arc;

/// Bring in what other systems hold
#[derive(Debug, Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    Email(Email),
}

/// Import e-mails: .eml files, folders of them, Maildir and mbox
///
/// Senders and recipients become contacts, threads become conversations, each mail becomes a message with its
/// attachments. Mail from the organization's own addresses, or from its agents', counts as sent. Mails that are
/// there already are left out, so an import may be repeated or resumed. Mails that cannot be read are reported
/// and do not stop the others.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rapport import email --organization HR_id_0000000000000000000001 inbox.mbox\n  rapport import email --organization 1 ~/Maildir exported/*.eml --json"
)]
struct Email {
    /// The organization: its `HR_id_…` id, its UUID or its number
    #[arg(long, value_name = "ID")]
    organization: String,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: ImportArgs) -> Result<()> {
    let ImportCommand::Email(args) = args.command;
    let sources = Sources::open(&args.paths)?;
    let work = async |db: Db| email(db, &args, sources).await;
    args.database.with(work).await
}

async fn email(db: Db, args: &Email, sources: Sources) -> Result<()> {
    let ctx = Ctx::system(
        organization::find(&db, &args.organization).await?,
        "rapport import email",
    );
    let services = services(args.database.files()?);
    let mut bar = Bar::new(sources.total());
    let outcome = Importer::new(db, ctx, services).run(sources, &mut bar).await;
    bar.0.finish_and_clear();
    match outcome {
        Ok(report) => print(&report, args.json),
        Err(stopped) => {
            print(&stopped.report, args.json)?;
            bail!("{stopped}; the same command goes on from there");
        }
    }
}

fn services(store: FileStore) -> Services {
    Services {
        organizations: Arc::new(PgOrganizations),
        agents: Arc::new(PgAgents),
        contacts: Arc::new(PgContacts),
        conversations: Arc::new(PgConversations),
        messages: Arc::new(PgMessages),
        threads: Arc::new(PgThreads),
        files: Arc::new(PgFiles::new(store.clone())),
        store,
    }
}

fn print(report: &Report, as_json: bool) -> Result<()> {
    if as_json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}

/// Shows how far the import is, on standard error and only when that is a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(total: u64) -> Self {
        const TEMPLATE: &str = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(total).with_style(style))
    }
}

impl Progress for Bar {
    fn advance(&mut self, done: u64, _total: u64) {
        self.0.set_position(done);
    }
}
