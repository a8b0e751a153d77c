//! Diesel table definitions, a file per domain, in the order of the migrations that made them.
#![expect(
    missing_docs,
    reason = "the migrations describe the columns; the macro takes no comment for all it makes"
)]

mod analytics;
mod crm_core;
mod custom_fields;
mod inbox;
mod platform;
mod sales_pipeline;
mod work;

pub use analytics::*;
pub use crm_core::*;
pub use custom_fields::*;
pub use inbox::*;
pub use platform::*;
pub use sales_pipeline::*;
pub use work::*;

use diesel::allow_tables_to_appear_in_same_query;

allow_tables_to_appear_in_same_query!(
    activity_gaps,
    agents,
    ai_employees,
    analytics_counts,
    analytics_deltas,
    api_keys,
    audit_logs,
    channels,
    companies,
    company_redirects,
    contact_addresses,
    contact_import_errors,
    contact_imports,
    contacts,
    conversation_agents,
    conversation_facts,
    conversations,
    custom_field_definitions,
    custom_field_options,
    custom_field_values,
    drafts,
    events,
    files,
    funnel_channel_sessions,
    funnel_statuses,
    funnels,
    idempotency_keys,
    instance_secrets,
    jobs,
    message_attachments,
    message_references,
    messages,
    operations,
    organizations,
    pipeline_stages,
    sale_contacts,
    sale_conversations,
    sale_status_history,
    sales,
    search_words,
    tasks,
    team_members,
    teams,
    users
);
