//! Messages on PostgreSQL.

use super::rows::{MessageRow, MessageValues, visible};
use super::{Direction, Message, MessageFilter, MessageRecord, MessageService, NewMessage, Recording, check};
use crate::{conversations, locks, people};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel::upsert::on_constraint;
use diesel_async::RunQueryDsl;
use futures_util::try_join;
use rapport_crm_core::audit::{self, Action, Changes};
use rapport_platform::events::Event;
use rapport_platform::page::before;
use rapport_platform::{Error, Page, PageRequest, RawJson, Reader, Result, Tx, ids};
use rapport_schema::tables::{conversations as parents, messages};
use uuid::Uuid;

define_sql_function! {
    /// The earlier of two times.
    fn least(a: Timestamptz, b: Timestamptz) -> Timestamptz;
}
define_sql_function! {
    /// The later of two times.
    fn greatest(a: Timestamptz, b: Timestamptz) -> Timestamptz;
}

pub(crate) const RECORD: &str = "message";

/// The messages, stored in PostgreSQL.
#[derive(Debug, Default)]
pub struct PgMessages;

#[async_trait]
impl MessageService for PgMessages {
    async fn list(
        &self,
        db: &Reader,
        conversation: Uuid,
        filter: &MessageFilter,
        page: &PageRequest,
    ) -> Result<Page<Message>> {
        let mut query = visible(db.organization(), conversation).into_boxed();
        if let Some(from) = filter.from {
            query = query.filter(messages::occurred_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(messages::occurred_at.lt(to));
        }
        if let Some(position) = page.after {
            query = query.filter(before(messages::occurred_at, messages::id, position));
        }
        let rows = query
            .order((messages::occurred_at.desc(), messages::id.desc()))
            .limit(page.fetch())
            .select(MessageRow::as_select())
            .load(&mut db.conn())
            .await?;
        if rows.is_empty() {
            conversations::exists(db, conversation).await?;
        }
        let rows = rows.into_iter().map(|row| (conversation, row)).collect();
        Ok(Page::of(rows, page, |(_, row): &(Uuid, MessageRow)| {
            row.position()
        }))
    }

    async fn get(&self, db: &Reader, conversation: Uuid, id: Uuid) -> Result<Message> {
        let query = visible(db.organization(), conversation)
            .filter(messages::uuid.eq(id))
            .select(MessageRow::as_select());
        if let Some(row) = query.first(&mut db.conn()).await.optional()? {
            return Ok((conversation, row).into());
        }
        conversations::exists(db, conversation).await?;
        Err(Error::not_found("Message"))
    }

    async fn create(&self, tx: &mut Tx, conversation: Uuid, new: NewMessage) -> Result<Message> {
        let (agent, unread) = (new.agent, new.direction == Direction::Received);
        let values = check::written(new, tx.now())?;
        let message = add(tx, conversation, values, agent, unread).await?;
        message.ok_or_else(|| Error::internal("a message without a digest has no duplicate"))
    }

    async fn record(&self, tx: &mut Tx, conversation: Uuid, record: MessageRecord) -> Result<Recording> {
        let (agent, unread) = (record.message.agent, record.unread);
        let values = check::values(record, tx.now())?;
        let message = add(tx, conversation, values, agent, unread).await?;
        Ok(message.map_or(Recording::Duplicate, |message| {
            Recording::Recorded(message.into())
        }))
    }

    async fn is_recorded(&self, tx: &mut Tx, source_digest: &[u8]) -> Result<bool> {
        locks::hold(tx, "message", source_digest).await?;
        let copies = messages::table
            .filter(messages::organization_id.eq(tx.organization()))
            .filter(messages::source_digest.eq(source_digest));
        Ok(diesel::select(exists(copies)).get_result(&mut tx.conn()).await?)
    }
}

/// Adds a message to the conversation; `None` when one with its digest is there.
async fn add(
    tx: &mut Tx,
    conversation: Uuid,
    values: MessageValues,
    agent: Option<Uuid>,
    unread: bool,
) -> Result<Option<Message>> {
    let parent = conversations::lock(tx, conversation).await?;
    let author = author(tx, agent, values.direction);
    let (author, ()) = try_join!(author, people::refuse_erased(tx, parent))?;
    let at = values.occurred_at;
    let Some(uuid) = insert(tx, parent, author, values).await? else {
        return Ok(None);
    };
    let (message, ()) = try_join!(read(tx, conversation, uuid), touch(tx, parent, at, unread))?;
    audit::record(tx, Action::Insert, (RECORD, uuid), &changes(&message)).await?;
    let mut event = Event::new("message.created", RECORD, uuid);
    event.payload = RawJson::of(&serde_json::json!({"conversation_id": ids::opaque(conversation)}))?;
    tx.emit(event);
    Ok(Some(message))
}

/// The agent who wrote it: the one named, or the acting one if it was sent.
async fn author(tx: &Tx, named: Option<Uuid>, direction: Direction) -> Result<Option<i64>> {
    let acting = tx.ctx().actor.agent();
    let default = acting.filter(|_| direction == Direction::Sent);
    Ok(people::named_agent(tx, named).await?.or(default))
}

/// Inserts the message, unless one with its digest is there. Waits for a transaction that is about to
/// insert the same.
async fn insert(tx: &Tx, parent: i64, agent: Option<i64>, values: MessageValues) -> Result<Option<Uuid>> {
    let meta = (
        messages::organization_id.eq(tx.organization()),
        messages::uuid.eq(tx.uuid()),
        messages::conversation_id.eq(parent),
        messages::agent_id.eq(agent),
        messages::created_at.eq(tx.now()),
    );
    let insert = diesel::insert_into(messages::table)
        .values((meta, values))
        .on_conflict(on_constraint("messages_source"))
        .do_nothing();
    let uuid = insert.returning(messages::uuid).get_result(&mut tx.conn());
    Ok(uuid.await.optional()?)
}

async fn read(tx: &Tx, conversation: Uuid, uuid: Uuid) -> Result<Message> {
    let query = visible(tx.organization(), conversation)
        .filter(messages::uuid.eq(uuid))
        .select(MessageRow::as_select());
    Ok((conversation, query.first(&mut tx.conn()).await?).into())
}

/// Moves the conversation to include a message of this time.
async fn touch(tx: &Tx, parent: i64, at: DateTime<Utc>, unread: bool) -> Result<()> {
    use parents::dsl;
    diesel::update(parents::table.find((tx.organization(), parent)))
        .set((
            dsl::start_at.eq(least(dsl::start_at, at)),
            dsl::last_activity_at.eq(greatest(dsl::last_activity_at, at)),
            unread.then(|| dsl::is_read.eq(false)),
            dsl::updated_at.eq(tx.now()),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// What the audit log says of a message: not what it says.
fn changes(message: &Message) -> Changes {
    let none = None::<&str>;
    Changes::new()
        .field("conversation_id", &none, &ids::opaque(message.conversation))
        .field("subject", &none, &message.subject)
        .field("modality", &none, &message.modality.name())
        .field("message_direction", &none, &message.direction.name())
}
