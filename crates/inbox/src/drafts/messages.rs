//! Drafts of first messages on PostgreSQL.

use super::rows::{self, DraftRow, DraftValues, visible};
use super::{
    DEFAULT_FOLDER, Draft, DraftKind, DraftStatus, MessageDraftService, NewMessageDraft, check, log, schedule,
};
use crate::conversations::folder_slug;
use crate::messages::{Authorship, limits};
use crate::people;
use async_trait::async_trait;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use rapport_crm_core::{ChannelService, text};
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::drafts;
use std::sync::Arc;
use uuid::Uuid;

const KIND: DraftKind = DraftKind::Message;
/// Spelled out, without parameters, so that every plan may use the index with this condition.
const UNSENT: &str = "drafts.kind = 'message' AND drafts.status <> 'sent'";

/// The drafts of first messages, stored in PostgreSQL.
pub struct PgMessageDrafts {
    channels: Arc<dyn ChannelService>,
}

impl PgMessageDrafts {
    /// Drafts of what these channels carry.
    pub fn new(channels: Arc<dyn ChannelService>) -> Self {
        Self { channels }
    }
}

#[async_trait]
impl MessageDraftService for PgMessageDrafts {
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<Draft>> {
        let mut query = visible(db.organization())
            .filter(sql::<Bool>(UNSENT))
            .into_boxed();
        if let Some(position) = page.after {
            query = query.filter(before(drafts::created_at, drafts::id, position));
        }
        let rows = query
            .order((drafts::created_at.desc(), drafts::id.desc()))
            .limit(page.fetch())
            .select(DraftRow::as_select())
            .load(&mut db.conn())
            .await?;
        Ok(Page::of(rows, page, DraftRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Draft> {
        found(rows::find(db.conn(), db.organization(), id).await?)
    }

    async fn create(&self, tx: &mut Tx, new: NewMessageDraft) -> Result<Draft> {
        let add_notification = new.sending.add_notification;
        let values = checked(tx, new).await?;
        let modality = values.modality.map_or("", |modality| modality.name());
        self.channels.active(tx, modality).await?;
        let draft = rows::insert(tx, KIND, values).await?;
        log::created(tx, &draft).await?;
        if add_notification {
            log::notification_requested(tx, &draft)?;
        }
        schedule::plan(tx, &draft, schedule::FIRST)?;
        Ok(draft)
    }

    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        rows::hold(tx, id).await?;
        let draft = found(rows::find(tx.conn(), tx.organization(), id).await?)?;
        rows::remove(tx, &draft).await?;
        log::deleted(tx, &draft).await
    }
}

fn found(row: Option<DraftRow>) -> Result<Draft> {
    let row = row.filter(|row| row.kind == KIND);
    Ok(row.ok_or(Error::not_found(KIND.title()))?.into())
}

async fn checked(tx: &Tx, new: NewMessageDraft) -> Result<DraftValues> {
    let scheduled_send_at = new.sending.time(tx.now())?;
    let recipient = check::recipient(tx, new.modality, new.recipient).await?;
    let subject = text::line("subject", new.subject, limits::SUBJECT)?;
    let body_html = check::body(new.body_html)?;
    if subject.is_none() && body_html.is_none() {
        let message = "at least one of subject and body_html is required";
        return Err(Error::invalid("body_html", message));
    }
    check::says_something(new.modality, body_html.as_deref())?;
    check::copies(&new.cc_emails, &new.bcc_emails)?;
    Ok(DraftValues {
        status: DraftStatus::Pending,
        generation: schedule::FIRST,
        conversation_id: None,
        agent_id: people::named_agent(tx, new.agent)
            .await?
            .or(tx.ctx().actor.agent()),
        modality: Some(new.modality),
        to_user_name: recipient.name,
        to_email: recipient.email,
        to_phone_number: recipient.phone_number,
        subject,
        folder: Some(folder_slug(new.folder.as_deref().unwrap_or(DEFAULT_FOLDER))?),
        body_html,
        cc_emails: new.cc_emails,
        bcc_emails: new.bcc_emails,
        authorship: new.authorship.unwrap_or(Authorship::Human),
        scheduled_send_at,
        error: None,
        updated_at: tx.now(),
    })
}
