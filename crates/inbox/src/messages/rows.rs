//! The rows behind messages.

use super::{Authorship, Direction, Envelope, Message, Modality, Status};
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Position, RawJson};
use rapport_schema::tables::{agents, conversations, messages};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    id: i64,
    uuid: Uuid,
    #[diesel(select_expression = agents::uuid.nullable())]
    agent: Option<Uuid>,
    modality: Modality,
    direction: Direction,
    channel: String,
    status: Status,
    subject: Option<String>,
    content: Option<String>,
    html: Option<String>,
    form_request_body: Option<RawJson>,
    call_transcript: Option<String>,
    call_duration_seconds: Option<i32>,
    #[diesel(embed)]
    email: EnvelopeRow,
    occurred_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    drafted_at: Option<DateTime<Utc>>,
    authorship: Option<Authorship>,
    created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
pub(super) struct EnvelopeRow {
    email_message_id: Option<String>,
    from_address: Option<String>,
    to_addresses: Vec<String>,
    cc_emails: Vec<String>,
    bcc_emails: Vec<String>,
}

/// A message of the conversation with this UUID.
impl From<(Uuid, MessageRow)> for Message {
    fn from((conversation, row): (Uuid, MessageRow)) -> Self {
        Self {
            id: row.id,
            uuid: row.uuid,
            conversation,
            agent: row.agent,
            modality: row.modality,
            direction: row.direction,
            channel: row.channel,
            status: row.status,
            subject: row.subject,
            content: row.content,
            html: row.html,
            form_request_body: row.form_request_body,
            call_transcript: row.call_transcript,
            call_duration_seconds: row.call_duration_seconds,
            email: row.email.into(),
            occurred_at: row.occurred_at,
            sent_at: row.sent_at,
            drafted_at: row.drafted_at,
            authorship: row.authorship,
            created_at: row.created_at,
        }
    }
}

impl From<EnvelopeRow> for Envelope {
    fn from(row: EnvelopeRow) -> Self {
        Self {
            message_id: row.email_message_id,
            from: row.from_address,
            to: row.to_addresses,
            cc: row.cc_emails,
            bcc: row.bcc_emails,
        }
    }
}

impl From<Envelope> for EnvelopeRow {
    fn from(email: Envelope) -> Self {
        Self {
            email_message_id: email.message_id,
            from_address: email.from,
            to_addresses: email.to,
            cc_emails: email.cc,
            bcc_emails: email.bcc,
        }
    }
}

impl MessageRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.occurred_at,
            id: self.id,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = messages)]
pub(super) struct MessageValues {
    pub modality: Modality,
    pub direction: Direction,
    pub channel: String,
    pub status: Status,
    pub subject: Option<String>,
    pub content: Option<String>,
    pub html: Option<String>,
    pub form_request_body: Option<RawJson>,
    pub call_transcript: Option<String>,
    pub call_duration_seconds: Option<i32>,
    #[diesel(embed)]
    pub email: EnvelopeRow,
    pub occurred_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub drafted_at: Option<DateTime<Utc>>,
    pub source_digest: Option<Vec<u8>>,
    pub authorship: Option<Authorship>,
}

/// The messages of one conversation of the organization, with their agents.
#[auto_type]
pub(super) fn visible(organization: i64, conversation: Uuid) -> _ {
    let agent = agents::organization_id
        .eq(messages::organization_id)
        .and(agents::id.nullable().eq(messages::agent_id));
    let id = conversations::table
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::uuid.eq(conversation))
        .select(conversations::id)
        .single_value();
    messages::table
        .left_join(agents::table.on(agent))
        .filter(messages::organization_id.eq(organization))
        .filter(messages::conversation_id.nullable().eq(id))
}
