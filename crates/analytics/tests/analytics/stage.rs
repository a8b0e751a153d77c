//! A database whose writes keep the read models, and an organization in it.

use chrono::{DateTime, TimeDelta, Utc};
use rapport_analytics::{
    AnalyticsService, ConversationReport, FoldCounts, PgAnalytics, ReadModels, Window, rebuild,
};
use rapport_crm_core::agents::{AgentService, NewAgent, PgAgents, Role};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, provision};
use rapport_crm_core::{ContactService, NewContact, PgContacts};
use rapport_inbox::conversations::NewConversation;
use rapport_inbox::messages::{Authorship, Direction, MessageRecord, Modality, NewMessage};
use rapport_inbox::threads::{ThreadKeys, ThreadPlace};
use rapport_inbox::{
    ConversationService, MessageService, PgConversations, PgMessages, PgThreads, ThreadService,
};
use rapport_platform::events::Projection;
use rapport_platform::jobs::{JobHandler, Worker};
use rapport_platform::{Ctx, Db, Reader, Result, Tx};
use rapport_test_support::{TestDatabase, epoch};
use std::sync::Arc;
use uuid::Uuid;

/// An organization with three agents, and one contact with whom everything is said.
pub struct Stage {
    pub test: Arc<TestDatabase>,
    pub db: Db,
    pub ctx: Ctx,
    pub agents: Vec<Uuid>,
    contact: Uuid,
}

/// A message to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub at: DateTime<Utc>,
    pub direction: Direction,
    pub modality: Modality,
    pub agent: Option<usize>,
    pub authorship: Option<Authorship>,
}

impl Said {
    pub fn received(at: DateTime<Utc>) -> Self {
        Self {
            at,
            direction: Direction::Received,
            modality: Modality::Email,
            agent: None,
            authorship: None,
        }
    }

    pub fn sent(at: DateTime<Utc>, agent: usize) -> Self {
        Self {
            direction: Direction::Sent,
            agent: Some(agent),
            ..Self::received(at)
        }
    }
}

impl Stage {
    pub async fn new() -> Self {
        Self::on(Arc::new(TestDatabase::new().await), 0).await
    }

    /// Another organization in the same database; `number` tells its people from those of others.
    pub async fn on(test: Arc<TestDatabase>, number: usize) -> Self {
        let read_models: Vec<Arc<dyn Projection>> = vec![Arc::new(ReadModels)];
        let db = test.db.clone().with_projections(read_models);
        let new = NewTenant {
            organization: NewOrganization {
                name: format!("Acme {number}"),
                ..NewOrganization::default()
            },
            admin_email: format!("kara{number}@acme.example"),
            admin_password: "correct horse".to_owned(),
        };
        let tenant = provision(&db, "setup", new).await.unwrap();
        let ctx = Ctx::system(tenant.organization, "test");
        let (agents, contact) = people(&db, &ctx, tenant.agent, number).await;
        Self {
            test,
            db,
            ctx,
            agents,
            contact,
        }
    }

    pub async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.db.write(&self.ctx, work).await
    }

    pub async fn reader(&self) -> Reader {
        self.db.report_reader(&self.ctx).await.unwrap()
    }

    /// A conversation that is found again by this Message-ID.
    pub async fn conversation(&self, message_id: &str) -> Uuid {
        let keys = self.keys(message_id, &[]);
        let made = self.write(async |tx| {
            assert_eq!(PgThreads.place(tx, &keys).await?, ThreadPlace::New);
            let new = NewConversation::with(self.contact);
            let conversation = PgConversations.create(tx, new).await?.uuid;
            PgThreads.remember(tx, conversation, &keys).await?;
            Ok(conversation)
        });
        made.await.unwrap()
    }

    /// The conversation that all these Message-IDs belong to, merged of those they belonged to.
    pub async fn merge(&self, message_ids: &[String]) -> Uuid {
        let keys = self.keys("", message_ids);
        let place = self.write(async |tx| PgThreads.place(tx, &keys).await);
        match place.await.unwrap() {
            ThreadPlace::Existing(conversation) => conversation.uuid,
            ThreadPlace::New => panic!("no conversation has {message_ids:?}"),
        }
    }

    fn keys(&self, message_id: &str, references: &[String]) -> ThreadKeys {
        ThreadKeys {
            message_id: Some(message_id.to_owned()).filter(|id| !id.is_empty()),
            in_reply_to: Vec::new(),
            references: references.to_vec(),
            subject: None,
            contact: self.contact,
            occurred_at: epoch(),
        }
    }

    pub async fn say(&self, conversation: Uuid, said: &[Said]) {
        let written = self.write(async |tx| {
            for one in said {
                PgMessages.record(tx, conversation, self.record(*one)).await?;
            }
            Ok(())
        });
        written.await.unwrap();
    }

    pub fn record(&self, said: Said) -> MessageRecord {
        MessageRecord {
            message: NewMessage {
                agent: said.agent.map(|agent| self.agents[agent]),
                sent_at: Some(said.at),
                authorship: said.authorship,
                ..NewMessage::new(said.modality, said.direction)
            },
            channel: "import".to_owned(),
            status: said.direction.into(),
            drafted_at: None,
            source_digest: None,
            unread: false,
        }
    }

    /// Lets the job run that adds up the counters.
    pub async fn fold(&self) {
        let handlers: [Arc<dyn JobHandler>; 1] = [Arc::new(FoldCounts)];
        let worker = Worker::new(self.db.clone(), handlers);
        worker.schedule_periodic().await.unwrap();
        self.test.clock.advance(TimeDelta::seconds(15));
        assert_eq!(worker.run_pending().await.unwrap(), 1);
    }

    pub async fn rebuild(&self) {
        self.write(async |tx| rebuild(tx).await).await.unwrap();
    }

    pub async fn report(&self, window: Window) -> ConversationReport {
        let report = PgAnalytics.conversations(&self.reader().await, window).await;
        report.unwrap()
    }

    /// All read models, line by line, but for what has come to nothing.
    pub async fn models(&self) -> Vec<String> {
        let client = self.test.sql().await;
        let mut lines = Vec::new();
        for sql in [
            "SELECT CAST(t AS text) FROM conversation_facts AS t WHERE organization_id = $1",
            "SELECT CAST(t AS text) FROM conversation_agents AS t WHERE organization_id = $1",
            "SELECT CAST(t AS text) FROM activity_gaps AS t WHERE organization_id = $1",
            "SELECT concat_ws(' ', t.agent_id, t.grain, t.bucket, m.key, m.value) FROM analytics_counts AS t, \
                 jsonb_each_text(to_jsonb(t) - CAST('{organization_id,agent_id,grain,bucket}' AS text[])) AS m \
                 WHERE t.organization_id = $1 AND m.value <> '0'",
            "SELECT CAST(t AS text) FROM analytics_deltas AS t WHERE organization_id = $1",
        ] {
            let rows = client.query(sql, &[&self.ctx.organization]).await.unwrap();
            let mut found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            found.sort();
            lines.append(&mut found);
        }
        lines
    }
}

async fn people(db: &Db, ctx: &Ctx, admin: Uuid, number: usize) -> (Vec<Uuid>, Uuid) {
    let made = db.write(ctx, async |tx| {
        let mut agents = vec![admin];
        for name in ["lois", "jimmy"] {
            let new = NewAgent {
                name: name.to_owned(),
                email: format!("{name}{number}@acme.example"),
                role: Role::Agent,
                password: None,
            };
            agents.push(PgAgents.create(tx, new).await?.uuid);
        }
        let new = NewContact {
            name: Some("Diana".to_owned()),
            ..NewContact::default()
        };
        Ok::<_, rapport_platform::Error>((agents, PgContacts.create(tx, new).await?.uuid))
    });
    made.await.unwrap()
}

/// So many minutes after the beginning of 2026.
pub fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::minutes(minutes)
}

pub fn window(from: DateTime<Utc>, to: DateTime<Utc>) -> Window {
    Window::new(from, to).unwrap()
}
