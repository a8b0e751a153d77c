//! Conversations in funnels: one by one, and many at once.

mod at_once;
mod bulk_create;
mod bulk_update;
mod create;
mod limits;
mod operations;

use crate::engagement::contacts::CONTACT;
use crate::support::shape::Type::{Free, Integer, List, Maybe, Text, Time, Uuid};
use crate::support::shape::{Shape, assert_shape};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

const CREATE: &str = "/api/v1/conversations";
const BULK: &str = "/api/v1/conversations/bulk";

const SESSION: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("funnelConversationId", Integer),
    ("funnelAddressId", Maybe(&Integer)),
    ("contactAddressId", Maybe(&Integer)),
    ("archivedAt", Maybe(&Time)),
    ("startTime", Time),
    ("endTime", Maybe(&Time)),
    ("channelType", Text),
    ("messagingConversationId", Maybe(&Text)),
    ("createdAt", Time),
    ("updatedAt", Time),
];

const CONVERSATION: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("contactId", Integer),
    ("userId", Maybe(&Integer)),
    ("funnelId", Integer),
    ("funnelStatusId", Maybe(&Integer)),
    ("archivedAt", Maybe(&Time)),
    ("createdAt", Time),
    ("updatedAt", Time),
    ("channelSessions", List(SESSION)),
    ("contacts", List(CONTACT)),
    ("customFields", Free),
];

const ISSUE: Shape = &[
    ("field", Text),
    ("message", Text),
    ("code", Text),
    ("context", Free),
];

const ITEM: Shape = &[
    ("index", Integer),
    ("itemId", Maybe(&Integer)),
    ("errors", List(ISSUE)),
    ("warnings", List(ISSUE)),
    ("existingEntities", Free),
];

const COUNTS: Shape = &[
    ("successful", Integer),
    ("warnings", Integer),
    ("duplicates", Integer),
    ("errors", Integer),
    ("total", Integer),
];

const BULK_ANSWER: Shape = &[
    ("message", Text),
    ("operationId", Text),
    (
        "report",
        crate::support::shape::Type::Object(&[
            ("itemsIssues", List(ITEM)),
            ("batchErrors", List(ISSUE)),
            ("counts", crate::support::shape::Type::Object(COUNTS)),
        ]),
    ),
];

/// A tenant with a funnel of two statuses.
struct Funnel<'a> {
    app: &'a TestApp,
    tenant: &'a Tenant,
    id: i64,
    first: i64,
    second: i64,
}

impl<'a> Funnel<'a> {
    async fn of(app: &'a TestApp, tenant: &'a Tenant) -> Self {
        Self::named(app, tenant, "Roof repairs").await
    }

    async fn named(app: &'a TestApp, tenant: &'a Tenant, name: &str) -> Self {
        let body = json!({"name": name, "statuses": ["New", "Won"]});
        let made = tenant.post("funnels", &body).await.expect(201).json;
        let number = |value: &Value| value["number"].as_i64().unwrap();
        Self {
            app,
            tenant,
            id: number(&made),
            first: number(&made["statuses"][0]),
            second: number(&made["statuses"][1]),
        }
    }

    /// A conversation in this funnel with a contact that is described.
    fn item(&self, contact: &Value) -> Value {
        json!({"funnelId": self.id, "contact": contact})
    }

    /// Makes a conversation.
    async fn made(&self, body: &Value) -> Value {
        let made = self.tenant.post(CREATE, body).await.expect(200).json;
        assert_shape(&made, CONVERSATION);
        made
    }

    /// Makes many.
    async fn bulk(&self, items: &[Value]) -> Value {
        let body = json!({"conversations": items});
        let answer = self.tenant.post(BULK, &body).await.expect(200).json;
        assert_shape(&answer, BULK_ANSWER);
        answer
    }

    /// Changes many.
    async fn change(&self, items: &[Value]) -> Value {
        let body = json!({"conversations": items});
        let answer = self.tenant.put(BULK, &body).await.expect(200).json;
        assert_shape(&answer, BULK_ANSWER);
        answer
    }

    /// How many rows a table has.
    async fn count(&self, table: &str) -> i64 {
        let query = format!(
            "SELECT count(*) FROM {table} WHERE organization_id = {}",
            self.tenant.organization
        );
        let sql = self.app.database.sql().await;
        sql.query_one(&query, &[]).await.unwrap().get(0)
    }
}

/// `[successful, warnings, duplicates, errors, total]`
fn counts(answer: &Value) -> [i64; 5] {
    ["successful", "warnings", "duplicates", "errors", "total"]
        .map(|name| answer["report"]["counts"][name].as_i64().unwrap())
}

/// The code and the field of each error of the item at `index`.
fn errors(answer: &Value, index: usize) -> Vec<(String, String)> {
    issues(answer, index, "errors")
}

fn issues(answer: &Value, index: usize, kind: &str) -> Vec<(String, String)> {
    let items = answer["report"]["itemsIssues"].as_array().unwrap();
    let item = items.iter().find(|item| item["index"] == index);
    let issues = item.map(|item| item[kind].as_array().unwrap().clone());
    let text = |issue: &Value, name: &str| issue[name].as_str().unwrap().to_owned();
    let issues = issues.unwrap_or_default();
    issues
        .iter()
        .map(|issue| (text(issue, "code"), text(issue, "field")))
        .collect()
}

fn issue(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

#[track_caller]
fn assert_blames(refused: &Response, field: &str) {
    crate::engagement::stage::assert_blames(refused, field);
}
