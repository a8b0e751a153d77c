//! The closed sets a draft is described by.

use crate::messages::named;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

named! {
    /// What a draft will be.
    DraftKind {
        /// The first message to somebody.
        Message = "message",
        /// A response in a conversation.
        Response = "response",
    }
}

named! {
    /// How far a draft has come.
    DraftStatus {
        /// It waits, for its time or for somebody.
        Pending = "pending",
        /// It has become a message.
        Sent = "sent",
        /// It could not be sent, and will not be tried again by itself.
        Failed = "failed",
    }
}

impl DraftKind {
    /// The record in the audit log and in events.
    pub fn record(self) -> &'static str {
        match self {
            Self::Message => "message_draft",
            Self::Response => "response_draft",
        }
    }

    /// What is said not to be found.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Message => "Message draft",
            Self::Response => "Response draft",
        }
    }
}
