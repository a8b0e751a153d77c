//! What the inbox forgets of a contact that is erased.

use crate::conversations::RECORD;
use crate::{drafts, files, messages};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::audit;
use rapport_crm_core::contacts::{Erased, ErasureParticipant};
use rapport_crm_core::custom_fields::{EntityType, forget};
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::{conversations, message_references, messages as rows};
use uuid::Uuid;

/// Takes out of the contact's conversations what was said and who said it: contents, subjects, addresses, transcripts,
/// forms, attachments and what ties mails to their thread. Conversations and messages stay, with their times,
/// directions, kinds and agents. So does the digest that tells a mail from its copy: a repeated import does not bring
/// it back. Drafts that were not sent go, as do copies to the contact of drafts to others.
#[derive(Debug, Default)]
pub struct InboxErasure;

#[async_trait]
impl ErasureParticipant for InboxErasure {
    async fn erase(&self, tx: &mut Tx, erased: &Erased) -> Result<()> {
        let held = hold(tx, erased.contact).await?;
        let conversations: Vec<_> = held.iter().map(|(id, _)| *id).collect();
        files::erase(tx, &conversations).await?;
        let silenced = silence(tx, &conversations).await?;
        untie(tx, &conversations).await?;
        forget(tx, EntityType::FunnelConversation, &conversations).await?;
        // Redacts, which is to come late.
        drafts::erase(tx, &held, erased).await?;
        let keep = [
            "contact_id",
            "agent_id",
            "folder",
            "is_read",
            "funnel_id",
            "funnel_status_id",
            "archived_at",
            "created_at",
        ];
        let uuids: Vec<_> = held.iter().map(|(_, uuid)| *uuid).collect();
        audit::redact(tx, RECORD, &uuids, &keep).await?;
        let keep = ["conversation_id", "modality", "message_direction"];
        audit::redact(tx, messages::RECORD, &silenced, &keep).await
    }
}

/// Holds the contact's conversations until the transaction ends, so that no message comes in meanwhile.
async fn hold(tx: &Tx, contact: i64) -> Result<Vec<(i64, Uuid)>> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::contact_id.eq(contact))
        .order(conversations::id)
        .select((conversations::id, conversations::uuid))
        .for_update();
    Ok(query.load(&mut tx.conn()).await?)
}

/// Empties the messages of these conversations and answers which they are.
async fn silence(tx: &Tx, conversations: &[i64]) -> Result<Vec<Uuid>> {
    use rows::dsl;
    let none = None::<String>;
    let nobody = Vec::<String>::new();
    let said = rows::table
        .filter(dsl::organization_id.eq(tx.organization()))
        .filter(dsl::conversation_id.eq_any(conversations));
    let update = diesel::update(said).set((
        (
            dsl::subject.eq(&none),
            dsl::content.eq(&none),
            dsl::html.eq(&none),
        ),
        dsl::form_request_body.eq(None::<RawJson>),
        dsl::call_transcript.eq(&none),
        (dsl::email_message_id.eq(&none), dsl::from_address.eq(&none)),
        (
            dsl::to_addresses.eq(&nobody),
            dsl::cc_emails.eq(&nobody),
            dsl::bcc_emails.eq(&nobody),
        ),
    ));
    Ok(update.returning(dsl::uuid).get_results(&mut tx.conn()).await?)
}

/// Forgets the Message-IDs and subjects by which mails find these conversations, and what their custom fields say.
async fn untie(tx: &Tx, ids: &[i64]) -> Result<()> {
    let references = message_references::table
        .filter(message_references::organization_id.eq(tx.organization()))
        .filter(message_references::conversation_id.eq_any(ids));
    diesel::delete(references).execute(&mut tx.conn()).await?;
    let tied = conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::id.eq_any(ids));
    diesel::update(tied)
        .set((
            conversations::subject_key.eq(None::<String>),
            conversations::custom_fields.eq(RawJson::default()),
            conversations::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
