//! Conversations as they are sent.

use super::field::{Lenient, Object};
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::NewPerson;
use rapport_crm_core::operations::{Code, Issue, MOST};
use rapport_inbox::funnel_conversations::{FunnelConversationPatch, NewFunnelConversation, Unread};
use rapport_platform::Error;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What is said of the contact of a conversation.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read by its documentation alone")]
pub struct ConversationContact {
    /// The contact of the conversation; no other one is accepted.
    #[schema(example = 1024)]
    id: Option<f64>,
    #[schema(max_length = 255, example = "Jane")]
    first_name: Option<String>,
    /// With the first name and a space it has at most 255 characters.
    #[schema(max_length = 255, example = "Doe")]
    last_name: Option<String>,
    /// Telephone numbers. A new conversation is with the contact of the first one that somebody has; in a change they
    /// take the place of those that the contact has.
    #[schema(max_items = 50, example = json!(["+56912345678"]))]
    phones: Option<Vec<String>>,
    /// E-mail addresses, likewise; a new conversation looks for them when no number is known.
    #[schema(max_items = 50, example = json!(["jane@doe.example"]))]
    emails: Option<Vec<String>>,
    /// A new conversation looks for it when no address is known.
    #[schema(max_length = 255, example = "12345678-5")]
    national_id: Option<String>,
    #[schema(max_length = 255, example = "Head of Purchasing")]
    company_position: Option<String>,
    /// Those that are added or change; the others stay. A key with `null` loses its value.
    #[schema(example = json!({"source": "web"}))]
    custom_fields: Option<HashMap<String, Value>>,
    /// The user who looks after the contact.
    #[schema(example = 1024)]
    user_id: Option<f64>,
}

/// What is said of the contact of a new conversation: the same, but for the number, which nobody knows yet.
#[derive(Debug)]
pub struct NewConversationContact;

impl PartialSchema for NewConversationContact {
    fn schema() -> RefOr<Schema> {
        let mut schema = ConversationContact::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.description = Some("What is said of the contact of a new conversation.".to_owned());
            object.properties.retain(|name, _| name != "id");
        }
        schema
    }
}

impl ToSchema for NewConversationContact {}

/// A new conversation in a funnel.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "userId": 1024, "funnelId": 1024, "funnelStatusId": 1024, "customFields": {"topic": "roof"},
    "contactId": 1024, "contact": {"firstName": "Jane", "lastName": "Doe", "phones": ["+56912345678"]},
}))]
#[expect(dead_code, reason = "it is read by its documentation alone")]
pub struct NewConversation {
    /// When it was made; now when absent.
    #[schema(example = "2026-03-10T12:00:00Z")]
    created_at: Option<DateTime<Utc>>,
    /// The user it is assigned to.
    #[schema(example = 1024)]
    user_id: Option<f64>,
    /// A funnel of the organization.
    #[schema(example = 1024)]
    funnel_id: f64,
    /// One of the funnel's statuses; the first one when absent.
    #[schema(example = 1024)]
    funnel_status_id: Option<f64>,
    /// Since when it is put away.
    #[schema(example = json!(null))]
    archived_at: Option<DateTime<Utc>>,
    #[schema(example = json!({"topic": "roof"}))]
    custom_fields: Option<HashMap<String, Value>>,
    /// A contact of the organization, who is then not looked for.
    #[schema(example = 1024)]
    contact_id: Option<f64>,
    /// Needed unless `contactId` is there.
    contact: Option<NewConversationContact>,
}

/// Changes to a conversation in a funnel. An absent key leaves the field, `null` clears it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read by its documentation alone")]
pub struct ConversationChange {
    /// The conversation.
    #[schema(example = 1024)]
    id: f64,
    /// When it was made. It cannot be cleared.
    #[schema(value_type = DateTime<Utc>, required = false, example = "2026-03-10T12:00:00Z")]
    created_at: Option<DateTime<Utc>>,
    /// The user it is assigned to.
    #[schema(example = 1024)]
    user_id: Option<f64>,
    /// One of the statuses of its funnel.
    #[schema(example = 1024)]
    funnel_status_id: Option<f64>,
    /// Since when it is put away.
    #[schema(example = json!(null))]
    archived_at: Option<DateTime<Utc>>,
    /// Those that change: a key with `null` loses its value.
    #[schema(example = json!({"topic": "roof"}))]
    custom_fields: Option<HashMap<String, Value>>,
    contact: Option<ConversationContact>,
}

impl Lenient for NewPerson {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let mut contact = Object::open(json)?;
        let person = person(&mut contact);
        contact.end(person)
    }
}

/// A contact, with the number by which it is named.
struct Named {
    id: Option<i64>,
    person: NewPerson,
}

impl Lenient for Named {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let mut contact = Object::open(json)?;
        let named = Self {
            id: contact.optional("id"),
            person: person(&mut contact),
        };
        contact.end(named)
    }
}

fn person(contact: &mut Object<'_>) -> NewPerson {
    NewPerson {
        agent: contact.patch("userId"),
        first_name: contact.patch("firstName"),
        last_name: contact.patch("lastName"),
        phones: contact.patch("phones"),
        emails: contact.patch("emails"),
        national_id: contact.patch("nationalId"),
        company_role: contact.patch("companyPosition"),
        custom_fields: contact.patch("customFields"),
    }
}

/// Reads a new conversation.
///
/// # Errors
/// What is wrong with it.
pub fn read_new(json: &RawValue) -> Result<NewFunnelConversation, Unread> {
    let mut item = Object::open(json.get()).map_err(unread)?;
    item.ignore(&["id", "tenantId", "updatedAt"]);
    let new = NewFunnelConversation {
        created_at: item.optional("createdAt"),
        agent: item.optional("userId"),
        // Without it nobody gets to see the conversation.
        funnel: item.required("funnelId").unwrap_or_default(),
        status: item.optional("funnelStatusId"),
        archived_at: item.optional("archivedAt"),
        custom_fields: item.optional("customFields"),
        contact: item.optional("contactId"),
        person: item.optional("contact"),
    };
    item.end(new).map_err(unread)
}

/// Reads changes to a conversation.
///
/// # Errors
/// What is wrong with them.
pub fn read_change(json: &RawValue) -> Result<FunnelConversationPatch, Unread> {
    let mut item = Object::open(json.get()).map_err(unread)?;
    item.ignore(&["tenantId", "updatedAt"]);
    let item_id = item.required("id");
    let mut change = FunnelConversationPatch {
        // Without it nobody gets to see the change.
        id: item_id.unwrap_or_default(),
        created_at: item.patch("createdAt"),
        agent: item.patch("userId"),
        status: item.patch("funnelStatusId"),
        archived_at: item.patch("archivedAt"),
        custom_fields: item.patch("customFields"),
        contact: None,
        person: None,
    };
    if let Some(Named { id, person }) = item.optional("contact") {
        (change.contact, change.person) = (id, Some(person));
    }
    item.end(change).map_err(|issues| Unread { item_id, issues })
}

fn unread(issues: Vec<Issue>) -> Unread {
    let named = issues.into_iter().map(|issue| Issue {
        field: if issue.field.is_empty() {
            "item".to_owned()
        } else {
            issue.field
        },
        ..issue
    });
    Unread {
        item_id: None,
        issues: named.collect(),
    }
}

/// The first thing that is wrong with the only item of a request.
pub fn refusal(unread: Unread) -> Error {
    let first = unread.issues.into_iter().next();
    let first = first.unwrap_or_else(|| Issue::new(Code::InvalidValue, "body", "cannot be read"));
    Error::invalid(first.field, first.message)
}

/// Conversations to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkCreateBody {
    /// 1 to 1,000 of them. Each is stored or refused by itself.
    #[schema(value_type = Vec<NewConversation>, min_items = 1, max_items = 1000)]
    pub conversations: Vec<Box<RawValue>>,
}

/// Conversations to be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkUpdateBody {
    /// 1 to 1,000 of them. Each is stored or refused by itself.
    #[schema(value_type = Vec<ConversationChange>, min_items = 1, max_items = 1000)]
    pub conversations: Vec<Box<RawValue>>,
}

/// Reads each item by itself.
///
/// # Errors
/// `Invalid` when there are none, or too many.
pub fn items<T>(
    conversations: &[Box<RawValue>],
    read: fn(&RawValue) -> Result<T, Unread>,
) -> Result<Vec<Result<T, Unread>>, Error> {
    if conversations.is_empty() || conversations.len() > MOST {
        let message = format!("must hold 1 to {MOST} items");
        return Err(Error::invalid("conversations", message));
    }
    Ok(conversations.iter().map(|json| read(json)).collect())
}
