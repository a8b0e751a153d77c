//! Where file contents are kept: by the SHA-256 of their bytes, apart for each organization.

use crate::{Error, Result};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, WriteMultipart};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// How many pieces of a stream may be on their way into the store.
const PIECES: usize = 4;

/// The content of a file, in pieces as they are read.
pub type FileStream = BoxStream<'static, Result<Bytes>>;

/// What [`FileStore::put`] knows of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredFile {
    /// The SHA-256 of the content.
    pub sha256: [u8; 32],
    /// Its size in bytes.
    pub size: i64,
}

/// A store of file contents. Cheap to clone.
///
/// Put a content before the transaction that mentions it: one that is never mentioned does no harm, and a
/// second try finds it there.
#[derive(Clone)]
pub struct FileStore(Arc<dyn ObjectStore>);

impl FileStore {
    /// The store in a local folder, which is made when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn local(folder: &std::path::Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(Error::internal)?;
        // A committed row must not outlive its content when the machine loses power.
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Keeps `content` for the organization; does nothing when it has the same content already.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be written.
    pub async fn put(&self, organization: i64, content: impl Into<Bytes>) -> Result<StoredFile> {
        let content = content.into();
        let stored = StoredFile {
            sha256: Sha256::digest(&content).into(),
            size: i64::try_from(content.len()).map_err(Error::internal)?,
        };
        let path = path(organization, &stored.sha256);
        if self.0.head(&path).await.is_ok() {
            return Ok(stored);
        }
        // A file appears under its name only when it is complete.
        let once = PutOptions::from(PutMode::Create);
        match self.0.put_opts(&path, content.into(), once).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(stored),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Keeps a content that comes in pieces, never holding more of it than a few of them. `name` tells apart what
    /// is underway at the same time.
    ///
    /// # Errors
    /// What the stream answers; [`Error::Unavailable`] when it cannot be written.
    pub async fn put_stream<E: From<Error>>(
        &self,
        organization: i64,
        name: Uuid,
        content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<StoredFile, E> {
        let stored = self.receive(organization, name, content).await?;
        self.settle(organization, name, &stored.sha256).await?;
        Ok(stored)
    }

    /// As [`FileStore::put_stream`], but under `name` instead of its SHA-256, so that whoever put it may delete it
    /// whatever else has the same content. [`FileStore::get`] and [`FileStore::delete`] take the bytes of the name.
    ///
    /// # Errors
    /// As [`FileStore::put_stream`].
    pub async fn put_named<E: From<Error>>(
        &self,
        organization: i64,
        name: Uuid,
        content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<StoredFile, E> {
        let stored = self.receive(organization, name, content).await?;
        self.settle(organization, name, name.as_bytes()).await?;
        Ok(stored)
    }

    async fn receive<E: From<Error>>(
        &self,
        organization: i64,
        name: Uuid,
        mut content: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<StoredFile, E> {
        let upload = self.0.put_multipart(&unfinished(organization, name)).await;
        let mut upload = WriteMultipart::new(upload.map_err(|error| unavailable(&error))?);
        let (mut digest, mut size) = (Sha256::new(), 0_i64);
        while let Some(piece) = content.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    upload.abort().await.ok();
                    return Err(error);
                }
            };
            digest.update(&piece);
            size += i64::try_from(piece.len()).map_err(Error::internal)?;
            upload
                .wait_for_capacity(PIECES)
                .await
                .map_err(|error| unavailable(&error))?;
            upload.put(piece);
        }
        upload.finish().await.map_err(|error| unavailable(&error))?;
        let sha256 = digest.finalize().into();
        Ok(StoredFile { sha256, size })
    }

    /// Gives what was received its place.
    async fn settle(&self, organization: i64, name: Uuid, key: &[u8]) -> Result<()> {
        let (from, to) = (unfinished(organization, name), path(organization, key));
        let renamed = self.0.rename(&from, &to).await;
        renamed.map_err(|error| unavailable(&error))
    }

    /// Reads the content with this SHA-256.
    ///
    /// # Errors
    /// `NotFound` when the organization has no such content; [`Error::Unavailable`] when it cannot be read.
    pub async fn get(&self, organization: i64, sha256: &[u8]) -> Result<FileStream> {
        match self.0.get(&path(organization, sha256)).await {
            Ok(found) => Ok(Box::pin(found.into_stream().map_err(|error| unavailable(&error)))),
            Err(object_store::Error::NotFound { .. }) => Err(Error::not_found("File")),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Whether the organization has this content.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be asked.
    pub async fn has(&self, organization: i64, sha256: &[u8]) -> Result<bool> {
        match self.0.head(&path(organization, sha256)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Removes a content for good; does nothing when the organization has none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be removed.
    pub async fn delete(&self, organization: i64, sha256: &[u8]) -> Result<()> {
        match self.0.delete(&path(organization, sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(&error)),
        }
    }
}

fn unfinished(organization: i64, name: Uuid) -> Path {
    Path::from_iter([
        organization.to_string(),
        "unfinished".to_owned(),
        name.to_string(),
    ])
}

fn unavailable(error: &object_store::Error) -> Error {
    Error::Unavailable {
        message: format!("the file store is out of reach: {error}"),
    }
}

/// `<organization>/<first two digits>/<hexadecimal SHA-256>`: no folder grows too large to list.
fn path(organization: i64, sha256: &[u8]) -> Path {
    let hex = sha256.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        write!(hex, "{byte:02x}").ok();
        hex
    });
    let folder: String = hex.chars().take(2).collect();
    Path::from_iter([organization.to_string(), folder, hex])
}
