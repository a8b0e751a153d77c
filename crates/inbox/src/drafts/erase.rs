//! Drafts of somebody who is erased.

use super::rows::{self, DraftRow, visible};
use super::{Draft, DraftKind, DraftStatus, log};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use rapport_crm_core::address::{self, Address, ChannelType};
use rapport_crm_core::audit;
use rapport_crm_core::contacts::Erased;
use rapport_platform::{Result, Tx, ids};
use rapport_schema::tables::drafts;
use uuid::Uuid;

/// What the log goes on to tell of a draft.
const KEPT: [&str; 8] = [
    "status",
    "conversation_id",
    "message_id",
    "agent_id",
    "modality",
    "folder",
    "authorship",
    "scheduled_send_at",
];
/// And of one that somebody else was to get.
const COPIED: [&str; 12] = [
    "status",
    "conversation_id",
    "message_id",
    "agent_id",
    "modality",
    "folder",
    "authorship",
    "scheduled_send_at",
    "to_user_name",
    "to_email",
    "to_phone_number",
    "subject",
];

/// How drafts and the log name somebody: e-mail addresses in lower case, phone numbers in every way they were typed.
struct Names {
    emails: Vec<String>,
    phones: Vec<String>,
}

/// Deletes the drafts in these conversations, which are held, and those addressed to the contact, unless they were
/// sent: these stay, empty. Drafts to others go without a copy to the contact. The log tells of all of them, also of
/// those deleted before, only what [`KEPT`] and [`COPIED`] name.
pub(crate) async fn erase(tx: &mut Tx, conversations: &[(i64, Uuid)], erased: &Erased) -> Result<()> {
    let names = names(tx, &erased.addresses).await?;
    let parents: Vec<_> = conversations.iter().map(|(id, _)| *id).collect();
    let (own, copied): (Vec<_>, Vec<_>) =
        hold(tx, &parents, &names)
            .await?
            .into_iter()
            .partition(|(draft, parent)| {
                parent.is_some_and(|parent| parents.contains(&parent)) || names.address(draft)
            });
    for (draft, _) in own.iter().filter(|(draft, _)| draft.status != DraftStatus::Sent) {
        rows::remove(tx, draft).await?;
        log::deleted(tx, draft).await?;
    }
    let ids: Vec<_> = own.iter().map(|(draft, _)| draft.id).collect();
    empty(tx, &ids).await?;
    let ids: Vec<_> = copied.iter().map(|(draft, _)| draft.id).collect();
    strike(tx, &ids, &names.emails).await?;
    for (old, _) in &copied {
        let new = rows::read(tx, old.uuid).await?.into();
        log::moved(tx, "draft.updated", old, &new).await?;
    }
    let uuids = |drafts: Vec<(Draft, _)>| drafts.into_iter().map(|(draft, _)| draft.uuid).collect();
    let (own, copied): (Vec<_>, Vec<_>) = (uuids(own), uuids(copied));
    redact(tx, conversations, &names, (own, copied)).await
}

async fn names(tx: &Tx, addresses: &[Address]) -> Result<Names> {
    let emails = addresses
        .iter()
        .filter(|address| address.channel_type == ChannelType::Email);
    let typed = drafts::table
        .filter(drafts::organization_id.eq(tx.organization()))
        .filter(drafts::to_phone_number.is_not_null())
        .select(drafts::to_phone_number.assume_not_null())
        .distinct();
    let mut typed: Vec<String> = typed.load(&mut tx.conn()).await?;
    typed.extend(audit::told(tx, DraftKind::Message.record(), "to_phone_number").await?);
    Ok(Names {
        emails: emails.map(|email| email.normalized.clone()).collect(),
        phones: address::spellings(tx, typed, addresses).await?,
    })
}

impl Names {
    /// Whether the draft is a first message to them.
    fn address(&self, draft: &Draft) -> bool {
        let to = &draft.recipient;
        let email = to.email.as_ref().map(|email| email.to_lowercase());
        draft.kind == DraftKind::Message
            && (email.is_some_and(|email| self.emails.contains(&email))
                || to
                    .phone_number
                    .as_ref()
                    .is_some_and(|phone| self.phones.contains(phone)))
    }
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The drafts of these conversations, and those that name the contact, held until the transaction ends; each with the
/// conversation's id.
async fn hold(tx: &Tx, conversations: &[i64], names: &Names) -> Result<Vec<(Draft, Option<i64>)>> {
    let held = diesel::sql_query(
        "SELECT id FROM drafts WHERE organization_id = $1 AND (conversation_id = ANY ($2) \
             OR lower(to_email) = ANY ($3) OR to_phone_number = ANY ($4) \
             OR EXISTS (SELECT 1 FROM unnest(cc_emails || bcc_emails) AS address WHERE lower(address) = ANY ($3))) \
         ORDER BY id FOR UPDATE",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(conversations)
    .bind::<Array<Text>, _>(&names.emails)
    .bind::<Array<Text>, _>(&names.phones);
    let held: Vec<Held> = held.load(&mut tx.conn()).await?;
    let query = visible(tx.organization())
        .filter(drafts::id.eq_any(held.into_iter().map(|held| held.id).collect::<Vec<_>>()))
        .order(drafts::id)
        .select(DraftRow::as_select());
    let rows = query.load(&mut tx.conn()).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let parent = row.conversation_id;
            (Draft::from(row), parent)
        })
        .collect())
}

/// Takes out of drafts what they said, and to whom.
async fn empty(tx: &Tx, ids: &[i64]) -> Result<()> {
    let (none, nobody) = (None::<String>, Vec::<String>::new());
    let emptied = drafts::table
        .filter(drafts::organization_id.eq(tx.organization()))
        .filter(drafts::id.eq_any(ids));
    diesel::update(emptied)
        .set((
            drafts::to_user_name.eq(&none),
            drafts::to_email.eq(&none),
            drafts::to_phone_number.eq(&none),
            drafts::subject.eq(&none),
            drafts::body_html.eq(&none),
            drafts::cc_emails.eq(&nobody),
            drafts::bcc_emails.eq(&nobody),
            drafts::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// Takes these addresses out of the copies of drafts.
async fn strike(tx: &Tx, ids: &[i64], emails: &[String]) -> Result<()> {
    let statement = diesel::sql_query(
        "UPDATE drafts SET updated_at = $4, \
             cc_emails = ARRAY(SELECT address FROM unnest(cc_emails) WITH ORDINALITY AS cc (address, place) \
                               WHERE lower(address) <> ALL ($3) ORDER BY place), \
             bcc_emails = ARRAY(SELECT address FROM unnest(bcc_emails) WITH ORDINALITY AS bcc (address, place) \
                                WHERE lower(address) <> ALL ($3) ORDER BY place) \
         WHERE organization_id = $1 AND id = ANY ($2)",
    )
    .bind::<BigInt, _>(tx.organization())
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<Text>, _>(emails)
    .bind::<diesel::sql_types::Timestamptz, _>(tx.now());
    statement.execute(&mut tx.conn()).await?;
    Ok(())
}

/// Takes the contact out of what the log tells of these drafts, and of those that were deleted before.
async fn redact(
    tx: &Tx,
    conversations: &[(i64, Uuid)],
    names: &Names,
    (mut own, copied): (Vec<Uuid>, Vec<Uuid>),
) -> Result<()> {
    let places = conversations.iter().map(|(_, uuid)| ids::opaque(*uuid));
    let addresses = names.emails.iter().chain(&names.phones).cloned();
    let texts: Vec<_> = addresses.chain(places).collect();
    for kind in [DraftKind::Message, DraftKind::Response] {
        own.extend(audit::telling(tx, kind.record(), &texts).await?);
    }
    own.retain(|draft| !copied.contains(draft));
    for kind in [DraftKind::Message, DraftKind::Response] {
        audit::redact(tx, kind.record(), &own, &KEPT).await?;
        audit::redact(tx, kind.record(), &copied, &COPIED).await?;
    }
    Ok(())
}
