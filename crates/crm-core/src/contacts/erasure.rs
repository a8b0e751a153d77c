//! Erasing contacts: what the law gives a person the right to (GDPR, article 17), and nothing else.

use super::rows::ContactValues;
use super::write::RECORD;
use super::{addresses, references};
use crate::address::Address;
use crate::audit::{self, Action, Changes};
use crate::custom_fields::{EntityType, forget};
use crate::imports;
use crate::search::words;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::contacts;
use std::sync::Arc;
use uuid::Uuid;

/// A contact that is being erased.
#[derive(Debug, Clone)]
pub struct Erased {
    /// The numeric id.
    pub contact: i64,
    /// The addresses by which it was found, and those it shows, unless they are another contact's by now.
    pub addresses: Vec<Address>,
}

/// What a domain keeps of contacts, and how it forgets it.
#[async_trait]
pub trait ErasureParticipant: Send + Sync {
    /// Removes what would tell something of the contact, from rows and, with [`audit::redact`], from the audit log.
    /// Rows that others count or refer to stay, without it. The contact is held until the transaction ends.
    async fn erase(&self, tx: &mut Tx, erased: &Erased) -> Result<()>;
}

/// Erases contacts, with all domains that keep something of them.
#[derive(Clone)]
pub struct ContactErasure {
    participants: Arc<[Arc<dyn ErasureParticipant>]>,
}

impl ContactErasure {
    /// With these domains besides the contacts themselves.
    pub fn new(participants: impl Into<Arc<[Arc<dyn ErasureParticipant>]>>) -> Self {
        Self {
            participants: participants.into(),
        }
    }

    /// Removes all that is kept of a contact, deleted or not, for good. Its row stays, empty and deleted, and so do
    /// conversations, messages and sales without what they said, so that reports stay as they are. Its addresses are
    /// free. The audit log tells that it was erased, and of changes before only which fields they touched.
    ///
    /// What was merged into it goes with it.
    ///
    /// # Errors
    /// `NotFound` when it is not of the organization or was erased before; `Conflict` when it was merged into another
    /// one.
    pub async fn erase(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let contact = lock(tx, id).await?;
        let mut all = merged(tx, contact).await?;
        all.push((contact, id));
        let (ids, uuids): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let addresses = addresses::known(tx, &ids).await?;
        let words = words::told(tx, &ids, &uuids).await?;
        let erased = Erased { contact, addresses };
        for participant in &*self.participants {
            participant.erase(tx, &erased).await?;
        }
        imports::forget(tx, &ids).await?;
        addresses::release_all(tx, contact).await?;
        empty(tx, &ids).await?;
        forget(tx, EntityType::Contact, &ids).await?;
        audit::redact(tx, RECORD, &uuids, &[]).await?;
        let changes = Changes::new().field("erased_at", &None::<&str>, &tx.now());
        audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
        tx.emit(Event::new("contact.erased", RECORD, id));
        words::forget(tx, &words).await?;
        Ok(())
    }
}

/// Holds the contact until the transaction ends: nothing new refers to it meanwhile.
async fn lock(tx: &Tx, id: Uuid) -> Result<i64> {
    let (contact, merged_into) = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(id))
        .filter(contacts::erased_at.is_null())
        .select((contacts::id, contacts::merged_into))
        .for_update()
        .first::<(i64, Option<i64>)>(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Contact"))?;
    match merged_into {
        None => Ok(contact),
        Some(survivor) => {
            let survivor = contacts::table
                .find((tx.organization(), survivor))
                .select(contacts::uuid);
            Err(references::merged(survivor.first(&mut tx.conn()).await?))
        }
    }
}

/// What was merged into the contact, which is held.
async fn merged(tx: &Tx, contact: i64) -> Result<Vec<(i64, Uuid)>> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::merged_into.eq(contact))
        .select((contacts::id, contacts::uuid));
    Ok(query.load(&mut tx.conn()).await?)
}

async fn empty(tx: &Tx, ids: &[i64]) -> Result<()> {
    use contacts::dsl;
    let emptied = dsl::contacts
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::id.eq_any(ids));
    diesel::update(emptied)
        .set((
            ContactValues::default(),
            dsl::archived_at.eq(None::<DateTime<Utc>>),
            (
                dsl::deleted_at.eq(tx.now()),
                dsl::erased_at.eq(tx.now()),
                dsl::updated_at.eq(tx.now()),
            ),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
