//! The one error of the domain. It knows nothing of HTTP: each surface maps it to its documented body.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use std::borrow::Cow;

/// The result of everything a service does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, in terms of the domain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this organization.
    #[error("{what} not found")]
    NotFound {
        /// The kind of thing, in title case: `Contact`.
        what: &'static str,
    },
    /// A value cannot be accepted.
    #[error("{field}: {message}")]
    Invalid {
        /// The name of the field as callers know it.
        field: Cow<'static, str>,
        /// What is wrong with it, for people.
        message: Cow<'static, str>,
    },
    /// The state of the data forbids it: taken, changed meanwhile, still in use.
    #[error("{message}")]
    Conflict {
        /// What is in the way, for people.
        message: Cow<'static, str>,
        /// The database constraint that was hit, where one was.
        constraint: Option<String>,
        /// The record that is in the way, where it is known.
        other: Option<Other>,
    },
    /// The record is not in the version that the caller relies on.
    #[error("{what} has changed meanwhile")]
    Stale {
        /// The kind of record, in title case: `Sale`.
        what: &'static str,
    },
    /// The credential does not suffice.
    #[error("{message}")]
    Forbidden {
        /// What is missing, for people.
        message: Cow<'static, str>,
    },
    /// Too many requests.
    #[error("rate limited")]
    RateLimited {
        /// When it is worth another try, in seconds.
        retry_after: u64,
    },
    /// The database or another part is out of reach for now; the same call may succeed later.
    #[error("{message}")]
    Unavailable {
        /// What is out of reach; for the log.
        message: String,
    },
    /// A defect. The cause is for the log and never for callers.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A record of the same organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// The kind of record: `contact`.
    pub what: &'static str,
    /// Its numeric id.
    pub id: i64,
}

impl Error {
    /// `what` does not exist in this organization.
    pub fn not_found(what: &'static str) -> Self {
        Self::NotFound { what }
    }

    /// The value of `field` cannot be accepted.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
        }
    }

    /// The state of the data forbids it.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict {
            message: message.into(),
            constraint: None,
            other: None,
        }
    }

    /// The record `other` is in the way.
    pub fn taken(message: impl Into<Cow<'static, str>>, other: Other) -> Self {
        Self::Conflict {
            message: message.into(),
            constraint: None,
            other: Some(other),
        }
    }

    /// `what` is not in the version that the caller relies on.
    pub fn stale(what: &'static str) -> Self {
        Self::Stale { what }
    }

    /// The credential does not suffice.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Forbidden {
            message: message.into(),
        }
    }

    /// A defect, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Gives a conflict on the database constraint `name` its meaning; leaves every other error as it is.
    #[must_use]
    pub fn on_constraint(self, name: &str, meaning: impl FnOnce() -> Self) -> Self {
        match &self {
            Self::Conflict {
                constraint: Some(hit),
                ..
            } if hit == name => meaning(),
            _ => self,
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind as Kind;
        match error {
            DieselError::DatabaseError(Kind::UniqueViolation | Kind::ForeignKeyViolation, info) => {
                Self::Conflict {
                    message: "The record conflicts with another one".into(),
                    constraint: info.constraint_name().map(str::to_owned),
                    other: None,
                }
            }
            DieselError::DatabaseError(Kind::ClosedConnection, info) => Self::Unavailable {
                message: info.message().to_owned(),
            },
            DieselError::DatabaseError(Kind::SerializationFailure, _) => {
                Self::conflict("The record was changed by another request at the same time")
            }
            // Time-outs, shutdowns and lost connections carry no kind of their own.
            DieselError::DatabaseError(_, info) if is_passing(info.message()) => Self::Unavailable {
                message: info.message().to_owned(),
            },
            other => Self::internal(other),
        }
    }
}

fn is_passing(message: &str) -> bool {
    [
        "canceling statement",
        "terminating connection",
        "shutting down",
        "starting up",
        "deadlock detected",
        "recovery mode",
        "connection closed",
        "error communicating with the server",
    ]
    .iter()
    .any(|part| message.contains(part))
}
