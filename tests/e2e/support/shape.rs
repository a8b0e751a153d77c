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
    /// An object of the organization's own.
    Free,
    Texts,
    /// May be null besides.
    Maybe(&'static Type),
    Object(Shape),
    List(Shape),
}

/// The keys of an object, all of which are always there, and no others.
pub type Shape = &'static [(&'static str, Type)];

use Type::{Bool, Free, Id, Integer, List, Maybe, Object, Text, Texts, Time, Uuid};

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
        Free => value.is_object(),
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
