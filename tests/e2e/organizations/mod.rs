//! The organizations surface: documented keys, types, errors and paging.

mod agent_removal;
mod agents;
mod analytics;
mod api_keys;
mod audit_logs;
mod channels;
mod companies;
mod contacts;
mod conversations;
mod drafts;
mod erasure;
mod errors;
mod exports;
mod idempotency;
mod imports;
mod merges;
mod messages;
mod organization;
mod paging;
mod pipeline;
mod sales;
mod search;
mod settings;
mod solutions;
