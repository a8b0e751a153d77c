//! The documented keys and types of answers.

use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The type of a documented key.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `HR_id_…`
    Id,
    Text,
    Uuid,
    /// RFC 3339 in UTC with microseconds.
    Time,
    Bool,
    Integer,
    Number,
    /// An amount of money: a decimal string.
    Decimal,
    /// An object of the organization's own.
    Free,
    Texts,
    /// Any JSON value.
    Any,
    /// May be null besides.
    Maybe(&'static Type),
    Object(Shape),
    List(Shape),
}

/// The keys of an object, all of which are always there, and no others.
pub type Shape = &'static [(&'static str, Type)];

use Type::{Any, Bool, Decimal, Free, Id, Integer, List, Maybe, Number, Object, Text, Texts, Time, Uuid};

pub const ORGANIZATION: Shape = &[("organization_id", Id), ("name", Text)];

pub const CONTACT: Shape = &[
    ("contact_id", Id),
    ("name", Maybe(&Text)),
    ("email", Maybe(&Text)),
    ("phone_number", Maybe(&Text)),
    ("created_at", Time),
    ("company_id", Maybe(&Id)),
    ("custom_fields", Free),
    ("company_role", Maybe(&Text)),
];

pub const CONTACT_IMPORT: Shape = &[
    ("import_id", Id),
    ("state", Text),
    ("dry_run", Bool),
    ("total", Maybe(&Integer)),
    ("processed", Integer),
    ("created", Integer),
    ("updated", Integer),
    ("skipped", Integer),
    ("failed", Integer),
    ("error", Maybe(&Text)),
    ("created_at", Time),
    ("finished_at", Maybe(&Time)),
];

pub const COMPANY: Shape = &[
    ("company_id", Id),
    ("name", Text),
    ("domain", Maybe(&Text)),
    ("custom_fields", Free),
    ("address", Maybe(&Text)),
    ("agent_id", Maybe(&Id)),
    ("created_at", Time),
];

pub const AGENT: Shape = &[("agent_id", Id), ("name", Text), ("email", Text)];

pub const CONVERSATION: Shape = &[
    ("conversation_id", Id),
    ("start_at", Time),
    ("last_activity_at", Time),
    ("folder", Text),
    ("is_read", Bool),
    ("contact_id", Id),
];

pub const MESSAGE: Shape = &[
    ("message_id", Id),
    ("conversation_id", Id),
    ("agent_id", Maybe(&Id)),
    ("modality", Text),
    ("message_direction", Text),
    ("is_form_request", Bool),
    ("subject", Maybe(&Text)),
    ("content", Maybe(&Text)),
    ("call_transcript", Maybe(&Text)),
    ("form_request_body", Maybe(&Free)),
    ("sent_at", Maybe(&Time)),
    ("drafted_at", Maybe(&Time)),
    (
        "email_metadata",
        Object(&[
            ("email_message_id", Maybe(&Text)),
            ("cc_emails", Texts),
            ("bcc_emails", Texts),
        ]),
    ),
    ("call_metadata", Object(&[("duration", Maybe(&Integer))])),
    (
        "tracked_links",
        List(&[("link_id", Id), ("url", Text), ("click_count", Integer)]),
    ),
];

const STATUS: Shape = &[("label", Text), ("status", Maybe(&Text)), ("changed_at", Time)];

/// A sale whose quote has neither discounts nor taxes nor overrides.
pub const SALE: Shape = &[
    ("sale_id", Id),
    ("associated_conversation_ids", Texts),
    ("company_id", Maybe(&Id)),
    ("owner_id", Maybe(&Id)),
    (
        "associated_contacts",
        List(&[("contact_id", Id), ("is_primary", Bool)]),
    ),
    (
        "quote_details",
        Object(&[
            ("output", Object(&[("currency", Text), ("total_price", Text)])),
            (
                "arguments",
                Object(&[(
                    "products",
                    List(&[
                        ("quantity", Integer),
                        ("unit_price", Text),
                        ("product_name", Text),
                    ]),
                )]),
            ),
        ]),
    ),
    ("custom_fields", Free),
    ("current_status", Object(STATUS)),
    ("status_history", List(STATUS)),
    ("created_at", Time),
    ("last_activity_at", Time),
];

pub const AUDIT_LOG: Shape = &[
    ("audit_log_id", Id),
    ("occurred_at", Time),
    ("agent_id", Maybe(&Id)),
    ("action_type", Text),
    ("record", Object(&[("type", Text), ("id", Id)])),
    ("changes", List(&[("field", Text), ("from", Any), ("to", Any)])),
];

pub const MESSAGE_DRAFT: Shape = &[
    ("draft_id", Id),
    ("subject", Maybe(&Text)),
    ("body_html", Maybe(&Text)),
    ("modality", Text),
    ("agent_id", Maybe(&Id)),
    ("recipient_name", Maybe(&Text)),
    ("recipient_email", Maybe(&Text)),
    ("recipient_phone_number", Maybe(&Text)),
    ("cc_emails", Texts),
    ("bcc_emails", Texts),
    ("scheduled_send_at", Maybe(&Time)),
    ("folder", Text),
    ("created_at", Time),
];

pub const NEW_MESSAGE_DRAFT: Shape = &[
    ("draft_id", Id),
    ("scheduled_to_send", Bool),
    ("scheduled_send_at", Maybe(&Time)),
    ("folder", Text),
];

pub const RESPONSE_DRAFT: Shape = &[
    ("response_id", Id),
    ("conversation_id", Id),
    ("body_html", Text),
    ("recipient_name", Maybe(&Text)),
    ("recipient_email", Maybe(&Text)),
    ("recipient_phone_number", Maybe(&Text)),
    ("cc_emails", Texts),
    ("bcc_emails", Texts),
    ("scheduled_send_at", Maybe(&Time)),
    ("created_at", Time),
];

pub const NEW_RESPONSE_DRAFT: Shape = &[
    ("response_id", Id),
    ("conversation_id", Id),
    ("scheduled_to_send", Bool),
    ("scheduled_send_at", Maybe(&Time)),
];

pub const RESPONSE_RATE: Shape = &[
    ("numConversationsRespondedTo", Integer),
    ("numConversationsReceived", Integer),
    ("responseRate", Number),
];

pub const RESPONSE_TIME: Shape = &[("responseTime", Number)];

pub const VOLUME: Shape = &[
    ("numMessagesReceived", Integer),
    ("numMessagesSent", Integer),
    ("totalConversations", Integer),
];

pub const MODALITY: Shape = &[
    ("textMessages", Integer),
    ("calls", Integer),
    ("emails", Integer),
    ("liveChats", Integer),
    ("formRequests", Integer),
];

pub const CONVERSATION_ANALYTICS: Shape = &[
    ("responseRateStats", Object(RESPONSE_RATE)),
    ("responseTimeStats", Object(RESPONSE_TIME)),
    ("volumeStats", Object(VOLUME)),
    ("modalityStats", Object(MODALITY)),
];

pub const SALES_ANALYTICS: Shape = &[
    (
        "pipeline",
        List(&[
            ("name", Text),
            ("status", Maybe(&Text)),
            ("volume", Integer),
            ("value", Decimal),
        ]),
    ),
    ("salesRate", Number),
];

pub const AGENT_CONVERSATIONS: Shape = &[("conversationsRespondedTo", Integer), ("messagesSent", Integer)];

pub const AGENT_ANALYTICS: Shape = &[
    ("conversations", Object(AGENT_CONVERSATIONS)),
    ("sales", Object(SALES_ANALYTICS)),
];

pub const SOLUTION_ANALYTICS: Shape = &[
    (
        "responseRateStats",
        Object(&[
            ("numChatsSent", Integer),
            ("numPendingChats", Integer),
            ("responseRate", Number),
        ]),
    ),
    (
        "responseTimeStats",
        Object(&[
            ("responseTime", Number),
            ("responseTimeBusinessHours", Number),
            ("numResponses", Integer),
            ("numResponsesBusinessHours", Integer),
        ]),
    ),
    (
        "salesStats",
        Object(&[("averageSpeedToSale", Number), ("numSalesCounted", Integer)]),
    ),
    (
        "valueStats",
        Object(&[("salesValue", Number), ("quoteValue", Number)]),
    ),
    (
        "salesFunnelStats",
        Object(&[
            (
                "source",
                Object(&[
                    ("sessionsDirectEmail", Integer),
                    ("sessionsIndirectEmail", Integer),
                    ("sessionsFormRequest", Integer),
                ]),
            ),
            (
                "response",
                Object(&[
                    ("sessionsLeadResponded", Integer),
                    ("sessionsGhosted", Integer),
                    ("sessionsResponseSent", Integer),
                    ("sessionsPendingOutreach", Integer),
                ]),
            ),
            ("outcome", Object(&[("sessionsQuoted", Integer)])),
            ("sale", Object(&[("sessionsSale", Integer)])),
        ]),
    ),
    (
        "autonomyRateStats",
        Object(&[
            ("chatsSentWithChanges", Integer),
            ("chatsSentWithoutChanges", Integer),
            ("autonomyRate", Number),
        ]),
    ),
    ("numLeads", Integer),
    ("leadsHandled", Integer),
    ("salesRate", Number),
    ("quoteRate", Number),
    ("ghostRate", Number),
    ("leadResponseScore", Integer),
];

pub const FUNNEL_STATUS: Shape = &[
    ("funnel_status_id", Id),
    ("number", Integer),
    ("name", Text),
    ("position", Integer),
];

pub const FUNNEL: Shape = &[
    ("funnel_id", Id),
    ("number", Integer),
    ("name", Text),
    ("statuses", List(FUNNEL_STATUS)),
    ("created_at", Time),
];

pub const TEAM: Shape = &[
    ("team_id", Id),
    ("number", Integer),
    ("name", Text),
    ("agent_ids", Texts),
    ("created_at", Time),
];

pub const AI_EMPLOYEE: Shape = &[
    ("ai_employee_id", Id),
    ("number", Integer),
    ("name", Text),
    ("created_at", Time),
];

const PAGINATION: Shape = &[
    ("limit", Integer),
    ("cursor", Maybe(&Text)),
    ("next_cursor", Maybe(&Text)),
    ("has_more", Bool),
];

/// Asserts that `value` is an object of exactly this shape.
#[track_caller]
pub fn assert_shape(value: &Value, shape: Shape) {
    if let Err(wrong) = object(value, shape) {
        panic!("{wrong} in {value:#}");
    }
}

/// Asserts that `value` is a page of such objects with this limit, and that there are some.
#[track_caller]
pub fn assert_page(value: &Value, limit: i64, shape: Shape) {
    assert_eq!(keys(value), BTreeSet::from(["data", "pagination"]), "{value:#}");
    let data = value["data"].as_array().unwrap();
    assert!(!data.is_empty(), "{value:#}");
    for one in data {
        assert_shape(one, shape);
    }
    assert_shape(&value["pagination"], PAGINATION);
    assert_eq!(value["pagination"]["limit"], limit);
}

fn keys(value: &Value) -> BTreeSet<&str> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(key, _)| key.as_str()).collect()
}

fn object(value: &Value, shape: Shape) -> Result<(), String> {
    let documented: BTreeSet<&str> = shape.iter().map(|(key, _)| *key).collect();
    let there = keys(value);
    if there != documented {
        return Err(format!(
            "keys differ: {:?}",
            there.symmetric_difference(&documented)
        ));
    }
    shape.iter().try_for_each(|(key, kind)| {
        let fits = fits(&value[*key], *kind);
        fits.map_err(|wrong| format!("{key}: {wrong}"))
    })
}

fn fits(value: &Value, kind: Type) -> Result<(), String> {
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("^HR_id_[0-9A-Za-z]{22}$").unwrap());
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$").unwrap());
    static DECIMAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d+(\.\d+)?$").unwrap());
    let matches = |regex: &Regex| value.as_str().is_some_and(|text| regex.is_match(text));
    let well = match kind {
        Id => matches(&ID),
        Time => matches(&TIME),
        Text => value.is_string(),
        Uuid => value
            .as_str()
            .is_some_and(|text| text.parse::<uuid::Uuid>().is_ok()),
        Bool => value.is_boolean(),
        Integer => value.is_i64(),
        Number => value.is_number(),
        Decimal => matches(&DECIMAL),
        Free => value.is_object(),
        Any => true,
        Texts => value
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_string)),
        Maybe(inner) => {
            return if value.is_null() {
                Ok(())
            } else {
                fits(value, *inner)
            };
        }
        Object(shape) => return object(value, shape),
        List(shape) => {
            let list = value.as_array().ok_or("not a list")?;
            return list.iter().try_for_each(|one| object(one, shape));
        }
    };
    if well {
        Ok(())
    } else {
        Err(format!("{value} is not {kind:?}"))
    }
}
