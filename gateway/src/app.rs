//! What every handler can reach: the database and the services.

use crate::credentials::Credentials;
use crate::http::metrics::Metrics;
use crate::projections;
use crate::retention::Retention;
use rapport_analytics::{AnalyticsService, FoldCounts, PgAnalytics};
use rapport_crm_core::agents::{AgentParticipant, AgentRemoval};
use rapport_crm_core::api_keys::{ApiKeyService, PgApiKeys};
use rapport_crm_core::audit::{AuditService, PgAuditLogs};
use rapport_crm_core::companies::CompanyRemoval;
use rapport_crm_core::contacts::{ContactDetailsService, ContactErasure, ErasureParticipant};
use rapport_crm_core::custom_fields::{CustomFieldService, PgCustomFields};
use rapport_crm_core::imports::{ForgetImportErrors, RunImport};
use rapport_crm_core::operations::PurgeOperations;
use rapport_crm_core::{
    AgentService, AiEmployeeService, ChannelService, CompanyService, ContactService, ExportService,
    ImportService, MergeService, OperationService, OrganizationService, PgAgents, PgAiEmployees, PgChannels,
    PgCompanies, PgContacts, PgExports, PgImports, PgMerges, PgOperations, PgOrganizations, PgSearch,
    PgTeams, SearchService, TeamService,
};
use rapport_inbox::files::RemoveContents;
use rapport_inbox::{
    ContactConversations, ConversationService, FileService, FunnelConversationService, InboxErasure,
    InboxRemoval, MessageDraftService, MessageService, PgConversations, PgFiles, PgFunnelConversations,
    PgMessageDrafts, PgMessages, PgResponseDrafts, ResponseDraftService, SendDraft,
};
use rapport_platform::files::FileStore;
use rapport_platform::jobs::{JobHandler, PurgeDeadJobs, PurgeIdempotencyKeys, Worker};
use rapport_platform::{Ctx, Db, Reader, Result};
use rapport_sales_pipeline::funnels::{FunnelService, PgFunnels};
use rapport_sales_pipeline::tasks::{PgTasks, TaskErasure, TaskRemoval, TaskService};
use rapport_sales_pipeline::{CompanySales, PgPipeline, PgSales, PipelineService, SaleService};
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
    /// Deletes agents, with all that is assigned to them.
    pub removal: AgentRemoval,
    /// The audit log.
    pub audit_logs: Arc<dyn AuditService>,
    /// Companies.
    pub companies: Arc<dyn CompanyService>,
    /// Deletes companies, with all that refers to them.
    pub company_removal: CompanyRemoval,
    /// API keys.
    pub api_keys: Arc<dyn ApiKeyService>,
    /// Contacts.
    pub contacts: Arc<dyn ContactService>,
    /// Contacts with all their details.
    pub contact_details: Arc<dyn ContactDetailsService>,
    /// Erases contacts, with all that is kept of them.
    pub erasure: ContactErasure,
    /// Imports of contacts.
    pub imports: Arc<dyn ImportService>,
    /// Contacts and companies as files.
    pub exports: Arc<dyn ExportService>,
    /// Merges of contacts, and of companies.
    pub merges: Arc<dyn MergeService>,
    /// Search for contacts and companies.
    pub search: Arc<dyn SearchService>,
    /// Definitions of custom fields.
    pub custom_fields: Arc<dyn CustomFieldService>,
    /// Conversations.
    pub conversations: Arc<dyn ConversationService>,
    /// Messages.
    pub messages: Arc<dyn MessageService>,
    /// Pipelines.
    pub pipeline: Arc<dyn PipelineService>,
    /// Sales.
    pub sales: Arc<dyn SaleService>,
    /// Files.
    pub files: Arc<dyn FileService>,
    /// The contents of files.
    pub contents: FileStore,
    /// Channels.
    pub channels: Arc<dyn ChannelService>,
    /// Drafts of first messages.
    pub message_drafts: Arc<dyn MessageDraftService>,
    /// Drafts of responses.
    pub response_drafts: Arc<dyn ResponseDraftService>,
    /// Reports.
    pub analytics: Arc<dyn AnalyticsService>,
    /// AI employees.
    pub ai_employees: Arc<dyn AiEmployeeService>,
    /// Teams.
    pub teams: Arc<dyn TeamService>,
    /// Funnels.
    pub funnels: Arc<dyn FunnelService>,
    /// Tasks.
    pub tasks: Arc<dyn TaskService>,
    /// Conversations in funnels.
    pub funnel_conversations: Arc<dyn FunnelConversationService>,
    /// Reports on requests that carried many items.
    pub operations: Arc<dyn OperationService>,
}

impl App {
    /// The services on PostgreSQL, with the contents of files in `files`.
    ///
    /// # Errors
    /// Never, but for a defect in how figures are named.
    pub fn new(db: Db, files: FileStore) -> Result<Self> {
        let db = db.with_projections(projections::all());
        let channels: Arc<dyn ChannelService> = Arc::new(PgChannels);
        Ok(Self(Arc::new(Services {
            credentials: Credentials::new(db.clone()),
            metrics: Metrics::new()?,
            organizations: Arc::new(PgOrganizations),
            agents: Arc::new(PgAgents),
            removal: AgentRemoval::new(removal_participants()),
            audit_logs: Arc::new(PgAuditLogs),
            companies: Arc::new(PgCompanies),
            company_removal: CompanyRemoval::new([Arc::new(CompanySales) as Arc<_>]),
            api_keys: Arc::new(PgApiKeys),
            contacts: Arc::new(PgContacts),
            contact_details: Arc::new(PgContacts),
            erasure: ContactErasure::new(erasure_participants()),
            imports: Arc::new(PgImports),
            exports: Arc::new(PgExports),
            merges: Arc::new(merges()),
            search: Arc::new(PgSearch),
            conversations: Arc::new(PgConversations),
            messages: Arc::new(PgMessages),
            pipeline: Arc::new(PgPipeline),
            sales: Arc::new(PgSales),
            files: Arc::new(PgFiles::new(files.clone())),
            contents: files,
            message_drafts: Arc::new(PgMessageDrafts::new(channels.clone())),
            response_drafts: Arc::new(PgResponseDrafts::new(channels.clone())),
            channels,
            analytics: Arc::new(PgAnalytics),
            custom_fields: Arc::new(PgCustomFields),
            ai_employees: Arc::new(PgAiEmployees),
            teams: Arc::new(PgTeams),
            funnels: Arc::new(PgFunnels),
            tasks: Arc::new(PgTasks),
            funnel_conversations: Arc::new(PgFunnelConversations),
            operations: Arc::new(PgOperations),
            db,
        })))
    }

    /// The worker that carries out the jobs of these services.
    pub fn worker(&self) -> Worker {
        self.worker_keeping(Retention::default())
    }

    /// The same, which keeps things for other times than the default ones.
    pub fn worker_keeping(&self, retention: Retention) -> Worker {
        let handlers: Vec<Arc<dyn JobHandler>> = vec![
            Arc::new(PurgeIdempotencyKeys),
            Arc::new(PurgeDeadJobs::after_days(retention.dead_jobs_days)),
            Arc::new(PurgeOperations::after_days(retention.operations_days)),
            Arc::new(FoldCounts),
            Arc::new(RemoveContents::new(self.contents.clone())),
            Arc::new(self.send_draft()),
            Arc::new(RunImport::new(self.contents.clone())),
            Arc::new(ForgetImportErrors),
        ];
        Worker::new(self.db.clone(), handlers)
    }

    fn send_draft(&self) -> SendDraft {
        SendDraft {
            contacts: self.contacts.clone(),
            conversations: self.conversations.clone(),
            messages: self.messages.clone(),
            channels: self.channels.clone(),
        }
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

/// The domains that assign something to agents.
fn removal_participants() -> Vec<Arc<dyn AgentParticipant>> {
    vec![Arc::new(InboxRemoval), Arc::new(TaskRemoval)]
}

/// The domains that keep something of contacts.
fn erasure_participants() -> Vec<Arc<dyn ErasureParticipant>> {
    vec![Arc::new(InboxErasure), Arc::new(TaskErasure)]
}

/// Merges, with what refers to contacts and to companies. Sales follow contacts by their events.
fn merges() -> PgMerges {
    PgMerges::new(vec![Arc::new(ContactConversations)], vec![Arc::new(CompanySales)])
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
