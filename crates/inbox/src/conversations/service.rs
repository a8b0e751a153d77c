//! Conversations on PostgreSQL.

use super::rows::{ConversationRow, visible};
use super::{
    Conversation, ConversationFilter, ConversationPatch, ConversationService, DEFAULT_FOLDER,
    NewConversation, folder_slug,
};
use crate::messages::limits::SUBJECT;
use crate::{people, threads};
use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rapport_crm_core::agents;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_crm_core::text;
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, Patch, Reader, Result, Tx, ids};
use rapport_schema::tables::conversations;
use uuid::Uuid;

pub(crate) const RECORD: &str = "conversation";

/// The conversations, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgConversations;

#[async_trait]
impl ConversationService for PgConversations {
    async fn list(
        &self,
        db: &Reader,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Result<Page<Conversation>> {
        let mut query = visible(db.organization()).into_boxed();
        if let Some(from) = filter.from {
            query = query.filter(conversations::start_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(conversations::start_at.lt(to));
        }
        if let Some(uuid) = filter.contact {
            let id = people::contact(db.conn(), db.organization(), uuid).await?;
            query = query.filter(conversations::contact_id.eq(id.ok_or(Error::not_found("Contact"))?));
        }
        if let Some(uuid) = filter.agent {
            let id = people::agent(db.conn(), db.organization(), uuid).await?;
            query = query.filter(conversations::agent_id.eq(id.ok_or(Error::not_found("Agent"))?));
        }
        if let Some(position) = page.after {
            query = query.filter(before(conversations::start_at, conversations::id, position));
        }
        let rows = query
            .order((conversations::start_at.desc(), conversations::id.desc()))
            .limit(page.fetch())
            .select(ConversationRow::as_select())
            .load(&mut db.conn())
            .await?;
        Ok(Page::of(rows, page, ConversationRow::position))
    }

    async fn get(&self, db: &Reader, id: Uuid) -> Result<Conversation> {
        let query = visible(db.organization())
            .filter(conversations::uuid.eq(id))
            .select(ConversationRow::as_select());
        found(query.first(&mut db.conn()).await)
    }

    async fn create(&self, tx: &mut Tx, new: NewConversation) -> Result<Conversation> {
        let uuid = insert(tx, new).await?;
        let conversation = read(tx, uuid).await?;
        let changes = changes(None, Some(&conversation));
        audit::record(tx, Action::Insert, (RECORD, uuid), &changes).await?;
        tx.emit(Event::new("conversation.created", RECORD, uuid));
        Ok(conversation)
    }

    async fn update(&self, tx: &mut Tx, id: Uuid, patch: ConversationPatch) -> Result<Conversation> {
        let agent = match patch.agent {
            Patch::Set(uuid) => agents::named(tx, Some(uuid))
                .await?
                .map_or(Patch::Clear, Patch::Set),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        lock(tx, id).await?;
        let old = read(tx, id).await?;
        change(tx, &old, patch, agent).await?;
        let new = read(tx, id).await?;
        let changes = changes(Some(&old), Some(&new));
        if !changes.is_empty() {
            audit::record(tx, Action::Update, (RECORD, id), &changes).await?;
            tx.emit(Event::new("conversation.updated", RECORD, id));
        }
        Ok(new)
    }
}

fn found(row: QueryResult<ConversationRow>) -> Result<Conversation> {
    Ok(row.optional()?.ok_or(Error::not_found("Conversation"))?.into())
}

pub(crate) async fn read(tx: &Tx, id: Uuid) -> Result<Conversation> {
    let query = visible(tx.organization())
        .filter(conversations::uuid.eq(id))
        .select(ConversationRow::as_select());
    found(query.first(&mut tx.conn()).await)
}

/// `NotFound` when there is no such conversation, for what hangs on it.
pub(crate) async fn exists(db: &Reader, uuid: Uuid) -> Result<()> {
    let query = conversations::table
        .filter(conversations::organization_id.eq(db.organization()))
        .filter(conversations::uuid.eq(uuid))
        .select(conversations::id);
    let id: Option<i64> = query.first(&mut db.conn()).await.optional()?;
    id.map(|_| ()).ok_or(Error::not_found("Conversation"))
}

/// Holds the conversation until the transaction ends and answers its id. Whoever writes messages takes
/// this lock first: in that order, writers wait for one another and never in a circle.
pub(crate) async fn lock(tx: &Tx, id: Uuid) -> Result<i64> {
    conversations::table
        .filter(conversations::organization_id.eq(tx.organization()))
        .filter(conversations::uuid.eq(id))
        .select(conversations::id)
        .for_update()
        .first(&mut tx.conn())
        .await
        .optional()?
        .ok_or(Error::not_found("Conversation"))
}

async fn insert(tx: &Tx, new: NewConversation) -> Result<Uuid> {
    use conversations::dsl;
    let folder = new.folder.as_deref().unwrap_or(DEFAULT_FOLDER);
    let folder = folder_slug(folder)?;
    let subject = text::line("subject", new.subject, SUBJECT)?;
    let subject_key = subject.as_deref().map(threads::subject_key);
    let start_at = new.start_at.unwrap_or(tx.now());
    let uuid = tx.uuid();
    let agent = agents::named(tx, new.agent).await?;
    diesel::insert_into(conversations::table)
        .values((
            dsl::organization_id.eq(tx.organization()),
            dsl::uuid.eq(uuid),
            dsl::contact_id.eq(people::named_contact(tx, new.contact).await?),
            dsl::agent_id.eq(agent),
            dsl::folder.eq(folder),
            dsl::is_read.eq(true),
            dsl::subject_key.eq(subject_key.and_then(|subject| subject.key)),
            dsl::start_at.eq(start_at),
            dsl::last_activity_at.eq(start_at),
            dsl::created_at.eq(tx.now()),
            dsl::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(uuid)
}

async fn change(tx: &Tx, old: &Conversation, patch: ConversationPatch, agent: Patch<i64>) -> Result<()> {
    use conversations::dsl;
    let folder = patch.folder.as_deref().map(folder_slug).transpose()?;
    diesel::update(conversations::table.find((tx.organization(), old.id)))
        .set((
            folder.map(|folder| dsl::folder.eq(folder)),
            patch.is_read.map(|is_read| dsl::is_read.eq(is_read)),
            (!agent.is_keep()).then(|| dsl::agent_id.eq(agent.set())),
            dsl::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

fn changes(old: Option<&Conversation>, new: Option<&Conversation>) -> Changes {
    let contact = |c: Option<&Conversation>| c.map(|c| ids::opaque(c.contact));
    let agent = |c: Option<&Conversation>| c.and_then(|c| c.agent).map(ids::opaque);
    Changes::new()
        .field("contact_id", &contact(old), &contact(new))
        .field("agent_id", &agent(old), &agent(new))
        .field("folder", &old.map(|c| &c.folder), &new.map(|c| &c.folder))
        .field("is_read", &old.map(|c| c.is_read), &new.map(|c| c.is_read))
}
