//! The statements that write contacts and their addresses.

use super::{People, Person};
use crate::address::Address;
use crate::audit::{Action, Changes, Entry};
use crate::contacts::write::addressed;
use crate::contacts::{RECORD, changes, many, owner};
use crate::custom_fields::{Amendment, Definitions};
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_platform::events::Event;
use rapport_platform::{Result, Tx};

/// What the caller must write besides, together with what it writes itself.
#[derive(Debug, Default)]
pub struct Stored {
    /// Entries of the audit log.
    pub entries: Vec<Entry>,
    /// Events.
    pub events: Vec<Event>,
    /// Values of custom fields.
    pub amendments: Vec<Amendment>,
}

impl People {
    /// Writes all that was made and changed, in four statements at most. `None` when somebody took an address meanwhile:
    /// the caller must undo it and try again.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn store(&mut self, tx: &Tx, definitions: &Definitions) -> Result<Option<Stored>> {
        let (made, others): (Vec<&mut Person>, _) =
            self.all.iter_mut().partition(|person| person.old.is_none());
        let mut changed: Vec<_> = others
            .into_iter()
            .filter(|person| person.described && !person.changes().is_empty())
            .collect();
        let mut made: Vec<_> = made.into_iter().filter(|person| person.described).collect();
        for person in &mut changed {
            person.new.updated_at = tx.now();
        }
        let news: Vec<_> = made.iter().map(|person| &person.new).collect();
        let ids = many::insert(tx, &news).await?;
        for person in &mut made {
            person.new.id = ids.get(&person.new.uuid).copied().unwrap_or_default();
        }
        let news: Vec<_> = changed.iter().map(|person| &person.new).collect();
        many::update(tx, &news).await?;
        let written: Vec<&Person> = made.into_iter().chain(changed).map(|person| &*person).collect();
        release(tx, &written).await?;
        let claims: Vec<_> = written.iter().flat_map(|person| person.claims()).collect();
        // What is to be told is put together while the database works.
        let told = async { Ok(Stored::of(&written, definitions)) };
        let (claimed, stored) = try_join!(many::claim(tx, &claims), told)?;
        Ok(claimed.then_some(stored))
    }
}

impl Stored {
    fn of(written: &[&Person], definitions: &Definitions) -> Self {
        let mut stored = Self::default();
        for person in written {
            let contact = &person.new;
            let (action, kind) = match person.old {
                None => (Action::Insert, "contact.created"),
                Some(_) => (Action::Update, "contact.updated"),
            };
            stored.entries.push(Entry {
                action,
                record_type: RECORD,
                record: contact.uuid,
                changes: person.changes(),
            });
            stored.events.push(Event::new(kind, RECORD, contact.uuid));
            if !person.amended.is_empty() {
                stored.amendments.push(Amendment {
                    owner: owner(contact),
                    values: definitions.kept(&contact.custom_fields, &person.amended),
                    former: match person.old {
                        None => Vec::new(),
                        Some(_) => person.amended.clone(),
                    },
                });
            }
        }
        stored
    }
}

impl Person {
    /// The addresses that are new to the contact.
    fn claims(&self) -> impl Iterator<Item = (i64, &Address)> {
        let new = self.addresses.iter().filter(|one| one.id.is_none());
        new.map(|one| (self.new.id, &one.address))
    }

    fn changes(&self) -> Changes {
        let now: Vec<_> = self.addresses.iter().map(|one| one.address.clone()).collect();
        addressed(changes(self.old.as_ref(), Some(&self.new)), &self.before, &now)
    }
}

/// Takes the addresses that were given up from their contacts.
async fn release(tx: &Tx, written: &[&Person]) -> Result<()> {
    let ids: Vec<i64> = written
        .iter()
        .flat_map(|person| person.given_up.iter().copied())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query("DELETE FROM contact_addresses WHERE organization_id = $1 AND id = ANY ($2)")
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<BigInt>, _>(ids)
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
