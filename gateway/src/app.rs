//! What every handler can reach: the database and the services.

use crate::credentials::Credentials;
use crate::http::metrics::Metrics;
use crate::projections;
use rapport_analytics::{AnalyticsService, FoldCounts, PgAnalytics};
use rapport_crm_core::api_keys::{ApiKeyService, PgApiKeys};
use rapport_crm_core::{
    AgentService, CompanyService, ContactService, OrganizationService, PgAgents, PgCompanies, PgContacts,
    PgOrganizations,
};
use rapport_inbox::{ConversationService, FileService, MessageService, PgConversations, PgFiles, PgMessages};
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{JobHandler, PurgeIdempotencyKeys, Worker};
use rapport_platform::{Ctx, Db, Reader, Result};
use std::sync::Arc;

/// The services, composed over one database. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Services>);

/// What an [`App`] is made of.
pub struct Services {
    /// The two lanes to the database.
    pub db: Db,
    /// Known credentials.
    pub credentials: Credentials,
    /// Figures about requests.
    pub metrics: Metrics,
    /// Organizations.
    pub organizations: Arc<dyn OrganizationService>,
    /// Agents.
    pub agents: Arc<dyn AgentService>,
    /// Companies.
    pub companies: Arc<dyn CompanyService>,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyService>,
    /// Contacts.
    pub contacts: Arc<dyn ContactService>,
    /// Conversations.
    pub conversations: Arc<dyn ConversationService>,
    /// Messages.
    pub messages: Arc<dyn MessageService>,
    /// Files.
    pub files: Arc<dyn FileService>,
    /// Reports.
    pub analytics: Arc<dyn AnalyticsService>,
}

impl App {
    /// The services on PostgreSQL, with the contents of files in `files`.
    ///
    /// # Errors
    /// Never, but for a defect in how figures are named.
    pub fn new(db: Db, files: FileStore) -> Result<Self> {
        let db = db.with_projections(projections::all());
        Ok(Self(Arc::new(Services {
            credentials: Credentials::new(db.clone()),
            metrics: Metrics::new()?,
            organizations: Arc::new(PgOrganizations),
            agents: Arc::new(PgAgents),
            companies: Arc::new(PgCompanies),
            api_keys: Arc::new(PgApiKeys),
            contacts: Arc::new(PgContacts),
            conversations: Arc::new(PgConversations),
            messages: Arc::new(PgMessages),
            files: Arc::new(PgFiles::new(files)),
            analytics: Arc::new(PgAnalytics),
            db,
        })))
    }

    /// The worker that carries out the jobs of these services.
    pub fn worker(&self) -> Worker {
        let handlers: [Arc<dyn JobHandler>; 2] = [Arc::new(PurgeIdempotencyKeys), Arc::new(FoldCounts)];
        Worker::new(self.db.clone(), handlers)
    }

    /// The read lane for the organization of `ctx`.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn reader(&self, ctx: &Ctx) -> Result<Reader> {
        self.db.reader(ctx).await
    }

    /// A connection for a report on the organization of `ctx`.
    ///
    /// # Errors
    /// When the database is out of reach, or all of them stay busy.
    pub async fn report_reader(&self, ctx: &Ctx) -> Result<Reader> {
        self.db.report_reader(ctx).await
    }
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
