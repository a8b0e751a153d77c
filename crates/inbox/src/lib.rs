//! Conversations and messages: the unified inbox. Each aggregate has a service trait; the `Pg…` structs
//! implement them on PostgreSQL.

pub mod conversations;
pub mod drafts;
mod erasure;
pub mod files;
pub mod funnel_conversations;
pub mod html;
mod locks;
pub mod messages;
mod people;
mod removal;
pub mod threads;

pub use conversations::{ContactConversations, ConversationService, PgConversations};
pub use drafts::{MessageDraftService, PgMessageDrafts, PgResponseDrafts, ResponseDraftService, SendDraft};
pub use erasure::InboxErasure;
pub use files::{FileService, PgFiles};
pub use funnel_conversations::{FunnelConversationService, PgFunnelConversations};
pub use messages::{MessageService, PgMessages};
pub use removal::InboxRemoval;
pub use threads::{PgThreads, ThreadService};
