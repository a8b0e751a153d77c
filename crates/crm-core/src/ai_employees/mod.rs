//! AI employees: programs that do tasks as agents do. Here they have but a name, by which tasks are given to them.

mod service;

pub use service::PgAiEmployees;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rapport_platform::{Page, PageRequest, Reader, Result, Tx};
use uuid::Uuid;

/// A program that does tasks.
#[derive(Debug, Clone)]
pub struct AiEmployee {
    /// The numeric id, unique in the database.
    pub id: i64,
    /// The UUID, for surfaces that show opaque ids.
    pub uuid: Uuid,
    /// The name.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The AI employees of an organization.
#[async_trait]
pub trait AiEmployeeService: Send + Sync {
    /// All AI employees, newest first.
    async fn list(&self, db: &Reader, page: &PageRequest) -> Result<Page<AiEmployee>>;

    /// One AI employee; `NotFound` when it is not of the organization.
    async fn get(&self, db: &Reader, id: Uuid) -> Result<AiEmployee>;

    /// Makes an AI employee.
    async fn create(&self, tx: &mut Tx, name: String) -> Result<AiEmployee>;

    /// Gives an AI employee another name and answers it as it is then.
    async fn rename(&self, tx: &mut Tx, id: Uuid, name: String) -> Result<AiEmployee>;

    /// Deletes an AI employee; `Conflict` when it made a task or one is assigned to it.
    async fn delete(&self, tx: &mut Tx, id: Uuid) -> Result<()>;
}
