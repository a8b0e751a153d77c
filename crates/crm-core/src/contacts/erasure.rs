//! Erasing contacts: what the law gives a person the right to (GDPR, article 17), and nothing else.

use super::addresses;
use super::service::RECORD;
use crate::audit::{self, Action, Changes};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, Result, Tx};
use rapport_schema::tables::contacts;
use std::sync::Arc;
use uuid::Uuid;

/// What a domain keeps of contacts, and how it forgets it.
#[async_trait]
pub trait ErasureParticipant: Send + Sync {
    /// Removes what would tell something of the contact of this numeric id, from rows and, with [`audit::redact`],
    /// from the audit log. Rows that others count or refer to stay, without it. The contact is held until the
    /// transaction ends.
    async fn erase(&self, tx: &mut Tx, contact: i64) -> Result<()>;
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
    /// # Errors
    /// `NotFound` when it is not of the organization or was erased before.
    pub async fn erase(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        let contact = lock(tx, id).await?;
        for participant in &*self.participants {
            participant.erase(tx, contact).await?;
        }
        addresses::release_all(tx, contact).await?;
        empty(tx, contact).await?;
        audit::redact(tx, RECORD, &[id], &[]).await?;
        let changes = Changes::new().field("erased_at", &None::<&str>, &tx.now());
        audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
        tx.emit(Event::new("contact.erased", RECORD, id));
        Ok(())
    }
}

/// Holds the contact until the transaction ends: nothing new refers to it meanwhile.
async fn lock(tx: &Tx, id: Uuid) -> Result<i64> {
    contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(id))
        .filter(contacts::erased_at.is_null())
        .select(contacts::id)
        .for_update()
        .first(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Contact"))
}

async fn empty(tx: &Tx, contact: i64) -> Result<()> {
    use contacts::dsl;
    let none = None::<String>;
    diesel::update(contacts::table.find((tx.organization(), contact)))
        .set((
            (
                dsl::name.eq(&none),
                dsl::email.eq(&none),
                dsl::phone_number.eq(&none),
            ),
            (dsl::company_id.eq(None::<i64>), dsl::company_role.eq(&none)),
            dsl::custom_fields.eq(RawJson::default()),
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
