//! The organizations surface: documented keys, types, errors and paging.

mod agents;
mod analytics;
mod api_keys;
mod companies;
mod contacts;
mod conversations;
mod errors;
mod idempotency;
mod messages;
mod organization;
mod paging;
mod settings;
mod solutions;
