//! The rows behind files.

use super::{Attachment, File};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rapport_schema::tables::{files, message_attachments};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = files)]
pub(super) struct FileRow {
    id: i64,
    uuid: Uuid,
    name: String,
    content_type: String,
    size_bytes: i64,
    sha256: Vec<u8>,
    created_at: DateTime<Utc>,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            name: row.name,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            sha256: row.sha256,
            created_at: row.created_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = message_attachments)]
pub(super) struct AttachmentRow {
    #[diesel(embed)]
    file: FileRow,
    position: i32,
    content_id: Option<String>,
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        Self {
            file: row.file.into(),
            position: row.position,
            content_id: row.content_id,
        }
    }
}
