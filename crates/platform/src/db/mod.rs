//! The two lanes to the database: shared pipelined connections for reads, pooled ones for writes.

mod pool;
mod prepared;
mod reader;
mod session;
mod tx;

pub use prepared::{AnyOf, Prepared, any_of};
pub use reader::{Directory, Reader};
pub use tx::Tx;

use crate::events::Projection;
use crate::{Clock, Ctx, CursorKey, Error, Ids, Result};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use pool::{Pool, PooledSession};
use rapport_schema::tables::instance_secrets;
use session::SessionOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How to reach the database, and how patient to be.
#[derive(Debug, Clone)]
pub struct DbConfig {
    /// A PostgreSQL URL.
    pub url: String,
    /// How many connections writes may use at once.
    pub pool_size: usize,
    /// How long one statement of the read lane may take.
    pub read_timeout: Duration,
    /// How many reports and searches may run at once.
    pub report_pool_size: usize,
    /// How long one statement of a report or a search may take.
    pub report_timeout: Duration,
    /// How long one statement of a write may take.
    pub write_timeout: Duration,
    /// How long a write, report or search waits for a free connection.
    pub acquire_timeout: Duration,
}

impl DbConfig {
    /// The defaults, for the database at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pool_size: 16,
            read_timeout: Duration::from_secs(5),
            report_pool_size: 4,
            report_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            acquire_timeout: Duration::from_secs(10),
        }
    }
}

/// The database. Cheap to clone; every clone shares connections, clock and ids.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    projections: Arc<[Arc<dyn Projection>]>,
}

struct Inner {
    /// Tells the databases of one process apart in thread-local storage.
    number: u64,
    pool: Pool,
    reports: Pool,
    reads: SessionOptions,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    cursors: CursorKey,
    url: String,
}

impl Db {
    /// Connects, and reads the instance's secrets, making them on first use.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn connect(config: DbConfig, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let writes = SessionOptions::new(&config.url, config.write_timeout)?;
        let pool = Pool::new(writes, config.pool_size, config.acquire_timeout);
        let reports = SessionOptions::new(&config.url, config.report_timeout)?.report();
        let secret = cursor_secret(&pool, &*ids).await?;
        let inner = Arc::new(Inner {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            pool,
            reports: Pool::new(reports, config.report_pool_size, config.acquire_timeout),
            reads: SessionOptions::new(&config.url, config.read_timeout)?,
            clock,
            ids,
            cursors: CursorKey::new(&secret)?,
            url: config.url,
        });
        Ok(Self {
            inner,
            projections: Arc::new([]),
        })
    }

    /// The same database, with read models that every write through it keeps.
    #[must_use]
    pub fn with_projections(self, projections: impl Into<Arc<[Arc<dyn Projection>]>>) -> Self {
        Self {
            projections: projections.into(),
            ..self
        }
    }

    pub(crate) fn projections(&self) -> Arc<[Arc<dyn Projection>]> {
        self.projections.clone()
    }

    /// The read lane for what belongs to the organization of `ctx`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn reader(&self, ctx: &Ctx) -> Result<Reader> {
        Ok(Reader::new(
            ctx.clone(),
            reader::pipeline(self.inner.number, &self.inner.reads).await?,
        ))
    }

    /// A connection of its own that only reads, for reports and searches: there are few of them, so that these
    /// neither delay point reads nor take the connections that writes need.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached, or all of them stay busy.
    pub async fn report_reader(&self, ctx: &Ctx) -> Result<Reader> {
        let session = self.inner.reports.get().await?;
        Ok(Reader::owning(ctx.clone(), session))
    }

    /// The read lane for the global directories, which are consulted before an organization is known.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database cannot be reached.
    pub async fn directory(&self) -> Result<Directory> {
        Ok(Directory::new(
            reader::pipeline(self.inner.number, &self.inner.reads).await?,
        ))
    }

    /// Runs `work` in one transaction: committed when it answers `Ok`, rolled back when it answers `Err`
    /// or is dropped. Events and jobs noted in the [`Tx`] are written with it.
    ///
    /// # Errors
    /// What `work` answers, and [`Error::Unavailable`] when the database cannot be reached.
    pub async fn write<T, E, F>(&self, ctx: &Ctx, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E>,
        E: From<Error>,
    {
        let session = self.inner.pool.get().await?;
        let mut tx = Tx::new(ctx.clone(), session, self.clone());
        let outcome = tx.run(work).await;
        tx.finish(outcome).await
    }

    /// A connection of the write lane outside any transaction, for single statements of the platform itself.
    pub(crate) async fn session(&self) -> Result<PooledSession> {
        self.inner.pool.get().await
    }

    /// The injected clock's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// A new UUID for a row made at `now`.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        self.inner.ids.uuid(now)
    }

    /// The injected source of ids and secrets.
    pub fn ids(&self) -> &dyn Ids {
        &*self.inner.ids
    }

    /// The injected clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock.clone()
    }

    /// The codec of this instance's cursors.
    pub fn cursors(&self) -> &CursorKey {
        &self.inner.cursors
    }

    /// Where the database is, for what needs a connection of its own: listening and bulk copies.
    pub fn url(&self) -> &str {
        &self.inner.url
    }
}

/// The secret under which cursors are authenticated; the same for every process on this database.
async fn cursor_secret(pool: &Pool, ids: &dyn Ids) -> Result<Vec<u8>> {
    const NAME: &str = "cursor";
    let session = pool.get().await?;
    let mut fresh = vec![0; 32];
    ids.fill(&mut fresh);
    diesel::insert_into(instance_secrets::table)
        .values((instance_secrets::name.eq(NAME), instance_secrets::value.eq(fresh)))
        .on_conflict_do_nothing()
        .execute(&mut session.conn())
        .await?;
    let stored = instance_secrets::table.find(NAME).select(instance_secrets::value);
    let secret = stored.first(&mut session.conn()).await.optional()?;
    secret.ok_or_else(|| Error::internal("the cursor secret has vanished"))
}
