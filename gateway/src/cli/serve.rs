//! `rapport serve`

use super::database::{DatabaseArgs, Opened, connect};
use super::demo::{self, Demo};
use super::logging::{self, LogArgs};
use super::stop::Stop;
use crate::app::App;
use crate::retention::Retention;
use crate::server::{self, Http};
use actix_web::dev::Server;
use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use rapport_crm_core::audit;
use rapport_platform::{Db, DbConfig};
use rapport_schema::migrations;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Serve the API
///
/// Without a database URL, Rapport starts its own PostgreSQL in the data folder and stops it with itself.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  rapport serve --demo\n  rapport serve --bind 0.0.0.0:8080 --data-dir /var/lib/rapport\n  DATABASE_URL=postgres://localhost/rapport rapport serve"
)]
pub struct Args {
    /// The address to listen on; port 0 takes any free one
    #[arg(
        long,
        env = "RAPPORT_BIND",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    bind: SocketAddr,
    /// Make a demo organization with example data, and print an API key for it
    #[arg(long)]
    demo: bool,
    /// How many threads serve requests; one more than processors by default
    #[arg(long, env = "RAPPORT_WORKERS", value_name = "NUMBER")]
    workers: Option<std::num::NonZeroUsize>,
    /// How many connections to the database writes may use at once
    #[arg(long, env = "RAPPORT_POOL_SIZE", default_value = "16", value_name = "NUMBER")]
    pool_size: std::num::NonZeroUsize,
    /// How long one statement of a read may take, in milliseconds
    #[arg(
        long,
        env = "RAPPORT_READ_TIMEOUT_MS",
        default_value = "5000",
        value_name = "MS"
    )]
    read_timeout_ms: u64,
    /// How many reports and searches may run at once
    #[arg(
        long,
        env = "RAPPORT_REPORT_POOL_SIZE",
        default_value = "4",
        value_name = "NUMBER"
    )]
    report_pool_size: std::num::NonZeroUsize,
    /// How long one statement of a report or a search may take, in milliseconds
    #[arg(
        long,
        env = "RAPPORT_REPORT_TIMEOUT_MS",
        default_value = "30000",
        value_name = "MS"
    )]
    report_timeout_ms: u64,
    /// How long one statement of a write may take, in milliseconds
    #[arg(
        long,
        env = "RAPPORT_WRITE_TIMEOUT_MS",
        default_value = "30000",
        value_name = "MS"
    )]
    write_timeout_ms: u64,
    /// An origin whose pages may call the API (CORS), such as `https://crm.example.com`; none by default
    #[arg(
        long,
        env = "RAPPORT_CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    cors_origins: Vec<String>,
    /// How long requests under way may take to finish at the end, in seconds
    #[arg(
        long,
        env = "RAPPORT_SHUTDOWN_SECONDS",
        default_value = "30",
        value_name = "SECONDS"
    )]
    shutdown_seconds: u64,
    #[command(flatten)]
    retention: Retention,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub async fn run(args: Args) -> Result<()> {
    logging::start(&args.log)?;
    let listener =
        TcpListener::bind(args.bind).with_context(|| format!("--bind: cannot listen on {}", args.bind))?;
    // Before PostgreSQL starts, so that nothing ends this process without stopping it.
    let mut stop = Stop::listen()?;
    let opened = args.database.open().await?;
    let outcome = tokio::select! {
        app = prepare(&args, &opened) => match app {
            Ok((app, demo)) => Box::pin(serve(&args, &opened, listener, (app, demo), stop)).await,
            Err(error) => Err(error),
        },
        () = stop.asked() => Ok(()),
    };
    opened.close().await?;
    outcome
}

/// What must be done before requests can be served.
async fn prepare(args: &Args, opened: &Opened) -> Result<(App, Option<Demo>)> {
    migrations::apply(&opened.url).await?;
    let db = connect(args.db_config(&opened.url)).await?;
    warn_of_superuser(&db).await?;
    let app = App::new(db, args.database.files()?)?;
    let demo = if args.demo {
        // Boxed: it is large, used once, and would make room in every start.
        Some(Box::pin(demo::prepare(&app.db, &args.database.data_dir)).await?)
    } else {
        None
    };
    Ok((app, demo))
}

/// Says so when PostgreSQL will not refuse changes to the audit log.
async fn warn_of_superuser(db: &Db) -> Result<()> {
    if !audit::is_append_only(db).await? {
        tracing::warn!(
            "the database lets this role change the audit log, as it does any superuser: use an ordinary role that owns \
             the database"
        );
    }
    Ok(())
}

async fn serve(
    args: &Args,
    opened: &Opened,
    listener: TcpListener,
    (app, demo): (App, Option<Demo>),
    mut stop: Stop,
) -> Result<()> {
    let address = listener.local_addr()?;
    let server = server::run(app.clone(), listener, &args.http())?;
    println!("Rapport is ready at http://{address}");
    if let Some(demo) = demo {
        demo.print(address);
    }
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let requests = async {
        let outcome = until_asked(server, &mut stop).await;
        drop(end);
        outcome
    };
    let worker = app.worker_keeping(args.retention);
    let worker = worker.with_drain_limit(args.http().shutdown);
    let jobs = worker.run(async {
        ended.await.ok();
    });
    tokio::select! {
        (requests, jobs) = async { tokio::join!(requests, jobs) } => {
            requests?;
            Ok(jobs?)
        }
        outcome = app.credentials.follow_changes() => Ok(outcome?),
        never = watch(opened) => match never {},
    }
}

/// Serves until asked to stop, and finishes the requests under way.
async fn until_asked(server: Server, stop: &mut Stop) -> std::io::Result<()> {
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        outcome = &mut server => return outcome,
        () = stop.asked() => tracing::info!("told to stop: finishing requests and jobs"),
    }
    // The server must go on meanwhile: it does the stopping.
    tokio::join!(handle.stop(true), server).1
}

/// Keeps Rapport's own PostgreSQL running.
async fn watch(opened: &Opened) -> std::convert::Infallible {
    match &opened.embedded {
        Some(embedded) => embedded.watch().await,
        None => std::future::pending().await,
    }
}

impl Args {
    fn db_config(&self, url: &str) -> DbConfig {
        DbConfig {
            pool_size: self.pool_size.get(),
            read_timeout: Duration::from_millis(self.read_timeout_ms),
            report_pool_size: self.report_pool_size.get(),
            report_timeout: Duration::from_millis(self.report_timeout_ms),
            write_timeout: Duration::from_millis(self.write_timeout_ms),
            ..DbConfig::new(url)
        }
    }

    fn http(&self) -> Http {
        Http {
            workers: self.workers.map(std::num::NonZeroUsize::get),
            cors_origins: self.cors_origins.clone(),
            shutdown: Duration::from_secs(self.shutdown_seconds),
        }
    }
}
