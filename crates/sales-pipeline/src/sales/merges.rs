//! Follows contacts and conversations that were merged into others.

use super::log::{self, RECORD};
use super::{SaleContact, load, store};
use crate::tasks;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Json, Result, Tx, ids};
use rapport_schema::tables::{contacts, sale_contacts, sale_conversations, sales};
use std::collections::HashMap;
use uuid::Uuid;

/// Lets sales and tasks refer to what a contact or a conversation was merged into. It follows every event about one whose
/// payload has `merged_into`, an opaque id; tasks know conversations by their `number`.
#[derive(Debug, Default)]
pub struct FollowMerges;

#[async_trait]
impl Projection for FollowMerges {
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()> {
        for event in events {
            let Some(into) = merged_into(event) else { continue };
            match event.subject_type {
                "contact" => move_contact(tx, event.subject_id, into).await?,
                "conversation" => {
                    move_conversation(tx, event.subject_id, into).await?;
                    if let Some(number) = event.payload.tree().member("number").and_then(Json::integer) {
                        tasks::move_conversation(tx, number, into).await?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn merged_into(event: &Event) -> Option<Uuid> {
    const KEY: &str = "merged_into";
    // Most events say nothing of the kind and need not be parsed.
    if !event.payload.get().contains(KEY) {
        return None;
    }
    ids::parse_opaque(event.payload.tree().member(KEY)?.text()?)
}

async fn move_contact(tx: &Tx, from: Uuid, into: Uuid) -> Result<()> {
    use sale_contacts::dsl;
    let organization = tx.organization();
    let (Some(from_id), Some(into_id)) = (contact(tx, from).await?, contact(tx, into).await?) else {
        return Ok(());
    };
    let with = |contact: i64| {
        sale_contacts::table
            .filter(dsl::organization_id.eq(organization))
            .filter(dsl::contact_id.eq(contact))
    };
    let ids: Vec<i64> = with(from_id).select(dsl::sale_id).load(&mut tx.conn()).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let held = hold(tx, &ids).await?;
    let before = load::contacts_of(tx.conn(), organization, &ids).await?;
    // Where both are, one goes; the other is the primary one if either was.
    let both: Vec<i64> = with(into_id)
        .filter(dsl::sale_id.eq_any(&ids))
        .select(dsl::sale_id)
        .load(&mut tx.conn())
        .await?;
    let gone = with(from_id).filter(dsl::sale_id.eq_any(&both));
    let primary = diesel::delete(gone).returning((dsl::sale_id, dsl::is_primary));
    let primary: Vec<(i64, bool)> = primary.get_results(&mut tx.conn()).await?;
    let primary: Vec<i64> = primary
        .iter()
        .filter(|(_, was)| *was)
        .map(|(sale, _)| *sale)
        .collect();
    diesel::update(with(into_id).filter(dsl::sale_id.eq_any(primary)))
        .set(dsl::is_primary.eq(true))
        .execute(&mut tx.conn())
        .await?;
    diesel::update(with(from_id))
        .set(dsl::contact_id.eq(into_id))
        .execute(&mut tx.conn())
        .await?;
    tell_contacts(tx, &held, &before).await
}

/// The id of a contact, also of a deleted one.
async fn contact(tx: &Tx, uuid: Uuid) -> Result<Option<i64>> {
    let query = contacts::table
        .filter(contacts::organization_id.eq(tx.organization()))
        .filter(contacts::uuid.eq(uuid))
        .select(contacts::id);
    Ok(query.first(&mut tx.conn()).await.optional()?)
}

async fn move_conversation(tx: &Tx, from: Uuid, into: Uuid) -> Result<()> {
    use sale_conversations::dsl;
    let organization = tx.organization();
    let with = |conversation: Uuid| {
        sale_conversations::table
            .filter(dsl::organization_id.eq(organization))
            .filter(dsl::conversation.eq(conversation))
    };
    let ids: Vec<i64> = with(from).select(dsl::sale_id).load(&mut tx.conn()).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let held = hold(tx, &ids).await?;
    let before = load::conversations_of(tx.conn(), organization, &ids).await?;
    let both: Vec<i64> = with(into)
        .filter(dsl::sale_id.eq_any(&ids))
        .select(dsl::sale_id)
        .load(&mut tx.conn())
        .await?;
    diesel::delete(with(from).filter(dsl::sale_id.eq_any(both)))
        .execute(&mut tx.conn())
        .await?;
    diesel::update(with(from))
        .set(dsl::conversation.eq(into))
        .execute(&mut tx.conn())
        .await?;
    let after = load::conversations_of(tx.conn(), organization, &ids).await?;
    let told = |all: &HashMap<i64, Vec<Uuid>>, sale| {
        all.get(&sale)
            .map(|all| all.iter().copied().map(ids::opaque).collect::<Vec<_>>())
    };
    tell(tx, &held, |sale| {
        Changes::new().field(
            "associated_conversation_ids",
            &told(&before, sale),
            &told(&after, sale),
        )
    })
    .await
}

/// Holds sales until the transaction ends, also deleted ones, in the order of their ids. Answers those that are not: of
/// the others nothing more is told.
pub(super) async fn hold(tx: &Tx, ids: &[i64]) -> Result<Vec<(i64, Uuid)>> {
    let query = sales::table
        .filter(sales::organization_id.eq(tx.organization()))
        .filter(sales::id.eq_any(ids))
        .order(sales::id)
        .select((sales::id, sales::uuid, sales::deleted_at.is_null()))
        .for_update();
    let mut held: Vec<(i64, Uuid, bool)> = query.load(&mut tx.conn()).await?;
    held.retain(|(.., there)| *there);
    Ok(held.into_iter().map(|(id, uuid, _)| (id, uuid)).collect())
}

/// Tells of those of these sales whose contacts are others than `before`.
pub(super) async fn tell_contacts(
    tx: &Tx,
    held: &[(i64, Uuid)],
    before: &HashMap<i64, Vec<SaleContact>>,
) -> Result<()> {
    let ids: Vec<i64> = held.iter().map(|(id, _)| *id).collect();
    let after = load::contacts_of(tx.conn(), tx.organization(), &ids).await?;
    let told = |all: &HashMap<i64, Vec<SaleContact>>, sale| {
        log::contacts(all.get(&sale).map(Vec::as_slice).unwrap_or_default())
    };
    tell(tx, held, |sale| {
        Changes::new().field("associated_contacts", &told(before, sale), &told(&after, sale))
    })
    .await
}

/// Gives those of these sales that differ another version, and tells in what.
async fn tell(tx: &Tx, held: &[(i64, Uuid)], differences: impl Fn(i64) -> Changes) -> Result<()> {
    for (id, uuid) in held {
        let changes = differences(*id);
        // Somebody else may have changed a sale before it was held.
        if !changes.is_empty() {
            store::touch(tx, *id).await?;
            audit::record(tx, Action::Update, (RECORD, *uuid), &changes).await?;
        }
    }
    Ok(())
}
