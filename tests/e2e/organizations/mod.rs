//! The organizations surface: documented keys, types, errors and paging.

mod agents;
mod api_keys;
mod channels;
mod companies;
mod contacts;
mod conversations;
mod draft_sending;
mod errors;
mod idempotency;
mod message_drafts;
mod messages;
mod organization;
mod paging;
mod settings;
mod response_drafts;
