//! A database with two tenants, each with an agent and two contacts.

use chrono::{DateTime, TimeDelta, Utc};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, Tenant, provision};
use rapport_crm_core::{ContactService, NewContact, PgContacts};
use rapport_inbox::conversations::{Conversation, NewConversation};
use rapport_inbox::messages::{
    Direction, Message, MessageFilter, MessageRecord, Modality, NewMessage, Recording,
};
use rapport_inbox::{ConversationService, MessageService, PgConversations, PgMessages};
use rapport_platform::{Actor, Ctx, Error, PageRequest, Reader, Result, Tx};
use rapport_test_support::{TestDatabase, epoch};
use serde_json::Value;
use uuid::Uuid;

/// The first page, long enough for all that a test makes.
pub const ALL: PageRequest = PageRequest {
    limit: 100,
    after: None,
};

/// Two tenants that must not see each other.
pub struct Stage {
    pub test: TestDatabase,
    pub acme: Side,
    pub other: Side,
}

/// One tenant.
pub struct Side {
    pub organization: i64,
    pub agent: Uuid,
    pub agent_id: i64,
    pub contact: Uuid,
}

impl Stage {
    pub async fn new() -> Self {
        let test = TestDatabase::new().await;
        let acme = side(&test, "Acme", "kara@acme.example").await;
        let other = side(&test, "Other", "lex@other.example").await;
        Self { test, acme, other }
    }

    /// A transaction of Acme.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.write_as(&self.acme, Actor::System, work).await
    }

    pub async fn write_as<T>(
        &self,
        side: &Side,
        actor: Actor,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mut ctx = Ctx::system(side.organization, "test");
        ctx.actor = actor;
        self.test.db.write(&ctx, work).await
    }

    /// The reads of a tenant.
    pub async fn reader(&self, side: &Side) -> Reader {
        let ctx = Ctx::system(side.organization, "test");
        self.test.db.reader(&ctx).await.unwrap()
    }

    /// A conversation of Acme that started `minutes` after the beginning of the test.
    pub async fn conversation(&self, minutes: i64, subject: &str) -> Conversation {
        let new = NewConversation {
            subject: Some(subject.to_owned()),
            start_at: Some(at(minutes)),
            ..NewConversation::with(self.acme.contact)
        };
        let made = self.write(async |tx| PgConversations.create(tx, new).await);
        made.await.unwrap()
    }

    pub async fn get(&self, conversation: Uuid) -> Result<Conversation> {
        PgConversations
            .get(&self.reader(&self.acme).await, conversation)
            .await
    }

    pub async fn record(&self, conversation: Uuid, record: MessageRecord) -> Result<Recording> {
        self.write(async |tx| PgMessages.record(tx, conversation, record).await)
            .await
    }

    /// Records an imported mail sent `minutes` after the beginning of the test.
    pub async fn mail(&self, conversation: Uuid, minutes: i64) -> Message {
        recorded(self.record(conversation, mail(minutes)).await.unwrap())
    }

    pub async fn messages(&self, conversation: Uuid) -> Vec<Message> {
        let db = self.reader(&self.acme).await;
        let filter = MessageFilter::default();
        let page = PgMessages.list(&db, conversation, &filter, &ALL).await;
        page.unwrap().items
    }

    /// The audit log of Acme about these records, oldest first: what was done to what, and the fields.
    pub async fn audit(&self, record: &str) -> Vec<(String, Value)> {
        let sql = "SELECT action_type, changes::text FROM audit_logs \
                   WHERE organization_id = $1 AND record_type = $2 ORDER BY id";
        let rows = self
            .test
            .sql()
            .await
            .query(sql, &[&self.acme.organization, &record])
            .await;
        let entry = |row: &tokio_postgres::Row| {
            let changes: String = row.get(1);
            (row.get(0), serde_json::from_str(&changes).unwrap())
        };
        rows.unwrap().iter().map(entry).collect()
    }

    /// The kinds of Acme's events about conversations and messages, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let sql = "SELECT kind FROM events WHERE organization_id = $1 \
                   AND subject_type IN ('conversation', 'message') ORDER BY id";
        let rows = self.test.sql().await.query(sql, &[&self.acme.organization]).await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

async fn side(test: &TestDatabase, name: &str, admin: &str) -> Side {
    let tenant = NewTenant {
        organization: NewOrganization {
            name: name.to_owned(),
            ..NewOrganization::default()
        },
        admin_email: admin.to_owned(),
        admin_password: "correct horse".to_owned(),
    };
    let tenant: Tenant = provision(&test.db, "setup", tenant).await.unwrap();
    let organization = tenant.organization;
    let sql = "SELECT id, uuid::text FROM agents WHERE organization_id = $1";
    let agent = test.sql().await.query_one(sql, &[&organization]).await.unwrap();
    Side {
        organization,
        agent_id: agent.get(0),
        agent: agent.get::<_, &str>(1).parse().unwrap(),
        contact: contact(test, organization, "Diana").await,
    }
}

/// Makes a contact of this name.
pub async fn contact(test: &TestDatabase, organization: i64, name: &str) -> Uuid {
    let new = NewContact {
        name: Some(name.to_owned()),
        ..NewContact::default()
    };
    let ctx = Ctx::system(organization, "setup");
    let made = test.db.write(&ctx, async |tx| PgContacts.create(tx, new).await);
    made.await.unwrap().uuid
}

/// The time `minutes` after the beginning of the test.
pub fn at(minutes: i64) -> DateTime<Utc> {
    epoch() + TimeDelta::minutes(minutes)
}

/// A received mail, as an import records it.
pub fn mail(minutes: i64) -> MessageRecord {
    MessageRecord {
        message: NewMessage {
            content: Some(format!("Mail {minutes}")),
            sent_at: Some(at(minutes)),
            ..NewMessage::new(Modality::Email, Direction::Received)
        },
        channel: "import".to_owned(),
        status: Direction::Received.into(),
        drafted_at: None,
        source_digest: None,
        unread: false,
    }
}

#[track_caller]
pub fn recorded(recording: Recording) -> Message {
    match recording {
        Recording::Recorded(message) => *message,
        Recording::Duplicate => panic!("a duplicate"),
    }
}

/// The field for whose sake something was refused.
#[track_caller]
pub fn invalid<T>(outcome: Result<T>) -> String {
    match outcome.err() {
        Some(Error::Invalid { field, .. }) => field.into_owned(),
        other => panic!("not refused as invalid: {other:?}"),
    }
}

/// What was not found.
#[track_caller]
pub fn missing<T>(outcome: Result<T>) -> &'static str {
    match outcome.err() {
        Some(Error::NotFound { what }) => what,
        other => panic!("not refused as missing: {other:?}"),
    }
}
