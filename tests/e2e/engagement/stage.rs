//! What these tests begin with.

use crate::support::records::number;
use crate::support::shape::Type::{Integer, Maybe, Object, Text, Time, Uuid};
use crate::support::shape::{Shape, assert_shape};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

pub const TASK: Shape = &[
    ("id", Uuid),
    ("tenantId", Uuid),
    ("createdAt", Time),
    ("updatedAt", Time),
    ("context", Object(&[("conversationId", Integer)])),
    ("objective", Text),
    ("createdBy", Object(&[("id", Text), ("type", Text)])),
    ("assignedTo", Object(&[("id", Text), ("type", Text)])),
    ("publishedAt", Maybe(&Time)),
    ("dueDate", Maybe(&Time)),
    ("completedAt", Maybe(&Time)),
    ("cancelledAt", Maybe(&Time)),
    ("cancellationReason", Maybe(&Text)),
    ("status", Text),
];

/// A tenant with a conversation, and the numbers of what tasks name.
pub struct Stage<'a> {
    pub app: &'a TestApp,
    pub tenant: &'a Tenant,
    pub user: i64,
    pub conversation: i64,
}

impl<'a> Stage<'a> {
    pub async fn of(app: &'a TestApp, tenant: &'a Tenant) -> Self {
        let mut stage = Self {
            user: number(app, "agents", &tenant.agent_id).await,
            conversation: 0,
            app,
            tenant,
        };
        stage.conversation = stage.conversation("Carol Ferris").await;
        stage
    }

    /// The number of a new conversation with a new contact.
    pub async fn conversation(&self, name: &str) -> i64 {
        let contact = self
            .tenant
            .post("contacts", &json!({"name": name}))
            .await
            .expect(201);
        let body = json!({"contact_id": contact.text("contact_id")});
        let made = self.tenant.post("conversations", &body).await.expect(201);
        number(self.app, "conversations", made.text("conversation_id")).await
    }

    /// The number of a new AI employee.
    pub async fn ai_employee(&self) -> i64 {
        let made = self.tenant.post("ai-employees", &json!({"name": "Ada"})).await;
        made.expect(201).json["number"].as_i64().unwrap()
    }

    /// A sound body of a new task, with these keys besides or instead.
    pub fn body(&self, more: &Value) -> Value {
        let user = json!({"id": self.user.to_string(), "type": "user"});
        let mut body = json!({
            "context": {"conversationId": self.conversation}, "objective": "Send proposal to client",
            "createdBy": user, "assignedTo": user,
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    /// Makes a task.
    pub async fn task(&self, more: &Value) -> Value {
        let made = self
            .tenant
            .post("/api/v1/tasks", &self.body(more))
            .await
            .expect(200);
        assert_shape(&made.json, TASK);
        made.json
    }

    /// Changes a task.
    pub async fn put(&self, task: &Value, body: &Value) -> Response {
        self.tenant.put(&path(task), body).await
    }
}

/// Where a task is.
pub fn path(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())
}

/// Asserts a 400 that blames `field`.
#[track_caller]
pub fn assert_blames(refused: &Response, field: &str) {
    assert_eq!(refused.status, 400, "{field}: {}", refused.json);
    assert_eq!(
        (&refused.json["code"], refused.text("error")),
        (&json!(400), "BadRequest")
    );
    let blamed = refused.json["details"]["fields"].as_object().unwrap();
    assert!(
        blamed.get(field).is_some_and(|why| why["message"].is_string()),
        "{field} is not blamed: {}",
        refused.json
    );
}
