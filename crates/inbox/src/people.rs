//! The contacts and agents that conversations and messages name, read for their ids.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::{agents, contacts, conversations};
use uuid::Uuid;

/// The id of a contact that is not deleted.
pub(crate) async fn contact(conn: &AsyncPgConnection, organization: i64, uuid: Uuid) -> Result<Option<i64>> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::uuid.eq(uuid))
        .filter(contacts::deleted_at.is_null())
        .select(contacts::id);
    Ok(query.first(&mut &*conn).await.optional()?)
}

/// The id of an agent that is not deleted.
pub(crate) async fn agent(conn: &AsyncPgConnection, organization: i64, uuid: Uuid) -> Result<Option<i64>> {
    let query = agents::table
        .filter(agents::organization_id.eq(organization))
        .filter(agents::uuid.eq(uuid))
        .filter(agents::deleted_at.is_null())
        .select(agents::id);
    Ok(query.first(&mut &*conn).await.optional()?)
}

/// The id of the contact that a write is about to refer to, which may have been merged into another one; `Invalid`
/// when there is none. It is held: see [`contacts::hold`](rapport_crm_core::contacts::hold).
pub(crate) async fn named_contact(tx: &Tx, uuid: Uuid) -> Result<i64> {
    rapport_crm_core::contacts::hold(tx, uuid)
        .await?
        .ok_or_else(|| Error::invalid("contact_id", "is not a contact of this organization"))
}

/// Refuses to write to a conversation, which is held, whose contact was erased.
pub(crate) async fn refuse_erased(tx: &Tx, conversation: i64) -> Result<()> {
    let erased = conversations::table
        .inner_join(
            contacts::table.on(contacts::organization_id
                .eq(conversations::organization_id)
                .and(contacts::id.eq(conversations::contact_id))),
        )
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq(conversation))
        .select(contacts::erased_at.is_not_null());
    if erased.first(&mut tx.conn()).await? {
        return Err(Error::conflict("The contact of this conversation was erased"));
    }
    Ok(())
}

/// The id of the agent that a write names, if it names one; `Invalid` when there is none.
pub(crate) async fn named_agent(tx: &Tx, uuid: Option<Uuid>) -> Result<Option<i64>> {
    let Some(uuid) = uuid else { return Ok(None) };
    agent(tx.conn(), tx.organization(), uuid)
        .await?
        .map(Some)
        .ok_or_else(|| Error::invalid("agent_id", "is not an agent of this organization"))
}
