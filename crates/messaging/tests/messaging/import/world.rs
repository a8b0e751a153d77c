//! An organization with a database, a file store and a mailbox to import from.

use rapport_crm_core::agents::PgAgents;
use rapport_crm_core::contacts::{Contact, ContactService, PgContacts};
use rapport_crm_core::organizations::{NewOrganization, NewTenant, PgOrganizations, Tenant, provision};
use rapport_inbox::conversations::{Conversation, ConversationFilter};
use rapport_inbox::messages::{Message, MessageFilter};
use rapport_inbox::{ConversationService, MessageService, PgConversations, PgFiles, PgMessages, PgThreads};
use rapport_messaging::email::import::{Importer, Report, Services, Stopped};
use rapport_messaging::email::source::Sources;
use rapport_platform::files::FileStore;
use rapport_platform::{Ctx, PageRequest, Reader};
use rapport_test_support::TestDatabase;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const ALL: PageRequest = PageRequest {
    limit: 500,
    after: None,
};

pub struct World {
    pub database: TestDatabase,
    pub tenant: Tenant,
    pub folder: TempDir,
    pub services: Services,
}

impl World {
    /// An organization with the addresses `sales@acme.example` and `@acme.test`, and the agent
    /// `ann@people.example`.
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let tenant = NewTenant {
            organization: NewOrganization {
                name: "Acme".to_owned(),
                email_addresses: vec!["sales@acme.example".to_owned(), "@acme.test".to_owned()],
                ..NewOrganization::default()
            },
            admin_email: "Ann@people.example".to_owned(),
            admin_password: "a long password".to_owned(),
        };
        let tenant = provision(&database.db, "test", tenant).await.unwrap();
        let folder = TempDir::new().unwrap();
        let store = FileStore::local(&folder.path().join("files")).unwrap();
        std::fs::create_dir(folder.path().join("mails")).unwrap();
        Self {
            services: Services {
                organizations: Arc::new(PgOrganizations),
                agents: Arc::new(PgAgents),
                contacts: Arc::new(PgContacts),
                conversations: Arc::new(PgConversations),
                messages: Arc::new(PgMessages),
                threads: Arc::new(PgThreads),
                files: Arc::new(PgFiles::new(store.clone())),
                store,
            },
            database,
            tenant,
            folder,
        }
    }

    pub fn mails(&self) -> PathBuf {
        self.folder.path().join("mails")
    }

    /// Adds a mail; mails are imported in the order of their names.
    pub fn mail(&self, name: &str, text: &str) {
        std::fs::write(self.mails().join(name), text).unwrap();
    }

    pub async fn try_import(&self) -> Result<Report, Stopped> {
        // Time goes on between imports.
        self.database.clock.advance(chrono::TimeDelta::minutes(1));
        let importer = Importer::new(self.database.db.clone(), self.ctx(), self.services.clone())
            .with_patience(Duration::ZERO);
        let sources = Sources::open(&[self.mails()]).unwrap();
        importer.run(sources, &mut ()).await
    }

    pub async fn import(&self) -> Report {
        self.try_import().await.unwrap()
    }

    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.tenant.organization, "test")
    }

    pub async fn reader(&self) -> Reader {
        self.database.db.reader(&self.ctx()).await.unwrap()
    }

    pub async fn conversations(&self) -> Vec<Conversation> {
        let reader = self.reader().await;
        let filter = ConversationFilter::default();
        let page = PgConversations.list(&reader, &filter, &ALL).await.unwrap();
        page.items
    }

    /// The messages of all conversations, oldest first.
    pub async fn messages(&self) -> Vec<Message> {
        let reader = self.reader().await;
        let mut all = Vec::new();
        for conversation in self.conversations().await {
            let filter = MessageFilter::default();
            let page = PgMessages.list(&reader, conversation.uuid, &filter, &ALL).await;
            all.extend(page.unwrap().items);
        }
        all.sort_by_key(|message| (message.occurred_at, message.id));
        all
    }

    /// The contacts by their addresses.
    pub async fn contacts(&self) -> Vec<Contact> {
        let reader = self.reader().await;
        let mut contacts = PgContacts.list(&reader, &ALL).await.unwrap().items;
        contacts.sort_by_key(|contact| contact.email.clone());
        contacts
    }

    pub async fn addresses(&self) -> Vec<String> {
        let contacts = self.contacts().await.into_iter();
        contacts.filter_map(|contact| contact.email).collect()
    }
}

/// A mail to the organization.
pub fn from(sender: &str, day: u32, fields: &str, body: &str) -> String {
    format!(
        "From: {sender}\nTo: sales@acme.example\nDate: {day} Feb 2026 10:00:00 +0000\n{fields}\n\n{body}\n"
    )
}
