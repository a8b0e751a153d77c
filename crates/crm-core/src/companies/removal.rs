//! Deleting companies.

use super::references;
use super::service::{RECORD, changes, lock, owner, remove};
use crate::audit::{self, Action};
use crate::custom_fields::{EntityType, keep};
use crate::merges;
use async_trait::async_trait;
use rapport_platform::events::Event;
use rapport_platform::{RawJson, Result, Tx};
use std::sync::Arc;
use uuid::Uuid;

/// What a domain does when a company is deleted.
#[async_trait]
pub trait CompanyParticipant: Send + Sync {
    /// Lets whatever refers to the company of this numeric id and UUID, which is held, refer to none. Whoever holds
    /// several others here takes them in the order of their ids.
    async fn detach(&self, tx: &mut Tx, company: (i64, Uuid)) -> Result<()>;
}

/// Deletes companies, with all domains that refer to them.
#[derive(Clone)]
pub struct CompanyRemoval {
    participants: Arc<[Arc<dyn CompanyParticipant>]>,
}

impl CompanyRemoval {
    /// With these domains besides the contacts that are known here.
    pub fn new(participants: impl Into<Arc<[Arc<dyn CompanyParticipant>]>>) -> Self {
        Self {
            participants: participants.into(),
        }
    }

    /// Deletes a company. Its contacts remain, without one.
    ///
    /// # Errors
    /// `NotFound` when it is not of the organization, `Conflict` when it was merged into another one.
    pub async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        merges::serialize(tx).await?;
        let old = lock(tx, id).await?;
        references::move_contacts(tx, &[(old.id, id)], None).await?;
        for participant in &*self.participants {
            participant.detach(tx, (old.id, id)).await?;
        }
        let none = RawJson::default();
        keep(
            tx,
            EntityType::Company,
            owner(&old),
            Some(&old.custom_fields),
            &none,
        )
        .await?;
        remove(tx, &[old.id]).await?;
        audit::record(tx, Action::Delete, (RECORD, id), &changes(Some(&old), None)).await?;
        tx.emit(Event::new("company.deleted", RECORD, id));
        Ok(())
    }
}
