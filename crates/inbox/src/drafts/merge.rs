//! Drafts of conversations that become one.

use super::rows::{self, DraftRow, visible};
use super::{Draft, DraftKind, DraftStatus, log};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use rapport_schema::tables::drafts;

/// Moves the drafts of conversations that are held into another one that is. Of the responses that are not
/// sent the one last written stays; the others are deleted.
pub(crate) async fn merge(tx: &mut Tx, from: &[i64], into: i64) -> Result<()> {
    let mut all = from.to_vec();
    all.push(into);
    let mut open = unsent(tx, &all).await?;
    let kept = open.pop();
    for draft in &open {
        rows::remove(tx, draft).await?;
        log::deleted(tx, draft).await?;
    }
    move_all(tx, from, into).await?;
    if let Some(old) = kept {
        let new = rows::read(tx, old.uuid).await?;
        if new.conversation != old.conversation {
            log::moved(tx, "draft.updated", &old, &new.into()).await?;
        }
    }
    Ok(())
}

/// The responses that are not sent, the one last written last.
async fn unsent(tx: &Tx, conversations: &[i64]) -> Result<Vec<Draft>> {
    let query = visible(tx.organization())
        .filter(drafts::conversation_id.eq_any(conversations))
        .filter(drafts::kind.eq(DraftKind::Response))
        .filter(drafts::status.ne(DraftStatus::Sent))
        .order((drafts::updated_at, drafts::id))
        .select(DraftRow::as_select());
    let rows = query.load(&mut tx.conn()).await?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

async fn move_all(tx: &Tx, from: &[i64], into: i64) -> Result<()> {
    let moved = drafts::table
        .filter(drafts::organization_id.eq(tx.organization()))
        .filter(drafts::conversation_id.eq_any(from));
    diesel::update(moved)
        .set(drafts::conversation_id.eq(into))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
