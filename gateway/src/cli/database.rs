//! Where a command finds its database.

use crate::projections;
use anyhow::Result;
use clap::Args;
use rapport_platform::files::FileStore;
use rapport_platform::{Db, DbConfig, RandomIds, SystemClock};
use rapport_schema::embedded::{Embedded, Options};
use rapport_schema::migrations;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the data is. Without a database URL, Rapport runs its own PostgreSQL in the data folder.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// The folder of Rapport's files and of its own PostgreSQL
    #[arg(
        long,
        env = "RAPPORT_DATA_DIR",
        default_value = ".rapport",
        value_name = "FOLDER"
    )]
    pub data_dir: PathBuf,
    /// A PostgreSQL (15 or later) to use instead of Rapport's own: `postgres://user:password@host/database`
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
}

/// An open database, and the server behind it if that is Rapport's own.
pub struct Opened {
    /// Where the database is.
    pub url: String,
    /// Rapport's own server.
    pub embedded: Option<Embedded>,
}

impl DatabaseArgs {
    /// Starts or joins Rapport's own PostgreSQL, unless there is a URL.
    pub async fn open(&self) -> Result<Opened> {
        if let Some(url) = &self.database_url {
            return Ok(Opened {
                url: url.clone(),
                embedded: None,
            });
        }
        let embedded = Embedded::start(Options::new(&self.data_dir)).await?;
        Ok(Opened {
            url: embedded.url(),
            embedded: Some(embedded),
        })
    }

    /// Where the contents of files are kept.
    pub fn files(&self) -> Result<FileStore> {
        Ok(FileStore::local(&self.data_dir.join("files"))?)
    }

    /// Opens the database, brings its schema up to date, runs `work` on it, and closes it whatever came of it.
    pub async fn with<T>(&self, work: impl AsyncFnOnce(Db) -> Result<T>) -> Result<T> {
        let opened = self.open().await?;
        let outcome = async {
            migrations::apply(&opened.url).await?;
            work(connect(DbConfig::new(&opened.url)).await?).await
        }
        .await;
        opened.close().await?;
        outcome
    }
}

impl Opened {
    /// Stops Rapport's own server if no other command uses it.
    pub async fn close(self) -> Result<()> {
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// Connects with the machine's clock and random numbers; what follows changes follows those of every command.
pub async fn connect(config: DbConfig) -> Result<Db> {
    let db = Db::connect(config, Arc::new(SystemClock), Arc::new(RandomIds)).await?;
    Ok(db.with_projections(projections::all()))
}
