//! Removing files, and their contents when nothing refers to them any more.

use crate::locks;
use async_trait::async_trait;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{Job, JobContext, JobError, JobHandler};
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::{files, message_attachments, messages};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const REMOVE: &str = "file.remove_content";
/// What the lock on a content is called.
pub(super) const LOCK: &str = "file content";

/// Takes the attachments off the messages of these conversations, and removes the files that hang on no other
/// message. Their contents go by a job, once the transaction has committed.
pub(crate) async fn erase(tx: &mut Tx, conversations: &[i64]) -> Result<()> {
    let mut taken = take_off(tx, conversations).await?;
    taken.sort_unstable();
    taken.dedup();
    let unused = files::table
        .filter(files::organization_id.eq(tx.organization()))
        .filter(files::id.eq_any(&taken))
        .filter(not(exists(
            message_attachments::table
                .filter(message_attachments::organization_id.eq(tx.organization()))
                .filter(message_attachments::file_id.eq(files::id)),
        )));
    let removed: Vec<(Uuid, Vec<u8>)> = diesel::delete(unused)
        .returning((files::uuid, files::sha256))
        .get_results(&mut tx.conn())
        .await?;
    let (uuids, contents): (Vec<_>, Vec<_>) = removed.into_iter().unzip();
    audit::redact(tx, super::RECORD, &uuids, &["message_id"]).await?;
    let entries: Vec<_> = uuids.into_iter().map(|uuid| (uuid, Changes::new())).collect();
    audit::record_many(tx, Action::Delete, super::RECORD, &entries).await?;
    for sha256 in contents {
        tx.enqueue(Job::new(REMOVE, RawJson::of(&Content { sha256 })?));
    }
    Ok(())
}

/// Takes off the attachments and answers their files.
async fn take_off(tx: &Tx, conversations: &[i64]) -> Result<Vec<i64>> {
    let theirs = messages::table
        .filter(messages::organization_id.eq(tx.organization()))
        .filter(messages::conversation_id.eq_any(conversations))
        .select(messages::id);
    let attached = message_attachments::table
        .filter(message_attachments::organization_id.eq(tx.organization()))
        .filter(message_attachments::message_id.eq_any(theirs));
    let delete = diesel::delete(attached).returning(message_attachments::file_id);
    Ok(delete.get_results(&mut tx.conn()).await?)
}

#[derive(Serialize, Deserialize)]
struct Content {
    sha256: Vec<u8>,
}

/// Removes contents to which no file refers any more from the file store.
pub struct RemoveContents {
    store: FileStore,
}

impl RemoveContents {
    /// From this store.
    pub fn new(store: FileStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl JobHandler for RemoveContents {
    fn kind(&self) -> &'static str {
        REMOVE
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let Content { sha256 } = job.payload()?;
        let removed = job.db.write(job.ctx()?, async |tx| {
            // Whoever hangs the same content on a message now waits, and then finds that it is gone.
            locks::hold(tx, LOCK, &sha256).await?;
            let same = files::table
                .filter(files::organization_id.eq(tx.organization()))
                .filter(files::sha256.eq(&sha256));
            if diesel::select(exists(same)).get_result(&mut tx.conn()).await? {
                return Ok(());
            }
            self.store.delete(tx.organization(), &sha256).await
        });
        Ok(removed.await?)
    }
}
