//! Known credentials, kept for seconds so that a request need not ask the database who is asking.

use futures_util::StreamExt;
use quick_cache::sync::Cache;
use rapport_crm_core::api_keys::{self, Credential};
use rapport_platform::listen::listen;
use rapport_platform::{Db, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CAPACITY: usize = 10_000;
/// A change is told to every process at once; this bounds the harm of a message that got lost.
const KEPT: Duration = Duration::from_secs(10);

/// The credentials seen lately.
pub struct Credentials {
    db: Db,
    known: Cache<[u8; 32], Known>,
}

#[derive(Clone)]
struct Known {
    credential: Arc<Credential>,
    since: Instant,
}

impl Credentials {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            known: Cache::new(CAPACITY),
        }
    }

    /// What `key` opens; `None` when there is no such key.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn find(&self, key: &str) -> Result<Option<Arc<Credential>>> {
        let digest = api_keys::digest(key);
        if let Some(known) = self
            .known
            .get(&digest)
            .filter(|known| known.since.elapsed() < KEPT)
        {
            return Ok(Some(known.credential));
        }
        let Some(credential) = api_keys::find(&self.db.directory().await?, key).await? else {
            self.known.remove(&digest);
            return Ok(None);
        };
        let credential = Arc::new(credential);
        self.known.insert(
            digest,
            Known {
                credential: credential.clone(),
                since: Instant::now(),
            },
        );
        self.note_use(credential.id);
        Ok(Some(credential))
    }

    /// Forgets all of them, as after a change.
    pub fn clear(&self) {
        self.known.clear();
    }

    /// Forgets them whenever one changes, in this process or another; runs until dropped.
    ///
    /// # Errors
    /// When the database's URL does not parse, which connecting would have told.
    pub async fn follow_changes(&self) -> Result<()> {
        let mut notices = listen(self.db.url(), &[api_keys::CHANGED])?;
        while notices.next().await.is_some() {
            self.clear();
        }
        Ok(())
    }

    fn note_use(&self, id: i64) {
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = api_keys::touch(&db, id).await {
                tracing::warn!(%error, "the use of an API key was not noted");
            }
        });
    }
}
