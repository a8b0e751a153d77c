//! The application under test: the real gateway over HTTP, on a database of its own, with two tenants.

mod caller;
mod tenant;

pub use caller::{Caller, Response};
pub use tenant::Tenant;

use crate::{TestDatabase, audit};
use actix_web::dev::ServerHandle;
use rapport::app::App;
use rapport::server::{self, Http};
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{self, Backlog};
use std::net::TcpListener;
use std::pin::Pin;
use std::time::Duration;
use tempfile::TempDir;

/// A running application. Its clock stands still, and its jobs run when told to ([`TestApp::run_pending_jobs`]).
pub struct TestApp {
    /// Its database and clock.
    pub database: TestDatabase,
    /// The services behind it.
    pub app: App,
    /// Where it keeps the contents of files.
    pub files: FileStore,
    /// One tenant.
    pub alpha: Tenant,
    /// Another one, which must see nothing of the first.
    pub beta: Tenant,
    origin: String,
    server: ServerHandle,
    followed: tokio::task::JoinHandle<()>,
    folder: TempDir,
}

impl TestApp {
    /// Serves a fresh application and runs `test` with it. At the end, due jobs that are left, jobs that were given
    /// up, and statements that cross organizations fail the test.
    pub fn run<'a>(test: impl AsyncFnOnce(&Self) + 'a) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        // Boxed, because a whole test is a large future.
        Box::pin(async {
            let app = Self::start().await;
            test(&app).await;
            app.finish().await;
        })
    }

    async fn start() -> Self {
        let database = TestDatabase::new().await;
        let folder = TempDir::new().expect("there is a temporary folder");
        let files = FileStore::local(folder.path()).expect("the folder can be used");
        let app = App::new(database.db.clone(), files.clone()).expect("the services start");
        let (origin, server) = serve(&app);
        let services = app.clone();
        let followed = tokio::spawn(async move {
            services
                .credentials
                .follow_changes()
                .await
                .expect("the URL parses");
        });
        let alpha = Tenant::make(&app, &origin, "Alpha").await;
        let beta = Tenant::make(&app, &origin, "Beta").await;
        Self {
            database,
            app,
            files,
            alpha,
            beta,
            origin,
            server,
            followed,
            folder,
        }
    }

    /// A caller without a credential.
    pub fn anonymous(&self) -> Caller {
        self.alpha.anonymous()
    }

    /// The folder in which it keeps the contents of files.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where it is served: `http://127.0.0.1:40123`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Runs all due jobs, and those they make.
    pub async fn run_pending_jobs(&self) {
        let worker = self.app.worker();
        worker.run_pending().await.expect("the jobs run");
    }

    async fn finish(self) {
        let backlog = jobs::backlog(&self.database.db).await.expect("jobs are counted");
        let Backlog {
            due, running, dead, ..
        } = backlog;
        assert_eq!((due, running, dead), (0, 0, 0), "jobs are left: {backlog:?}");
        let crossing = audit::violations(&self.database.sql().await)
            .await
            .expect("the statements are there to audit");
        assert!(
            crossing.is_empty(),
            "statements that cross organizations:\n{}",
            crossing.join("\n")
        );
        self.followed.abort();
        self.server.stop(false).await;
    }
}

fn serve(app: &App) -> (String, ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("the listener has an address");
    let http = Http {
        workers: Some(1),
        cors_origins: Vec::new(),
        shutdown: Duration::from_secs(1),
    };
    let server = server::run(app.clone(), listener, &http).expect("the server starts");
    let handle = server.handle();
    tokio::spawn(server);
    (format!("http://{address}"), handle)
}
