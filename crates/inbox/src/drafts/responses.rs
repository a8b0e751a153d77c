//! Drafts of responses on PostgreSQL.

use super::rows::{self, DraftRow, DraftValues, visible};
use super::{
    Draft, DraftFilter, DraftKind, DraftStatus, NewResponseDraft, ResponseDraftService, Upsert, check, log,
    schedule, way,
};
use crate::conversations;
use crate::messages::Authorship;
use crate::people;
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::ChannelService;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Reader, Result, Tx};
use rapport_schema::tables::drafts;
use std::sync::Arc;
use uuid::Uuid;

const KIND: DraftKind = DraftKind::Response;

/// The drafts of responses, stored in PostgreSQL.
pub struct PgResponseDrafts {
    channels: Arc<dyn ChannelService>,
}

impl PgResponseDrafts {
    /// Drafts of what these channels carry.
    pub fn new(channels: Arc<dyn ChannelService>) -> Self {
        Self { channels }
    }
}

#[async_trait]
impl ResponseDraftService for PgResponseDrafts {
    async fn list(
        &self,
        db: &Reader,
        conversation: Uuid,
        filter: &DraftFilter,
        page: &PageRequest,
    ) -> Result<Page<Draft>> {
        let mut query = visible(db.organization())
            .filter(drafts::kind.eq(KIND))
            .filter(drafts::status.ne(DraftStatus::Sent))
            .filter(rapport_schema::tables::conversations::uuid.eq(conversation))
            .into_boxed();
        if let Some(from) = filter.from {
            query = query.filter(drafts::created_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(drafts::created_at.lt(to));
        }
        if let Some(position) = page.after {
            query = query.filter(before(drafts::created_at, drafts::id, position));
        }
        let rows: Vec<DraftRow> = query
            .order((drafts::created_at.desc(), drafts::id.desc()))
            .limit(page.fetch())
            .select(DraftRow::as_select())
            .load(&mut db.conn())
            .await?;
        if rows.is_empty() {
            conversations::exists(db, conversation).await?;
        }
        Ok(Page::of(rows, page, DraftRow::position))
    }

    async fn get(&self, db: &Reader, conversation: Uuid, id: Uuid) -> Result<Draft> {
        let row = rows::find(db.conn(), db.organization(), id).await?;
        if let Some(row) = within(row, conversation) {
            return Ok(row.into());
        }
        conversations::exists(db, conversation).await?;
        Err(Error::not_found(KIND.title()))
    }

    async fn put(&self, tx: &mut Tx, conversation: Uuid, new: NewResponseDraft) -> Result<Upsert> {
        let parent = conversations::lock(tx, conversation).await?;
        people::refuse_erased(tx, parent).await?;
        let add_notification = new.sending.add_notification;
        let old = match rows::open(tx, parent).await? {
            Some(uuid) => Some(rows::read(tx, uuid).await?),
            None => None,
        };
        let values = checked(tx, parent, new, old.as_ref())?;
        let way = way::of(tx, parent).await?;
        check::says_something(way, values.body_html.as_deref())?;
        self.channels.active(tx, way.name()).await?;
        let generation = values.generation;
        let upsert = store(tx, old, values).await?;
        let (Upsert::Created(draft) | Upsert::Overwritten(draft)) = &upsert;
        if draft.scheduled_send_at.is_some() {
            way::address(way, draft)?;
        }
        if add_notification {
            log::notification_requested(tx, draft)?;
        }
        schedule::plan(tx, draft, generation)?;
        Ok(upsert)
    }

    async fn delete(&self, tx: &mut Tx, conversation: Uuid, id: Uuid) -> Result<()> {
        conversations::lock(tx, conversation).await?;
        rows::hold(tx, id).await?;
        let row = rows::find(tx.conn(), tx.organization(), id).await?;
        let row = within(row, conversation).ok_or(Error::not_found(KIND.title()))?;
        let draft = row.into();
        rows::remove(tx, &draft).await?;
        log::deleted(tx, &draft).await
    }
}

/// The draft if it is a response in this conversation.
fn within(row: Option<DraftRow>, conversation: Uuid) -> Option<DraftRow> {
    row.filter(|row| row.kind == KIND && row.conversation == Some(conversation))
}

async fn store(tx: &mut Tx, old: Option<DraftRow>, values: DraftValues) -> Result<Upsert> {
    let Some(old) = old else {
        let draft = rows::insert(tx, KIND, values).await?;
        log::created(tx, &draft).await?;
        return Ok(Upsert::Created(draft));
    };
    diesel::update(drafts::table.find((tx.organization(), old.id)))
        .set(values)
        .execute(&mut tx.conn())
        .await?;
    let new = rows::read(tx, old.uuid).await?.into();
    log::overwritten(tx, &old.into(), &new).await?;
    Ok(Upsert::Overwritten(new))
}

fn checked(tx: &Tx, parent: i64, new: NewResponseDraft, old: Option<&DraftRow>) -> Result<DraftValues> {
    let scheduled_send_at = new.sending.time(tx.now())?;
    let body = check::body(Some(new.body_html))?;
    let body = body.ok_or_else(|| Error::invalid("body_html", "must not be empty"))?;
    check::copies(&new.cc_emails, &new.bcc_emails)?;
    Ok(DraftValues {
        status: DraftStatus::Pending,
        generation: old.map_or(schedule::FIRST, |old| old.generation + 1),
        conversation_id: Some(parent),
        agent_id: tx.ctx().actor.agent().or(old.and_then(|old| old.agent_id)),
        modality: None,
        to_user_name: None,
        to_email: None,
        to_phone_number: None,
        subject: None,
        folder: None,
        authorship: authorship(old, new.authorship, &body),
        body_html: Some(body),
        cc_emails: new.cc_emails,
        bcc_emails: new.bcc_emails,
        scheduled_send_at,
        error: None,
        updated_at: tx.now(),
    })
}

/// Who wrote a draft that takes the place of `old`.
fn authorship(old: Option<&DraftRow>, said: Option<Authorship>, body: &str) -> Authorship {
    let same = old.is_some_and(|old| old.body_html.as_deref() == Some(body));
    match (old.map(|old| old.authorship), said) {
        (_, Some(Authorship::Ai)) => Authorship::Ai,
        (Some(before), _) if same => before,
        (Some(Authorship::Ai | Authorship::AiEdited), _) => Authorship::AiEdited,
        (_, said) => said.unwrap_or(Authorship::Human),
    }
}
