//! What both kinds of drafts say in a request.

use rapport_inbox::messages::Authorship;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who wrote a draft.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriterName {
    /// A person.
    Human,
    /// The AI. What a person changes thereafter counts as both.
    Ai,
}

impl From<WriterName> for Authorship {
    fn from(name: WriterName) -> Self {
        match name {
            WriterName::Human => Self::Human,
            WriterName::Ai => Self::Ai,
        }
    }
}
