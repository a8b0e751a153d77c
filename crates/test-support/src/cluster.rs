//! One PostgreSQL per test process, and in it one migrated database from which all others are copied.

use rapport_schema::embedded::{Ephemeral, ROLE};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls};

const TEMPLATE: &str = "template_rapport";
/// The role of the test itself, so that its own statements are told from those under test.
const TESTER: &str = "tester";

/// The process's cluster. It is stopped and removed when the process ends.
pub(crate) struct Cluster(Ephemeral);

impl Cluster {
    /// The cluster, started by the first who asks.
    pub(crate) async fn shared() -> &'static Self {
        static SHARED: OnceCell<Cluster> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let settings = [
            ("max_connections", "300"),
            ("shared_preload_libraries", "pg_stat_statements"),
            ("pg_stat_statements.max", "20000"),
            ("pg_stat_statements.track_utility", "off"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let server = Ephemeral::start(settings.into()).await;
        let cluster = Self(server.expect("the test cluster starts"));
        cluster.make_template().await;
        cluster
    }

    async fn make_template(&self) {
        let admin = connect(&self.0.admin_url_for("postgres"), None).await;
        let prepare =
            format!("CREATE ROLE {TESTER} SUPERUSER LOGIN; CREATE DATABASE {TEMPLATE} OWNER {ROLE}");
        for statement in prepare.split(';') {
            admin
                .batch_execute(statement)
                .await
                .expect("the template is made");
        }
        let url = self.0.url_for(TEMPLATE);
        rapport_schema::migrations::apply(&url)
            .await
            .expect("the migrations apply");
        let template = tester(&url).await;
        let extension = "CREATE EXTENSION pg_stat_statements";
        template
            .batch_execute(extension)
            .await
            .expect("PostgreSQL brings pg_stat_statements");
        drop(template);
        let close = format!("ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true");
        admin.batch_execute(&close).await.expect("the template is closed");
    }

    /// A copy of the template; answers its URL as the role of the code under test, which is no superuser.
    pub(crate) async fn copy(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // The log strategy (PostgreSQL 15) copies without a checkpoint.
        let create = format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {TEMPLATE} STRATEGY wal_log");
        let admin = connect(&self.0.admin_url_for("postgres"), None).await;
        admin
            .batch_execute(&create)
            .await
            .expect("the template is copied");
        self.0.url_for(&name)
    }
}

/// The same URL for the role of the test itself, a superuser.
pub(crate) fn as_tester(url: &str) -> String {
    url.replace(&format!("user={ROLE}"), &format!("user={TESTER}"))
}

/// A connection for the test itself.
pub(crate) async fn tester(url: &str) -> Client {
    connect(url, Some(TESTER)).await
}

async fn connect(url: &str, role: Option<&str>) -> Client {
    let mut config: Config = url.parse().expect("a PostgreSQL URL");
    if let Some(role) = role {
        config.user(role);
    }
    let (client, connection) = config.connect(NoTls).await.expect("the test database answers");
    tokio::spawn(connection);
    client
}
