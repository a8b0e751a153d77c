//! What every handler can reach: the database and the services.

use crate::credentials::Credentials;
use crate::http::metrics::Metrics;
use rapport_crm_core::api_keys::{ApiKeyService, PgApiKeys};
use rapport_crm_core::custom_fields::{CustomFieldService, PgCustomFields};
use rapport_crm_core::{
    AgentService, AiEmployeeService, CompanyService, ContactService, OrganizationService, PgAgents,
    PgAiEmployees, PgCompanies, PgContacts, PgOrganizations, PgTeams, TeamService,
};
use rapport_inbox::{ConversationService, FileService, MessageService, PgConversations, PgFiles, PgMessages};
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{JobHandler, PurgeIdempotencyKeys, Worker};
use rapport_platform::{Ctx, Db, Reader, Result};
use rapport_sales_pipeline::funnels::{FunnelService, PgFunnels};
use rapport_sales_pipeline::tasks::{PgTasks, TaskService};
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
    /// Definitions of custom fields.
    pub custom_fields: Arc<dyn CustomFieldService>,
    /// Conversations.
    pub conversations: Arc<dyn ConversationService>,
    /// Messages.
    pub messages: Arc<dyn MessageService>,
    /// Files.
    pub files: Arc<dyn FileService>,
    /// AI employees.
    pub ai_employees: Arc<dyn AiEmployeeService>,
    /// Teams.
    pub teams: Arc<dyn TeamService>,
    /// Funnels.
    pub funnels: Arc<dyn FunnelService>,
    /// Tasks.
    pub tasks: Arc<dyn TaskService>,
}

impl App {
    /// The services on PostgreSQL, with the contents of files in `files`.
    ///
    /// # Errors
    /// Never, but for a defect in how figures are named.
    pub fn new(db: Db, files: FileStore) -> Result<Self> {
        Ok(Self(Arc::new(Services {
            credentials: Credentials::new(db.clone()),
            metrics: Metrics::new()?,
            organizations: Arc::new(PgOrganizations),
            agents: Arc::new(PgAgents),
            companies: Arc::new(PgCompanies),
            api_keys: Arc::new(PgApiKeys),
            contacts: Arc::new(PgContacts),
            custom_fields: Arc::new(PgCustomFields),
            conversations: Arc::new(PgConversations),
            messages: Arc::new(PgMessages),
            files: Arc::new(PgFiles::new(files)),
            ai_employees: Arc::new(PgAiEmployees),
            teams: Arc::new(PgTeams),
            funnels: Arc::new(PgFunnels),
            tasks: Arc::new(PgTasks),
            db,
        })))
    }

    /// The worker that carries out the jobs of these services.
    pub fn worker(&self) -> Worker {
        let handlers: [Arc<dyn JobHandler>; 1] = [Arc::new(PurgeIdempotencyKeys)];
        Worker::new(self.db.clone(), handlers)
    }

    /// The read lane for the organization of `ctx`.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn reader(&self, ctx: &Ctx) -> Result<Reader> {
        self.db.reader(ctx).await
    }
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
