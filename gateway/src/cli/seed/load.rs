//! The connection through which everything is loaded, in one transaction per organization.

use super::copy::Rows;
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use tokio_postgres::{Client, NoTls};

/// How many ids are drawn at once.
const BLOCK: u64 = 10_000;
/// How much may wait before it is sent, in bytes: bounds the memory.
const WAITING: usize = 8 * 1024 * 1024;

/// An open transaction, and who watches its progress.
#[derive(Debug)]
pub struct Load {
    client: Client,
    bar: ProgressBar,
}

impl Load {
    /// Connects to the database at `url`.
    ///
    /// # Errors
    /// When it is out of reach.
    pub async fn connect(url: &str, bar: ProgressBar) -> Result<Self> {
        let connected = tokio_postgres::connect(url, NoTls).await;
        let (client, connection) = connected.context("cannot connect to the database")?;
        tokio::spawn(connection);
        Ok(Self { client, bar })
    }

    /// Carries out a statement without values.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, statement: &str) -> Result<()> {
        self.client
            .batch_execute(statement)
            .await
            .with_context(|| statement.to_owned())
    }

    /// The connection.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Shows that one more is made.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Sends the rows of these tables, in this order, once enough of them wait.
    ///
    /// # Errors
    /// When the database does not take them.
    pub async fn send_when_full(&self, tables: &mut [&mut Rows]) -> Result<()> {
        if tables.iter().map(|rows| rows.len()).sum::<usize>() < WAITING {
            return Ok(());
        }
        self.send(tables).await
    }

    /// Sends the rows of these tables, in this order.
    ///
    /// # Errors
    /// When the database does not take them.
    pub async fn send(&self, tables: &mut [&mut Rows]) -> Result<()> {
        for rows in tables {
            rows.send(&self.client).await?;
        }
        Ok(())
    }
}

/// Ids for new rows of a table, drawn from its own sequence so that nobody else gets them.
#[derive(Debug)]
pub struct Ids {
    table: &'static str,
    remaining: u64,
    block: std::vec::IntoIter<i64>,
}

impl Ids {
    /// So many ids for rows of this table.
    pub fn of(table: &'static str, count: u64) -> Self {
        Self {
            table,
            remaining: count,
            block: Vec::new().into_iter(),
        }
    }

    /// The next id.
    ///
    /// # Errors
    /// When the database gives none.
    pub async fn next(&mut self, load: &Load) -> Result<i64> {
        if let Some(id) = self.block.next() {
            return Ok(id);
        }
        let count = self.remaining.clamp(1, BLOCK);
        self.remaining -= count.min(self.remaining);
        let drawn = load
            .client
            .query(
                "SELECT nextval(sequence) FROM CAST(pg_get_serial_sequence($1, 'id') AS regclass) AS sequence, \
                 generate_series(1, CAST($2 AS bigint))",
                &[&self.table, &i64::try_from(count)?],
            )
            .await?;
        let ids: Result<Vec<i64>, _> = drawn.iter().map(|row| row.try_get(0)).collect();
        self.block = ids?.into_iter();
        self.block.next().context("the database gave no ids")
    }
}
