//! The organizations surface: documented keys, types, errors and paging.

mod agents;
mod api_keys;
mod companies;
mod contacts;
mod conversations;
mod errors;
mod funnels;
mod idempotency;
mod messages;
mod organization;
mod paging;
mod settings;
mod teams;
