//! The stages through which sales go, in order.

mod check;
mod rows;
mod service;

pub(crate) use rows::{StageRow, with_status, with_uuid};
pub use service::PgPipeline;
pub(crate) use service::entered;

use async_trait::async_trait;
use rapport_platform::{Reader, Result, Tx};
use uuid::Uuid;

/// How many stages a pipeline may have.
pub const MOST_STAGES: usize = 50;

/// A step of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// What people call it: `Quoted`. No other stage of the pipeline is called the same.
    pub name: String,
    /// By what programs know it: `quote_sent`. No other stage of the pipeline has the same; several may have none.
    pub status: Option<String>,
}

/// A stage as a pipeline is to have it.
#[derive(Debug, Clone)]
pub struct StageEntry {
    /// Which of the stages it is; when absent, the one of this name, or else a new one.
    pub uuid: Option<Uuid>,
    /// The name, at most 255 characters.
    pub name: String,
    /// The status: lower-case letters, digits and `_`, at most 64.
    pub status: Option<String>,
}

/// The pipeline of an organization. Until it is changed for the first time it is Qualified (no status), Quoted
/// (`quote_sent`), Accepted (`accepted`), Lost (`lost`).
#[async_trait]
pub trait PipelineService: Send + Sync {
    /// The stages in their order.
    async fn stages(&self, db: &Reader) -> Result<Vec<Stage>>;

    /// Makes these the stages, in this order, and answers them. Stages that are not named are removed: `Conflict`
    /// when a sale stands in one. A stage can be renamed, which changes no history, but its status stays once a sale
    /// has stood in it: `Conflict`. `Invalid` names the entry that cannot be accepted: `stages[2].name`.
    async fn replace(&self, tx: &mut Tx, entries: Vec<StageEntry>) -> Result<Vec<Stage>>;
}
