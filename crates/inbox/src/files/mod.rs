//! Files: what is attached to messages.

mod name;
mod removal;
mod rows;
mod service;

pub use name::file_name;
pub use removal::RemoveContents;
pub(crate) use removal::erase;
pub use service::PgFiles;
use service::RECORD;

use crate::messages::Message;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::files::{FileStream, StoredFile};
use rapport_platform::{Reader, Result, Tx};
use uuid::Uuid;

/// A file of an organization; its content is in the file store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// Its name, without folders.
    pub name: String,
    /// Its media type: `image/png`.
    pub content_type: String,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// The SHA-256 of its content.
    pub sha256: Vec<u8>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A file as it hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file.
    pub file: File,
    /// Its place among the attachments of the message, from 0.
    pub position: i32,
    /// The Content-ID by which the HTML body shows it (RFC 2392), without angle brackets.
    pub content_id: Option<String>,
}

/// What an attachment is made of. Its content has been put into the file store before.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// The name it came with; folders and control characters are taken off. `file` when nothing is left.
    pub name: String,
    /// Its media type; `application/octet-stream` when it is not one.
    pub content_type: String,
    /// What [`rapport_platform::files::FileStore::put`] answered.
    pub stored: StoredFile,
    /// Its Content-ID, with angle brackets or without.
    pub content_id: Option<String>,
}

/// The files of an organization.
#[async_trait]
pub trait FileService: Send + Sync {
    /// Hangs files on a message, after those it has. `Unavailable` when the content of one has been removed since it
    /// was put into the store: put it there again.
    async fn attach(
        &self,
        tx: &mut Tx,
        message: &Message,
        new: Vec<NewAttachment>,
    ) -> Result<Vec<Attachment>>;

    /// The attachments of a message in their order; `NotFound` when it is not of the organization.
    async fn attachments(&self, db: &Reader, message: Uuid) -> Result<Vec<Attachment>>;

    /// A file with its content; `NotFound` when it is not of the organization.
    async fn open(&self, db: &Reader, id: Uuid) -> Result<(File, FileStream)>;
}
