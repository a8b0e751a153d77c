//! Tasks: what somebody is to do in a conversation, and by when.

mod check;
mod erasure;
mod follow;
mod removal;
mod rows;
mod service;

pub use erasure::TaskErasure;
pub(crate) use follow::move_conversation;
pub use removal::TaskRemoval;
pub use service::PgTasks;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Patch, Reader, Result, Tx};
use uuid::Uuid;

/// The longest objective and reason, in characters.
pub const LONGEST: usize = 10_000;

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// It is to be done.
    #[default]
    Scheduled,
    /// It was done.
    Completed,
    /// It will not be done.
    Cancelled,
}

impl Status {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status called `name`, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Scheduled, Self::Completed, Self::Cancelled]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// Who makes or does tasks, by the numeric id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    /// An agent.
    Agent(i64),
    /// An AI employee.
    AiEmployee(i64),
}

/// Something to do in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, by which surfaces know it.
    pub uuid: Uuid,
    /// The numeric id of the conversation it belongs to.
    pub conversation: i64,
    /// What is to be done.
    pub objective: String,
    /// Who made it.
    pub created_by: Worker,
    /// Who is to do it.
    pub assigned_to: Worker,
    /// How far it is.
    pub status: Status,
    /// Since when those it is assigned to can see it.
    pub published_at: Option<DateTime<Utc>>,
    /// When it is to be done by.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Why it was cancelled.
    pub cancellation_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Task {
    /// Whether it is still to be done at `now`, past its due date.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Scheduled && self.due_at.is_some_and(|due| due < now)
    }
}

/// How far the wanted tasks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Completed.
    Completed,
    /// Cancelled.
    Cancelled,
    /// Still to be done.
    Open,
    /// Still to be done, and at this time not past the due date.
    Scheduled(DateTime<Utc>),
    /// Still to be done, and at this time past the due date.
    Overdue(DateTime<Utc>),
}

/// Which tasks are wanted; all of them by default.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Only those that are this far.
    pub progress: Option<Progress>,
    /// Only those due at this time or later.
    pub due_from: Option<DateTime<Utc>>,
    /// Only those due before this time.
    pub due_to: Option<DateTime<Utc>>,
    /// Only those of the conversation with this numeric id.
    pub conversation: Option<i64>,
    /// Only those assigned to one of these.
    pub assigned_to: Option<Assigned>,
}

/// To whom the wanted tasks are assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// To this one.
    To(Worker),
    /// To any agent.
    ToAgents,
    /// To any AI employee.
    ToAiEmployees,
    /// To the agent or the AI employee of this numeric id.
    ToEither(i64),
}

/// What a task is made of.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// The numeric id of a conversation of the organization.
    pub conversation: i64,
    /// What is to be done, at most [`LONGEST`] characters.
    pub objective: String,
    /// Who made it.
    pub created_by: Worker,
    /// Who is to do it.
    pub assigned_to: Worker,
    /// When it is to be done by.
    pub due_at: Option<DateTime<Utc>>,
    /// How far it is; what is made completed or cancelled became so at that time.
    pub status: Status,
}

/// Changes to a task; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TaskPatch {
    /// The numeric id of a conversation of the organization; it cannot be cleared.
    pub conversation: Patch<i64>,
    /// What is to be done; it cannot be cleared.
    pub objective: Patch<String>,
    /// Who is to do it; it cannot be cleared.
    pub assigned_to: Patch<Worker>,
    /// How far it is; it cannot be cleared. A task that becomes completed or cancelled gets the time of it, unless
    /// the change gives one; one that is so no more loses it, unless the change gives one.
    pub status: Patch<Status>,
    /// Since when it can be seen.
    pub published_at: Patch<DateTime<Utc>>,
    /// When it is to be done by.
    pub due_at: Patch<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Patch<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Patch<DateTime<Utc>>,
    /// Why it was cancelled, at most [`LONGEST`] characters; lost when it is no longer cancelled.
    pub cancellation_reason: Patch<String>,
}

/// The tasks of an organization.
#[async_trait]
pub trait TaskService: Send + Sync {
    /// The tasks that `filter` wants, newest first.
    async fn list(&self, db: &Reader, filter: &TaskFilter, page: &PageRequest) -> Result<Page<Task>>;

    /// How many tasks `filter` wants.
    async fn count(&self, db: &Reader, filter: &TaskFilter) -> Result<i64>;

    /// One task; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<Task>;

    /// Makes a task; `Invalid` when its conversation or one of its workers is not of the organization.
    async fn create(&self, tx: &mut Tx, new: NewTask) -> Result<Task>;

    /// Changes a task and answers it as it is then; `Invalid` as when it is made.
    async fn update(&self, tx: &mut Tx, id: Uuid, patch: TaskPatch) -> Result<Task>;

    /// Deletes a task and answers it as it was.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<Task>;
}
