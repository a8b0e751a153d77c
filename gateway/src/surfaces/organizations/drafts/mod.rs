//! Drafts of first messages and of responses.

mod body;
mod delivery;
mod messages;
mod responses;

pub(super) use messages::routes as message_routes;
pub(super) use responses::routes as response_routes;
