//! The closed sets a message is described by. Their names are the same on the wire and in the database.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromSqlRow, AsExpression)]
        #[diesel(sql_type = Text)]
        pub enum $kind {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $kind {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the wire and in the database.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The one called `name`, if there is one.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }

        impl FromSql<Text, Pg> for $kind {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                let name = std::str::from_utf8(value.as_bytes())?;
                Self::parse(name).ok_or_else(|| format!("unknown {}: {name}", stringify!($kind)).into())
            }
        }

        impl ToSql<Text, Pg> for $kind {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <str as ToSql<Text, Pg>>::to_sql(self.name(), out)
            }
        }
    };
}

named! {
    /// What kind of message it is.
    Modality {
        /// An e-mail.
        Email = "email",
        /// A text message.
        Text = "text",
        /// A telephone call.
        Call = "call",
        /// A message in a live chat.
        LiveChat = "live_chat",
        /// A form that was filled in.
        FormRequest = "form_request",
    }
}

named! {
    /// Whether the organization sent or received it.
    Direction {
        /// The organization sent it.
        Sent = "sent",
        /// The organization received it.
        Received = "received",
    }
}

named! {
    /// How far a message has come.
    Status {
        /// It waits to be sent.
        Pending = "pending",
        /// A channel has taken it.
        Sent = "sent",
        /// It has reached the recipient's device or mailbox.
        Delivered = "delivered",
        /// The recipient has read it.
        Read = "read",
        /// It could not be sent.
        Failed = "failed",
        /// The organization has received it.
        Received = "received",
    }
}

named! {
    /// Who wrote what was sent.
    Authorship {
        /// A person.
        Human = "human",
        /// The AI, sent as it wrote it.
        Ai = "ai",
        /// The AI, and a person changed it before it was sent.
        AiEdited = "ai_edited",
    }
}

impl From<Direction> for Status {
    /// The status of a message that has arrived: `sent` or `received`.
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Sent => Self::Sent,
            Direction::Received => Self::Received,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        assert!(
            Modality::ALL
                .iter()
                .all(|m| Modality::parse(m.name()) == Some(*m))
        );
        assert!(
            Direction::ALL
                .iter()
                .all(|d| Direction::parse(d.name()) == Some(*d))
        );
        assert!(Status::ALL.iter().all(|s| Status::parse(s.name()) == Some(*s)));
        assert!(
            Authorship::ALL
                .iter()
                .all(|a| Authorship::parse(a.name()) == Some(*a))
        );
        assert_eq!(Modality::parse("Email"), None);
    }
}
