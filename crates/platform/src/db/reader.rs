//! The read lane: one shared connection per thread, on which the statements of many requests travel at
//! once. One slow statement delays those behind it, so only point reads and lists belong here; reports and
//! searches have a connection of their own while they run.

use super::pool::PooledSession;
use super::session::{Session, SessionOptions};
use crate::{Ctx, Result};
use diesel_async::AsyncPgConnection;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads within one organization.
#[derive(Clone)]
pub struct Reader {
    ctx: Ctx,
    session: Lease,
}

#[derive(Clone)]
enum Lease {
    Shared(Arc<Session>),
    Own(Arc<PooledSession>),
}

impl Reader {
    pub(crate) fn new(ctx: Ctx, session: Arc<Session>) -> Self {
        let session = Lease::Shared(session);
        Self { ctx, session }
    }

    pub(crate) fn owning(ctx: Ctx, session: PooledSession) -> Self {
        let session = Lease::Own(Arc::new(session));
        Self { ctx, session }
    }

    /// Who reads, and where.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The organization every statement filters on.
    pub fn organization(&self) -> i64 {
        self.ctx.organization
    }

    /// The connection; pass `&mut reader.conn()` to diesel.
    pub fn conn(&self) -> &AsyncPgConnection {
        match &self.session {
            Lease::Shared(session) => session.conn(),
            Lease::Own(session) => session.conn(),
        }
    }
}

/// Reads the global directories: organizations, API keys.
#[derive(Clone)]
pub struct Directory(Arc<Session>);

impl Directory {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self(session)
    }

    /// The connection; pass `&mut directory.conn()` to diesel.
    pub fn conn(&self) -> &AsyncPgConnection {
        self.0.conn()
    }
}

/// A thread's connection to one database. The mutex lets one caller connect while others wait.
type Lane = Arc<Mutex<Option<Arc<Session>>>>;

thread_local! {
    static OPEN: RefCell<HashMap<u64, Arc<Session>>> = RefCell::default();
    static LANES: RefCell<HashMap<u64, Lane>> = RefCell::default();
}

/// The current thread's connection to database `number`, opened anew when it was lost.
pub(crate) async fn pipeline(number: u64, options: &SessionOptions) -> Result<Arc<Session>> {
    let open = OPEN.with_borrow(|open| open.get(&number).filter(|session| !session.is_closed()).cloned());
    if let Some(session) = open {
        return Ok(session);
    }
    let lane = LANES.with_borrow_mut(|lanes| lanes.entry(number).or_default().clone());
    let mut slot = lane.lock().await;
    let session = match slot.as_ref().filter(|session| !session.is_closed()) {
        Some(session) => session.clone(),
        None => Arc::new(options.open().await?),
    };
    *slot = Some(session.clone());
    OPEN.with_borrow_mut(|open| open.insert(number, session.clone()));
    Ok(session)
}
