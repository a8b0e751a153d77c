//! Conversations as they are sent.

use super::field::{Field, Keys, Lenient, Reading, object};
use crate::surfaces::engagement::number::Number;
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::NewPerson;
use rapport_crm_core::operations::{Code, Issue, MOST};
use rapport_inbox::funnel_conversations::{FunnelConversationPatch, NewFunnelConversation, Unread};
use rapport_platform::{Error, Patch, RawJson};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// What is said of the contact of a new conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewConversationContact {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Jane")]
    first_name: Field<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Doe")]
    last_name: Field<String>,
    /// Telephone numbers. The contact is that of the first one that somebody has.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["+56912345678"]))]
    phones: Field<Vec<String>>,
    /// E-mail addresses; they are looked for when no number is known.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["jane@doe.example"]))]
    emails: Field<Vec<String>>,
    /// It is looked for when no address is known.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "12345678-5")]
    national_id: Field<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Head of Purchasing")]
    company_position: Field<String>,
    /// They are added to those that the contact has.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"source": "web"}))]
    custom_fields: Field<RawJson>,
    /// The user who looks after the contact.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Field<Number>,
}

impl Keys for NewConversationContact {
    const KEYS: &[&str] = &[
        "firstName",
        "lastName",
        "phones",
        "emails",
        "nationalId",
        "companyPosition",
        "customFields",
        "userId",
    ];
    const KEPT: &[&str] = &[];
}

/// A new conversation in a funnel.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": 1024, "funnelId": 1024, "funnelStatusId": 1024, "customFields": {"topic": "roof"},
    "contactId": 1024, "contact": {"firstName": "Jane", "lastName": "Doe", "phones": ["+56912345678"]},
}))]
pub struct NewConversation {
    /// When it was made; now when absent.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>, example = "2026-03-10T12:00:00Z")]
    created_at: Field<DateTime<Utc>>,
    /// The user it is assigned to.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Field<Number>,
    /// A funnel of the organization.
    #[serde(default)]
    #[schema(value_type = f64, required, example = 1024)]
    funnel_id: Field<Number>,
    /// One of the funnel's statuses; the first one when absent.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    funnel_status_id: Field<Number>,
    /// Since when it is put away.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>, example = json!(null))]
    archived_at: Field<DateTime<Utc>>,
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"topic": "roof"}))]
    custom_fields: Field<RawJson>,
    /// A contact of the organization, who is then not looked for.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    contact_id: Field<Number>,
    /// Needed unless `contactId` is there.
    #[serde(default)]
    #[schema(value_type = Option<NewConversationContact>)]
    contact: Field<Contact<NewConversationContact>>,
}

impl Keys for NewConversation {
    const KEYS: &[&str] = &[
        "createdAt",
        "userId",
        "funnelId",
        "funnelStatusId",
        "archivedAt",
        "customFields",
        "contactId",
        "contact",
    ];
    const KEPT: &[&str] = &["id", "tenantId", "updatedAt"];
}

/// What is said of the contact of a conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationContact {
    /// The contact of the conversation; no other one is accepted.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    id: Field<Number>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Jane")]
    first_name: Field<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Doe")]
    last_name: Field<String>,
    /// They take the place of the telephone numbers that the contact has.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["+56912345678"]))]
    phones: Field<Vec<String>>,
    /// They take the place of the e-mail addresses that the contact has.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["jane@doe.example"]))]
    emails: Field<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "12345678-5")]
    national_id: Field<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Head of Purchasing")]
    company_position: Field<String>,
    /// Those that change: a key with `null` loses its value.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"source": "web"}))]
    custom_fields: Field<RawJson>,
    /// The user who looks after the contact.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Field<Number>,
}

impl Keys for ConversationContact {
    const KEYS: &[&str] = &[
        "id",
        "firstName",
        "lastName",
        "phones",
        "emails",
        "nationalId",
        "companyPosition",
        "customFields",
        "userId",
    ];
    const KEPT: &[&str] = &[];
}

/// Changes to a conversation in a funnel. An absent key leaves the field, `null` clears it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationChange {
    /// The conversation.
    #[serde(default)]
    #[schema(value_type = f64, required, example = 1024)]
    id: Field<Number>,
    /// When it was made. It cannot be cleared.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>, example = "2026-03-10T12:00:00Z")]
    created_at: Field<DateTime<Utc>>,
    /// The user it is assigned to.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    user_id: Field<Number>,
    /// One of the statuses of its funnel.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1024)]
    funnel_status_id: Field<Number>,
    /// Since when it is put away.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>, example = json!(null))]
    archived_at: Field<DateTime<Utc>>,
    /// Those that change: a key with `null` loses its value.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"topic": "roof"}))]
    custom_fields: Field<RawJson>,
    #[serde(default)]
    #[schema(value_type = Option<ConversationContact>)]
    contact: Field<Contact<ConversationContact>>,
}

impl Keys for ConversationChange {
    const KEYS: &[&str] = &[
        "id",
        "createdAt",
        "userId",
        "funnelStatusId",
        "archivedAt",
        "customFields",
        "contact",
    ];
    const KEPT: &[&str] = &["tenantId", "updatedAt"];
}

/// A contact that is read, with the number by which it is named.
#[derive(Debug)]
pub struct Contact<T> {
    id: Option<i64>,
    person: NewPerson,
    form: std::marker::PhantomData<T>,
}

impl Lenient for Contact<NewConversationContact> {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let (contact, unknown) = object::<NewConversationContact>(json)?;
        let contact = ConversationContact {
            id: Field::Absent,
            first_name: contact.first_name,
            last_name: contact.last_name,
            phones: contact.phones,
            emails: contact.emails,
            national_id: contact.national_id,
            company_position: contact.company_position,
            custom_fields: contact.custom_fields,
            user_id: contact.user_id,
        };
        person(contact, unknown)
    }
}

impl Lenient for Contact<ConversationContact> {
    fn read(json: &str) -> Result<Self, Vec<Issue>> {
        let (contact, unknown) = object::<ConversationContact>(json)?;
        person(contact, unknown)
    }
}

fn person<T>(contact: ConversationContact, unknown: Vec<Issue>) -> Result<Contact<T>, Vec<Issue>> {
    let mut reading = Reading { issues: unknown };
    let id = reading.optional("id", contact.id);
    let agent = reading.patch("userId", contact.user_id);
    let person = NewPerson {
        first_name: reading.patch("firstName", contact.first_name),
        last_name: reading.patch("lastName", contact.last_name),
        phones: reading.patch("phones", contact.phones),
        emails: reading.patch("emails", contact.emails),
        national_id: reading.patch("nationalId", contact.national_id),
        company_role: reading.patch("companyPosition", contact.company_position),
        custom_fields: reading.patch("customFields", contact.custom_fields),
        agent: number(agent),
    };
    if reading.issues.is_empty() {
        Ok(Contact {
            id: id.map(|id| id.0),
            person,
            form: std::marker::PhantomData,
        })
    } else {
        Err(reading.issues)
    }
}

fn number(patch: Patch<Number>) -> Patch<i64> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(number) => Patch::Set(number.0),
    }
}

/// Reads a new conversation.
///
/// # Errors
/// What is wrong with it.
pub fn read_new(json: &RawValue) -> Result<NewFunnelConversation, Unread> {
    let (body, unknown) = object::<NewConversation>(json.get()).map_err(unread)?;
    let mut reading = Reading { issues: unknown };
    let created_at = reading.optional("createdAt", body.created_at);
    let agent = reading.optional("userId", body.user_id);
    let funnel = reading.required("funnelId", body.funnel_id);
    let status = reading.optional("funnelStatusId", body.funnel_status_id);
    let archived_at = reading.optional("archivedAt", body.archived_at);
    let custom_fields = reading.optional("customFields", body.custom_fields);
    let contact = reading.optional("contactId", body.contact_id);
    let person = reading.optional("contact", body.contact);
    match funnel {
        Some(funnel) if reading.issues.is_empty() => Ok(NewFunnelConversation {
            created_at,
            agent: agent.map(|id| id.0),
            funnel: funnel.0,
            status: status.map(|id| id.0),
            archived_at,
            custom_fields,
            contact: contact.map(|id| id.0),
            person: person.map(|contact| contact.person),
        }),
        _ => Err(unread(reading.issues)),
    }
}

/// Reads changes to a conversation.
///
/// # Errors
/// What is wrong with them.
pub fn read_change(json: &RawValue) -> Result<FunnelConversationPatch, Unread> {
    let (body, unknown) = object::<ConversationChange>(json.get()).map_err(unread)?;
    let mut reading = Reading { issues: unknown };
    let id = reading.required("id", body.id).map(|id| id.0);
    let created_at = reading.patch("createdAt", body.created_at);
    let agent = reading.patch("userId", body.user_id);
    let status = reading.patch("funnelStatusId", body.funnel_status_id);
    let archived_at = reading.patch("archivedAt", body.archived_at);
    let custom_fields = reading.patch("customFields", body.custom_fields);
    let contact = reading.optional("contact", body.contact);
    match id {
        Some(id) if reading.issues.is_empty() => Ok(FunnelConversationPatch {
            id,
            created_at,
            agent: number(agent),
            status: number(status),
            archived_at,
            custom_fields,
            contact: contact.as_ref().and_then(|contact| contact.id),
            person: contact.map(|contact| contact.person),
        }),
        _ => Err(Unread {
            item_id: id,
            issues: reading.issues,
        }),
    }
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
