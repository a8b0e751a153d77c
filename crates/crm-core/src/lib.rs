//! The people and firms a conversation is about, the people who answer, and the keys by which programs
//! get in. Each aggregate has a service trait; the `Pg…` structs implement them on PostgreSQL.

pub mod address;
pub mod agents;
pub mod ai_employees;
pub mod api_keys;
pub mod audit;
pub mod cells;
pub mod channels;
pub mod companies;
pub mod contacts;
pub mod custom_fields;
pub mod domain;
pub mod exports;
pub mod imports;
pub mod merges;
pub mod operations;
pub mod organizations;
pub mod query;
pub mod search;
pub mod teams;
pub mod text;
pub mod users;

pub use agents::{Agent, AgentPatch, AgentService, NewAgent, PgAgents, Role};
pub use ai_employees::{AiEmployee, AiEmployeeService, PgAiEmployees};
pub use channels::{Channel, ChannelPatch, ChannelService, PgChannels};
pub use companies::{Company, CompanyPatch, CompanyService, NewCompany, PgCompanies};
pub use contacts::{Contact, ContactDetailsService, ContactPatch, ContactService, NewContact, PgContacts};
pub use custom_fields::{CustomFieldService, PgCustomFields};
pub use exports::{ExportService, PgExports};
pub use imports::{ImportService, PgImports};
pub use merges::{Merge, MergeService, PgMerges, References};
pub use operations::{OperationService, PgOperations};
pub use organizations::{
    NewOrganization, Organization, OrganizationPatch, OrganizationService, PgOrganizations,
};
pub use search::{PgSearch, SearchService};
pub use teams::{NewTeam, PgTeams, Team, TeamPatch, TeamService};
