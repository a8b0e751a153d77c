//! Files on PostgreSQL and in the file store.

use super::name::{file_name, media_type};
use super::removal::LOCK;
use super::rows::{AttachmentRow, FileRow};
use super::{Attachment, File, FileService, NewAttachment};
use crate::locks;
use crate::messages::Message;
use async_trait::async_trait;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::files::{FileStore, FileStream};
use rapport_platform::{Error, Reader, Result, Tx, ids};
use rapport_schema::tables::{files, message_attachments, messages};
use uuid::Uuid;

pub(super) const RECORD: &str = "file";
/// The longest Content-ID, in characters.
const CONTENT_ID: usize = 998;

/// The files, described in PostgreSQL and kept in a store.
#[derive(Clone)]
pub struct PgFiles {
    store: FileStore,
}

impl PgFiles {
    /// The files whose contents are in `store`.
    pub fn new(store: FileStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl FileService for PgFiles {
    async fn attach(
        &self,
        tx: &mut Tx,
        message: &Message,
        new: Vec<NewAttachment>,
    ) -> Result<Vec<Attachment>> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        self.keep(tx, &new).await?;
        let first = next_position(tx, message.id).await?;
        let content_ids: Vec<_> = new
            .iter()
            .map(|new| content_id(new.content_id.as_deref()))
            .collect();
        let files = insert(tx, new).await?;
        let attachments = (first..).zip(files).zip(content_ids);
        let attachments: Vec<_> = attachments
            .map(|((position, file), content_id)| Attachment {
                file,
                position,
                content_id,
            })
            .collect();
        hang(tx, message.id, &attachments).await?;
        log(tx, message, &attachments).await?;
        Ok(attachments)
    }

    async fn attachments(&self, db: &Reader, message: Uuid) -> Result<Vec<Attachment>> {
        use message_attachments::dsl;
        let message = messages::table
            .filter(messages::organization_id.eq(db.organization()))
            .filter(messages::uuid.eq(message))
            .select(messages::id)
            .first::<i64>(&mut db.conn())
            .await
            .optional()?
            .ok_or(Error::not_found("Message"))?;
        let file = files::organization_id
            .eq(dsl::organization_id)
            .and(files::id.eq(dsl::file_id));
        let rows = message_attachments::table
            .inner_join(files::table.on(file))
            .filter(dsl::organization_id.eq(db.organization()))
            .filter(dsl::message_id.eq(message))
            .order(dsl::position)
            .select(AttachmentRow::as_select())
            .load(&mut db.conn())
            .await?;
        Ok(rows.into_iter().map(Attachment::from).collect())
    }

    async fn open(&self, db: &Reader, id: Uuid) -> Result<(File, FileStream)> {
        let query = files::table
            .filter(files::organization_id.eq(db.organization()))
            .filter(files::uuid.eq(id))
            .select(FileRow::as_select());
        let row = query.first(&mut db.conn()).await.optional()?;
        let file = File::from(row.ok_or(Error::not_found("File"))?);
        let content = self.store.get(db.organization(), &file.sha256).await?;
        Ok((file, content))
    }
}

impl PgFiles {
    /// Sees to it that the contents are there and stay until the transaction ends.
    async fn keep(&self, tx: &Tx, new: &[NewAttachment]) -> Result<()> {
        for file in new {
            let sha256 = &file.stored.sha256;
            locks::share(tx, LOCK, sha256).await?;
            if !self.store.has(tx.organization(), sha256).await? {
                let message = "the content of a file was removed from the file store".to_owned();
                return Err(Error::Unavailable { message });
            }
        }
        Ok(())
    }
}

async fn log(tx: &Tx, message: &Message, attachments: &[Attachment]) -> Result<()> {
    let none = None::<&str>;
    let entry = |attachment: &Attachment| {
        let file = &attachment.file;
        let changes = Changes::new()
            .field("message_id", &none, &ids::opaque(message.uuid))
            .field("name", &none, &file.name)
            .field("content_type", &none, &file.content_type)
            .field("size_bytes", &none, &file.size_bytes);
        (file.uuid, changes)
    };
    let entries: Vec<_> = attachments.iter().map(entry).collect();
    audit::record_many(tx, Action::Insert, RECORD, &entries).await
}

/// The position after the last attachment. The message is held until the transaction ends, so that no
/// other one takes the same.
async fn next_position(tx: &Tx, message: i64) -> Result<i32> {
    messages::table
        .find((tx.organization(), message))
        .select(messages::id)
        .for_update()
        .first::<i64>(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Message"))?;
    let last: Option<i32> = message_attachments::table
        .filter(message_attachments::organization_id.eq(tx.organization()))
        .filter(message_attachments::message_id.eq(message))
        .select(max(message_attachments::position))
        .first(&mut tx.conn())
        .await?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Inserts the files and answers them in their order.
async fn insert(tx: &Tx, new: Vec<NewAttachment>) -> Result<Vec<File>> {
    let rows: Vec<_> = new
        .into_iter()
        .map(|new| {
            (
                files::organization_id.eq(tx.organization()),
                files::uuid.eq(tx.uuid()),
                files::name.eq(file_name(&new.name)),
                files::content_type.eq(media_type(&new.content_type)),
                files::size_bytes.eq(new.stored.size),
                files::sha256.eq(new.stored.sha256.to_vec()),
                files::created_at.eq(tx.now()),
            )
        })
        .collect();
    let insert = diesel::insert_into(files::table).values(rows);
    let rows = insert.returning(FileRow::as_returning());
    let rows = rows.get_results(&mut tx.conn()).await?;
    Ok(rows.into_iter().map(File::from).collect())
}

async fn hang(tx: &Tx, message: i64, attachments: &[Attachment]) -> Result<()> {
    use message_attachments::dsl;
    let rows: Vec<_> = attachments
        .iter()
        .map(|attachment| {
            (
                dsl::organization_id.eq(tx.organization()),
                dsl::message_id.eq(message),
                dsl::file_id.eq(attachment.file.id),
                dsl::position.eq(attachment.position),
                dsl::content_id.eq(attachment.content_id.as_deref()),
            )
        })
        .collect();
    diesel::insert_into(message_attachments::table)
        .values(rows)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// A Content-ID without its angle brackets, as `cid:` addresses have it; none when it is not sound.
fn content_id(text: Option<&str>) -> Option<String> {
    let id = text?.trim().trim_start_matches('<').trim_end_matches('>');
    let sound = !id.is_empty() && id.len() <= CONTENT_ID && !id.contains('\0');
    sound.then(|| id.to_owned())
}
