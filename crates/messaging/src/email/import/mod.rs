//! Many mails at once become contacts, conversations and messages.

mod ahead;
mod busy;
mod own;
mod plan;
mod report;
mod tally;
mod write;

pub use report::{Listed, Report, Warning};

use crate::email::parse::ParsedMail;
use crate::email::source::{Origin, Sources};
use busy::Busy;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use own::Own;
use plan::Plan;
use rapport_crm_core::agents::AgentService;
use rapport_crm_core::contacts::ContactService;
use rapport_crm_core::organizations::OrganizationService;
use rapport_inbox::{ConversationService, FileService, MessageService, ThreadService};
use rapport_platform::files::FileStore;
use rapport_platform::{Ctx, Db, Error};
use std::sync::Arc;
use std::time::Duration;
use tally::Tally;
use write::Written;

/// How many mails are written at once.
const LANES: usize = 8;

/// What an import works with.
#[derive(Clone)]
pub struct Services {
    /// The organization's own addresses.
    pub organizations: Arc<dyn OrganizationService>,
    /// Whose mails are sent ones.
    pub agents: Arc<dyn AgentService>,
    /// Senders and recipients.
    pub contacts: Arc<dyn ContactService>,
    /// The conversations.
    pub conversations: Arc<dyn ConversationService>,
    /// The mails.
    pub messages: Arc<dyn MessageService>,
    /// Which mails belong together.
    pub threads: Arc<dyn ThreadService>,
    /// The attachments, as rows.
    pub files: Arc<dyn FileService>,
    /// The attachments' contents.
    pub store: FileStore,
}

/// Hears how far an import is.
pub trait Progress {
    /// `done` of `total` bytes have been dealt with.
    fn advance(&mut self, done: u64, total: u64);
}

/// Nobody is told.
impl Progress for () {
    fn advance(&mut self, _done: u64, _total: u64) {}
}

/// Why an import ended early. What it imported stays; the same import again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
#[error("stopped after {} mails: {cause}", report.imported)]
pub struct Stopped {
    /// What was done until then.
    pub report: Box<Report>,
    /// Why.
    #[source]
    pub cause: Error,
}

/// Imports mails into the organization of a context.
pub struct Importer {
    db: Db,
    ctx: Ctx,
    services: Services,
    /// The wait before the first new try when the database is out of reach; it doubles with each.
    patience: Duration,
}

/// A mail on its way into the database.
struct Mail {
    origin: Origin,
    parsed: ParsedMail,
    plan: Plan,
    done: u64,
    /// Room in the memory that mails may take, given back with the mail.
    _room: tokio::sync::OwnedSemaphorePermit,
}

/// What became of a mail.
struct Outcome {
    origin: Origin,
    result: rapport_platform::Result<Written>,
    warnings: Vec<String>,
    marks: Vec<u64>,
    done: u64,
}

impl Importer {
    /// An import into the organization of `ctx`.
    pub fn new(db: Db, ctx: Ctx, services: Services) -> Self {
        Self {
            db,
            ctx,
            services,
            patience: Duration::from_millis(250),
        }
    }

    /// Sets how long to wait before the first new try when the database is out of reach; 250 ms by default.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Imports the mails of `sources`, each in a transaction of its own. A mail that is there already is
    /// left out, so an import may be repeated; one that cannot be imported is reported and does not stop
    /// the others. Mails are read and parsed ahead, and several are written at once unless they share a
    /// person or a Message-ID, so that those of a thread keep their order.
    ///
    /// # Errors
    /// [`Stopped`] when the database or the file store is out of reach for longer.
    pub async fn run(&self, sources: Sources, progress: &mut dyn Progress) -> Result<Report, Stopped> {
        let mut report = Report::default();
        match self.import(sources, &mut report, progress).await {
            Ok(()) => Ok(report),
            Err(cause) => Err(Stopped {
                report: Box::new(report),
                cause,
            }),
        }
    }

    async fn import(
        &self,
        sources: Sources,
        report: &mut Report,
        progress: &mut dyn Progress,
    ) -> rapport_platform::Result<()> {
        let own = Own::load(&self.db.reader(&self.ctx).await?, &self.services).await?;
        let mut tally = Tally::new(report, progress, sources.total(), self.db.now());
        let mut parsed = ahead::start(sources, self.db.clock());
        let mut busy = Busy::default();
        let mut writing = FuturesUnordered::new();
        let mut next: Option<Mail> = None;
        let mut ended = false;
        loop {
            let free = writing.len() < LANES;
            if let Some(mail) = next.take_if(|mail| free && !busy.overlaps(&mail.plan.marks)) {
                busy.add(&mail.plan.marks);
                writing.push(self.write(mail));
                continue;
            }
            tokio::select! {
                Some(outcome) = writing.next() => {
                    busy.remove(&outcome.marks);
                    tally.written(outcome)?;
                }
                step = parsed.recv(), if next.is_none() && !ended => match step {
                    Some(step) => next = tally.planned(&own, step),
                    None => ended = true,
                },
                else => return Ok(()),
            }
        }
    }
}
