//! A database for one test.

use crate::SeededIds;
use crate::cluster::{self, Cluster};
use chrono::{DateTime, Utc};
use rapport_platform::{Db, DbConfig, ManualClock};
use std::sync::Arc;

/// The time at which every test begins: 2026-03-12T00:32:13.782565Z.
pub fn epoch() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_773_275_533_782_565).unwrap_or_default()
}

/// A migrated, empty database that no other test sees, with a clock that stands still at [`epoch`] and ids that
/// are the same in every run.
pub struct TestDatabase {
    /// The database, as the code under test uses it.
    pub db: Db,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    url: String,
}

impl TestDatabase {
    /// Makes the database.
    pub async fn new() -> Self {
        let url = Cluster::shared().await.copy().await;
        let clock = Arc::new(ManualClock::at(epoch()));
        let ids = Arc::new(SeededIds::new(1));
        let db = Db::connect(DbConfig::new(url.clone()), clock.clone(), ids);
        Self {
            db: db.await.expect("the test database answers"),
            clock,
            url,
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its URL as a superuser.
    pub fn admin_url(&self) -> String {
        cluster::as_tester(&self.url)
    }

    /// A connection for the test itself: what it does there is not counted among the statements under test.
    pub async fn sql(&self) -> tokio_postgres::Client {
        cluster::tester(&self.url).await
    }
}
