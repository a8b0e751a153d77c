//! The audit log: append-only, field by field, in the transaction of the change itself.

use diesel_async::RunQueryDsl;
use rapport_platform::{RawJson, Result, Tx};
use rapport_schema::tables::audit_logs;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was made.
    Insert,
    /// Fields of it changed.
    Update,
    /// It was deleted.
    Delete,
}

impl Action {
    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The fields that changed, each with its old and new value.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Changes(Vec<Value>);

impl Changes {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `field` if `from` and `to` differ.
    #[must_use]
    pub fn field(mut self, field: &'static str, from: &impl Serialize, to: &impl Serialize) -> Self {
        let (from, to) = (json!(from), json!(to));
        if from != to {
            self.0.push(json!({"field": field, "from": from, "to": to}));
        }
        self
    }

    /// Notes that a secret changed, without its values.
    #[must_use]
    pub fn masked(mut self, field: &'static str) -> Self {
        self.0
            .push(json!({"field": field, "from": "********", "to": "********"}));
        self
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes one entry: the actor of the transaction did `action` to the record.
///
/// # Errors
/// When the database refuses it, in which case the change itself must not be committed either.
pub async fn record(tx: &Tx, action: Action, record: (&str, Uuid), changes: &Changes) -> Result<()> {
    use audit_logs::dsl;
    use diesel::ExpressionMethods as _;
    let actor = tx.ctx().actor;
    diesel::insert_into(audit_logs::table)
        .values((
            dsl::organization_id.eq(tx.organization()),
            dsl::uuid.eq(tx.uuid()),
            dsl::occurred_at.eq(tx.now()),
            dsl::actor_type.eq(actor.kind()),
            dsl::agent_id.eq(actor.agent()),
            dsl::api_key_id.eq(actor.key()),
            dsl::action_type.eq(action.name()),
            dsl::record_type.eq(record.0),
            dsl::record_id.eq(record.1),
            dsl::changes.eq(RawJson::of(changes)?),
            dsl::request_id.eq(&*tx.ctx().request_id),
        ))
        .execute(&mut tx.conn())
        .await?;
    Ok(())
}
