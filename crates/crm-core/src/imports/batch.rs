//! The rows of a file, a batch at a time.

use super::records::Records;
use super::row::{self, Read, Row};
use super::{Import, Mapping};
use rapport_platform::files::FileStore;
use rapport_platform::{Error, Result};
use std::sync::Arc;

/// How many rows are written at once.
const ROWS: usize = 1_000;
/// How large the cells of a batch may be, in bytes; one row more may stand in it.
const BYTES: usize = 4 * 1024 * 1024;

/// A file that is being imported.
pub(super) struct Source {
    records: Records,
    mapping: Arc<Mapping>,
    region: Arc<str>,
}

impl Source {
    /// The file of an import, from the first row that is not done. National telephone numbers are of `region`.
    pub async fn open(store: &FileStore, organization: i64, import: &Import, region: &str) -> Result<Self> {
        let mut records = records(store, organization, import).await?;
        let read = import.counts.processed;
        records.skip(usize::try_from(read).unwrap_or_default()).await?;
        Ok(Self {
            records,
            mapping: Arc::new(import.mapping.clone()),
            region: region.into(),
        })
    }

    /// Reads the next rows; none at the end.
    pub async fn batch(&mut self) -> Result<Vec<Read>> {
        let mut rows = Vec::with_capacity(ROWS);
        let mut bytes = 0;
        while rows.len() < ROWS && bytes < BYTES {
            let Some(cells) = self.records.next().await? else {
                break;
            };
            bytes += cells.iter().map(String::len).sum::<usize>();
            let number = i32::try_from(self.records.row).map_err(Error::internal)?;
            rows.push(Row { number, cells });
        }
        let (mapping, region) = (self.mapping.clone(), self.region.clone());
        // Telephone numbers take time; the lease of the job must be renewed meanwhile, and the database kept busy.
        let reading = tokio::task::spawn_blocking(move || row::read(rows, &mapping, &region));
        reading.await.map_err(Error::internal)
    }
}

/// How many rows the file of an import has.
pub(super) async fn count(store: &FileStore, organization: i64, import: &Import) -> Result<i32> {
    let mut records = records(store, organization, import).await?;
    let count = records
        .skip(usize::try_from(i32::MAX - 1).unwrap_or_default())
        .await?;
    i32::try_from(count).map_err(Error::internal)
}

/// The records of the file after its header.
async fn records(store: &FileStore, organization: i64, import: &Import) -> Result<Records> {
    let stream = store.get(organization, import.uuid.as_bytes()).await?;
    let mut records = Records::open(stream, Some(import.options.delimiter)).await?;
    records.skip(1).await?;
    Ok(records)
}
