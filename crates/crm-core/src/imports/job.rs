//! The job that carries out an import.

use super::batch::{self, Source};
use super::write::{self, Ghosts};
use super::{Import, State, service};
use async_trait::async_trait;
use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{Job, JobContext, JobError, JobHandler};
use rapport_platform::{Actor, Ctx, Db, Error, RawJson, Result};
use rapport_schema::tables::organizations;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

const RUN: &str = "contact_import.run";
/// How often a batch is tried that others got in the way of, and how much longer it waits each time.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Serialize, Deserialize)]
struct Order {
    import: Uuid,
}

/// The job for this import.
pub(super) fn of(import: Uuid) -> Result<Job> {
    Ok(Job::new(RUN, RawJson::of(&Order { import })?))
}

/// Carries out imports, on behalf of whoever asked for them.
pub struct RunImport {
    store: FileStore,
}

impl RunImport {
    /// With files from this store.
    pub fn new(store: FileStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl JobHandler for RunImport {
    fn kind(&self) -> &'static str {
        RUN
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let (system, order) = (job.ctx()?, job.payload::<Order>()?);
        let reader = job.db.reader(system).await?;
        let import = service::read(reader.conn(), reader.organization(), order.import).await?;
        if import.state.has_ended() {
            return Ok(());
        }
        let ctx = acting(system, &import);
        let worked = Box::pin(self.work(&job.db, &ctx, import.clone())).await;
        let Err(error) = worked else { return Ok(()) };
        // The file is to blame, and has been told so: the job has done what it could.
        if let Error::Invalid { .. } = error {
            return Ok(Box::pin(self.end(&job.db, &ctx, &import, Some(error.to_string()))).await?);
        }
        match JobError::from(error) {
            JobError::Retry(error) if !job.is_last_attempt() => Err(JobError::Retry(error)),
            JobError::Retry(error) | JobError::Fail(error) => {
                let reason = "it could not be carried out; the server's log tells why".to_owned();
                Box::pin(self.end(&job.db, &ctx, &import, Some(reason))).await?;
                Err(JobError::Fail(error))
            }
        }
    }
}

impl RunImport {
    async fn work(&self, db: &Db, ctx: &Ctx, import: Import) -> Result<()> {
        if import.total.is_some_and(|total| total <= import.counts.processed) {
            return self.end(db, ctx, &import, None).await;
        }
        let total = match import.total {
            Some(total) => total,
            None => batch::count(&self.store, ctx.organization, &import).await?,
        };
        let import = db
            .write(ctx, async |tx| write::begin(tx, import.uuid, total).await)
            .await?;
        let region = region(db, ctx).await?;
        let mut source = Source::open(&self.store, ctx.organization, &import, &region).await?;
        let mut ghosts = Ghosts::default();
        let (mut done, mut rows) = (import.counts.processed, source.batch().await?);
        while !rows.is_empty() {
            // While PostgreSQL writes a batch, the next one is read.
            let written = write_batch(db, ctx, (&import, done), &rows, &mut ghosts);
            let (written, next) = futures_util::join!(Box::pin(written), source.batch());
            if !written? {
                return Ok(());
            }
            done += i32::try_from(rows.len()).map_err(Error::internal)?;
            rows = next?;
        }
        self.end(db, ctx, &import, None).await
    }

    /// Ends the import: as done, or given up for this reason. Its file is gone before it is said to have ended.
    async fn end(&self, db: &Db, ctx: &Ctx, import: &Import, reason: Option<String>) -> Result<()> {
        self.store
            .delete(ctx.organization, import.uuid.as_bytes())
            .await?;
        let state = reason.as_ref().map_or(State::Done, |_| State::Failed);
        db.write(ctx, async |tx| write::end(tx, import.uuid, state, reason).await)
            .await
    }
}

/// Writes a batch, again when others got in its way; `false` when somebody else goes on with the import.
async fn write_batch(
    db: &Db,
    ctx: &Ctx,
    (import, done): (&Import, i32),
    rows: &[super::row::Read],
    ghosts: &mut Ghosts,
) -> Result<bool> {
    let mut tries = 0;
    loop {
        tries += 1;
        let written = db
            .write(ctx, async |tx| {
                Box::pin(write::batch(tx, (import, done), rows, ghosts)).await
            })
            .await;
        match written {
            Err(Error::Conflict { .. } | Error::Unavailable { .. }) if tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
            }
            Ok(None) => return Ok(false),
            Ok(Some(claims)) => {
                ghosts.remember(&claims);
                return Ok(true);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The context of whoever asked for the import, under the id of the job.
fn acting(system: &Ctx, import: &Import) -> Ctx {
    let agent = import.agent;
    let actor = match (import.api_key, agent) {
        (Some(id), agent) => Actor::Key { id, agent },
        (None, Some(agent)) => Actor::Agent(agent),
        (None, None) => Actor::System,
    };
    Ctx {
        actor,
        ..system.clone()
    }
}

/// Where the organization's national telephone numbers belong.
async fn region(db: &Db, ctx: &Ctx) -> Result<String> {
    let reader = db.reader(ctx).await?;
    let region = organizations::table
        .find(reader.organization())
        .select(organizations::default_region);
    Ok(region.first(&mut reader.conn()).await?)
}
