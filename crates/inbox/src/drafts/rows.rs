//! The rows behind drafts.

use super::{Draft, DraftKind, DraftStatus, Recipient};
use crate::messages::{Authorship, Modality};
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rapport_platform::{Error, Position, Result, Tx};
use rapport_schema::tables::{agents, contacts, conversations, drafts, messages};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = drafts)]
pub(super) struct DraftRow {
    pub id: i64,
    pub uuid: Uuid,
    pub kind: DraftKind,
    pub status: DraftStatus,
    pub generation: i32,
    pub conversation_id: Option<i64>,
    #[diesel(select_expression = conversations::uuid.nullable())]
    pub conversation: Option<Uuid>,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    pub agent_id: Option<i64>,
    modality: Option<Modality>,
    to_user_name: Option<String>,
    to_email: Option<String>,
    to_phone_number: Option<String>,
    #[diesel(embed)]
    contact: ContactRow,
    subject: Option<String>,
    folder: Option<String>,
    pub body_html: Option<String>,
    cc_emails: Vec<String>,
    bcc_emails: Vec<String>,
    pub authorship: Authorship,
    scheduled_send_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    #[diesel(select_expression = messages::uuid.nullable())]
    message: Option<Uuid>,
    error: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The contact of the conversation, if there is one.
#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(super) struct ContactRow {
    #[diesel(select_expression = contacts::name.nullable())]
    name: Option<String>,
    #[diesel(select_expression = contacts::email.nullable())]
    email: Option<String>,
    #[diesel(select_expression = contacts::phone_number.nullable())]
    phone_number: Option<String>,
    #[diesel(select_expression = contacts::deleted_at.nullable())]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<ContactRow> for Recipient {
    /// A deleted contact has given its addresses up.
    fn from(row: ContactRow) -> Self {
        let there = row.deleted_at.is_none();
        Self {
            name: row.name,
            email: row.email.filter(|_| there),
            phone_number: row.phone_number.filter(|_| there),
        }
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        let recipient = match row.kind {
            DraftKind::Response => row.contact.into(),
            DraftKind::Message => Recipient {
                name: row.to_user_name,
                email: row.to_email,
                phone_number: row.to_phone_number,
            },
        };
        Self {
            id: row.id,
            uuid: row.uuid,
            kind: row.kind,
            status: row.status,
            conversation: row.conversation,
            agent: row.agent,
            modality: row.modality,
            recipient,
            subject: row.subject,
            folder: row.folder,
            body_html: row.body_html,
            cc_emails: row.cc_emails,
            bcc_emails: row.bcc_emails,
            authorship: row.authorship,
            scheduled_send_at: row.scheduled_send_at,
            sent_at: row.sent_at,
            message: row.message,
            error: row.error,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl DraftRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }

    /// The way a first message goes, and the address it goes to.
    pub(super) fn address(&self) -> (Option<Modality>, Option<&str>) {
        let address = match self.modality {
            Some(Modality::Text) => &self.to_phone_number,
            _ => &self.to_email,
        };
        (self.modality, address.as_deref())
    }
}

/// What a new or overwritten draft holds.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = drafts, treat_none_as_null = true)]
pub(super) struct DraftValues {
    pub status: DraftStatus,
    pub generation: i32,
    pub conversation_id: Option<i64>,
    pub agent_id: Option<i64>,
    pub modality: Option<Modality>,
    pub to_user_name: Option<String>,
    pub to_email: Option<String>,
    pub to_phone_number: Option<String>,
    pub subject: Option<String>,
    pub folder: Option<String>,
    pub body_html: Option<String>,
    pub cc_emails: Vec<String>,
    pub bcc_emails: Vec<String>,
    pub authorship: Authorship,
    pub scheduled_send_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// The drafts of the organization, with what they refer to.
#[auto_type]
pub(super) fn visible(organization: i64) -> _ {
    let conversation = conversations::organization_id
        .eq(drafts::organization_id)
        .and(conversations::id.nullable().eq(drafts::conversation_id));
    let contact = contacts::organization_id
        .eq(drafts::organization_id)
        .and(contacts::id.nullable().eq(conversations::contact_id.nullable()));
    let agent = agents::organization_id
        .eq(drafts::organization_id)
        .and(agents::id.nullable().eq(drafts::agent_id));
    let message = messages::organization_id
        .eq(drafts::organization_id)
        .and(messages::id.nullable().eq(drafts::message_id));
    drafts::table
        .left_join(conversations::table.on(conversation))
        .left_join(contacts::table.on(contact))
        .left_join(agents::table.on(agent))
        .left_join(messages::table.on(message))
        .filter(drafts::organization_id.eq(organization))
}

/// The draft of this UUID, of whatever kind.
pub(super) async fn find(
    conn: &AsyncPgConnection,
    organization: i64,
    uuid: Uuid,
) -> Result<Option<DraftRow>> {
    let query = visible(organization)
        .filter(drafts::uuid.eq(uuid))
        .select(DraftRow::as_select());
    Ok(query.first(&mut &*conn).await.optional()?)
}

/// The draft, which is held and therefore there.
pub(super) async fn read(tx: &Tx, uuid: Uuid) -> Result<DraftRow> {
    let row = find(tx.conn(), tx.organization(), uuid).await?;
    row.ok_or_else(|| Error::internal("a draft that is held is gone"))
}

/// Holds the draft until the transaction ends; false when it is not there. Whoever holds a response holds its
/// conversation first.
pub(super) async fn hold(tx: &Tx, uuid: Uuid) -> Result<bool> {
    let id: Option<i64> = drafts::table
        .filter(drafts::organization_id.eq(tx.organization()))
        .filter(drafts::uuid.eq(uuid))
        .select(drafts::id)
        .for_update()
        .first(&mut tx.conn())
        .await
        .optional()?;
    Ok(id.is_some())
}

/// Stores a new draft and answers it.
pub(super) async fn insert(tx: &Tx, kind: DraftKind, values: DraftValues) -> Result<Draft> {
    let uuid = tx.uuid();
    let meta = (
        drafts::organization_id.eq(tx.organization()),
        drafts::uuid.eq(uuid),
        drafts::kind.eq(kind),
        drafts::created_at.eq(tx.now()),
    );
    diesel::insert_into(drafts::table)
        .values((meta, values))
        .execute(&mut tx.conn())
        .await?;
    Ok(read(tx, uuid).await?.into())
}

/// Deletes a draft that is held, unless it was sent.
pub(super) async fn remove(tx: &Tx, draft: &Draft) -> Result<()> {
    if draft.status == DraftStatus::Sent {
        return Err(Error::conflict("The draft has been sent"));
    }
    diesel::delete(drafts::table.find((tx.organization(), draft.id)))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}

/// The response of the conversation that is not sent. Whoever asks holds the conversation.
pub(super) async fn open(tx: &Tx, conversation: i64) -> Result<Option<Uuid>> {
    let query = drafts::table
        .filter(drafts::organization_id.eq(tx.organization()))
        .filter(drafts::conversation_id.eq(conversation))
        .filter(drafts::kind.eq(DraftKind::Response))
        .filter(drafts::status.ne(DraftStatus::Sent))
        .select(drafts::uuid);
    Ok(query.first(&mut tx.conn()).await.optional()?)
}
