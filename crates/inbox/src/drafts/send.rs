//! The job that sends drafts.

use super::rows::{self, DraftRow};
use super::schedule::{Order, SEND};
use super::{DEFAULT_FOLDER, Draft, DraftKind, DraftStatus, check, log, way};
use crate::conversations::{self, NewConversation};
use crate::html;
use crate::messages::{Direction, Envelope, Message, MessageRecord, Modality, NewMessage, Recording, Status};
use crate::{ConversationService, MessageService};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::address::Address;
use rapport_crm_core::contacts::hold_owner;
use rapport_crm_core::{ChannelService, ContactService};
use rapport_platform::jobs::{JobContext, JobError, JobHandler};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::drafts;
use std::sync::Arc;
use uuid::Uuid;

/// Sends the drafts whose time has come, each once. What cannot be sent stays as a draft that has failed,
/// with the reason.
pub struct SendDraft {
    /// Finds and makes the contacts of first messages.
    pub contacts: Arc<dyn ContactService>,
    /// Makes their conversations.
    pub conversations: Arc<dyn ConversationService>,
    /// Records what is sent.
    pub messages: Arc<dyn MessageService>,
    /// Says what carries it.
    pub channels: Arc<dyn ChannelService>,
}

#[async_trait]
impl JobHandler for SendDraft {
    fn kind(&self) -> &'static str {
        SEND
    }

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let (ctx, order) = (job.ctx()?, job.payload::<Order>()?);
        let sent = Box::pin(job.db.write(ctx, async |tx| self.send(tx, order).await)).await;
        match sent.map_err(JobError::from) {
            Ok(()) => Ok(()),
            Err(JobError::Retry(error)) if !job.is_last_attempt() => Err(JobError::Retry(error)),
            Err(JobError::Retry(error) | JobError::Fail(error)) => {
                Box::pin(job.db.write(ctx, async |tx| fail(tx, order, &error).await)).await?;
                Err(JobError::Fail(error))
            }
        }
    }
}

impl SendDraft {
    async fn send(&self, tx: &mut Tx, order: Order) -> Result<()> {
        let Some(row) = hold(tx, order).await? else {
            return Ok(());
        };
        let parent = row.conversation_id;
        let old = Draft::from(row);
        let message = match (old.kind, parent) {
            (DraftKind::Response, Some(parent)) => self.respond(tx, &old, parent).await?,
            _ => self.begin(tx, &old).await?,
        };
        let parent = conversations::lock(tx, message.conversation).await?;
        diesel::update(drafts::table.find((tx.organization(), old.id)))
            .set((
                drafts::status.eq(DraftStatus::Sent),
                drafts::sent_at.eq(message.sent_at),
                drafts::message_id.eq(message.id),
                drafts::conversation_id.eq(parent),
                drafts::updated_at.eq(tx.now()),
            ))
            .execute(&mut tx.conn())
            .await?;
        let new = rows::read(tx, old.uuid).await?.into();
        log::moved(tx, "draft.sent", &old, &new).await
    }

    /// Sends a first message: with a contact and a conversation for it.
    async fn begin(&self, tx: &mut Tx, draft: &Draft) -> Result<Message> {
        let way = draft.modality.unwrap_or(Modality::Email);
        let channel = self.channels.active(tx, way.name()).await?;
        let typed = way::address(way, draft)?.unwrap_or_default();
        let address = match way {
            Modality::Text => Address::phone_of(tx, typed).await?,
            _ => Address::email(typed)?,
        };
        let contact = self.contacts.resolve(tx, address, draft.recipient.name.clone());
        let new = NewConversation {
            agent: draft.agent,
            folder: draft.folder.clone().filter(|folder| folder != DEFAULT_FOLDER),
            subject: draft.subject.clone(),
            ..NewConversation::with(contact.await?.uuid)
        };
        let conversation = self.conversations.create(tx, new).await?.uuid;
        let record = record(tx, draft, (way, channel.kind), draft.subject.clone())?;
        self.record(tx, conversation, record).await
    }

    /// Sends a response the way its conversation went last.
    async fn respond(&self, tx: &mut Tx, draft: &Draft, parent: i64) -> Result<Message> {
        let way = way::of(tx, parent).await?;
        let channel = self.channels.active(tx, way.name()).await?;
        let subject = match way {
            Modality::Email => way::subject(tx, parent).await?,
            _ => None,
        };
        let record = record(tx, draft, (way, channel.kind), subject)?;
        let conversation = draft.conversation.unwrap_or_default();
        self.record(tx, conversation, record).await
    }

    async fn record(&self, tx: &mut Tx, conversation: Uuid, record: MessageRecord) -> Result<Message> {
        match self.messages.record(tx, conversation, record).await? {
            Recording::Recorded(message) => Ok(*message),
            Recording::Duplicate => Err(Error::internal("a message without a digest has no duplicate")),
        }
    }
}

/// The draft, held until the transaction ends, if it still is what the job was made for. A conversation and a contact
/// are held before the draft, as everybody does.
async fn hold(tx: &Tx, order: Order) -> Result<Option<DraftRow>> {
    let seen = rows::find(tx.conn(), tx.organization(), order.draft).await?;
    let Some(seen) = seen.filter(|row| is_due(row, order)) else {
        return Ok(None);
    };
    let moved = || Error::conflict("The conversation was merged meanwhile");
    if seen.kind == DraftKind::Response {
        let parent = seen.conversation.unwrap_or_default();
        let held = conversations::lock(tx, parent).await;
        held.map_err(|error| match error {
            Error::NotFound { .. } => moved(),
            other => other,
        })?;
    }
    if seen.kind == DraftKind::Message {
        hold_contact(tx, &seen).await?;
    }
    rows::hold(tx, order.draft).await?;
    let held = rows::find(tx.conn(), tx.organization(), order.draft).await?;
    match held.filter(|row| is_due(row, order)) {
        Some(held) if held.conversation_id != seen.conversation_id => Err(moved()),
        held => Ok(held),
    }
}

async fn hold_contact(tx: &Tx, row: &DraftRow) -> Result<()> {
    let (way, typed) = row.address();
    let address = match (way, typed) {
        (Some(Modality::Text), Some(typed)) => Address::phone_of(tx, typed).await,
        (_, Some(typed)) => Address::email(typed),
        (_, None) => return Ok(()),
    };
    // What is no address is refused when it is sent.
    match address {
        Ok(address) => hold_owner(tx, &address).await,
        Err(_) => Ok(()),
    }
}

fn is_due(row: &DraftRow, order: Order) -> bool {
    row.status == DraftStatus::Pending && row.generation == order.generation
}

/// The message that a draft becomes.
fn record(
    tx: &Tx,
    draft: &Draft,
    (way, channel): (Modality, String),
    subject: Option<String>,
) -> Result<MessageRecord> {
    let address = way::address(way, draft)?.map(str::to_owned);
    check::says_something(way, draft.body_html.as_deref())?;
    let mut message = NewMessage {
        agent: draft.agent,
        subject,
        html: draft.body_html.clone(),
        sent_at: Some(tx.now()),
        authorship: Some(draft.authorship),
        ..NewMessage::new(way, Direction::Sent)
    };
    match way {
        Modality::Email => {
            message.email = Envelope {
                to: address.into_iter().collect(),
                cc: draft.cc_emails.clone(),
                bcc: draft.bcc_emails.clone(),
                ..Envelope::default()
            }
        }
        Modality::Text => message.content = message.html.take().as_deref().map(html::text_of_sanitised),
        Modality::LiveChat | Modality::Call | Modality::FormRequest => {}
    }
    Ok(MessageRecord {
        message,
        channel,
        status: Status::Sent,
        drafted_at: Some(draft.created_at),
        source_digest: None,
        unread: false,
    })
}

/// Notes why the draft was not sent, unless it has changed meanwhile.
async fn fail(tx: &mut Tx, order: Order, error: &Error) -> Result<()> {
    let Some(row) = hold(tx, order).await? else {
        return Ok(());
    };
    let reason = match error {
        Error::Internal(_) | Error::Unavailable { .. } => "it could not be sent; the log says why".to_owned(),
        told => told.to_string(),
    };
    let old = Draft::from(row);
    diesel::update(drafts::table.find((tx.organization(), old.id)))
        .set((
            drafts::status.eq(DraftStatus::Failed),
            drafts::error.eq(reason),
            drafts::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    let new = rows::read(tx, old.uuid).await?.into();
    log::moved(tx, "draft.failed", &old, &new).await
}
