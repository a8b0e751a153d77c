//! Contacts with all kinds of values, some of them alike, and what is known of them.

use super::model::{Field, Model, Val};
use crate::stage::Stage;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_crm_core::contacts::CONTACTS;
use rapport_crm_core::custom_fields::{EntityType, FieldType, NewDefinition, NewOption};
use rapport_crm_core::query::{Listed, Query, Search, Window};
use rapport_crm_core::{ContactService, CustomFieldService, NewContact, PgContacts, PgCustomFields};
use rapport_platform::{RawJson, Reader, Result};
use serde_json::{Map, Value, json};

pub const NAMES: [&str; 7] = ["Ada", "ada", "Ätna", "b_b", "b%b", "Bo\\b", "Zoe"];
pub const ROLES: [&str; 3] = ["Pilot", "pilot", "Owner; or: so"];
pub const TIERS: [&str; 3] = ["gold", "silver", "none"];
pub const SCORES: [&str; 6] = [
    "0",
    "-1.50",
    "7",
    "7.25",
    "123456789012345678901234567890",
    "1e40",
];
pub const DATES: [&str; 4] = [
    "2026-01-01",
    "2026-01-01T00:00:00.000001Z",
    "2025-12-31T23:59:59-02:00",
    "1969-07-20",
];

/// Short ones, and long ones that differ only beyond what is indexed.
pub fn notes() -> [String; 5] {
    let long = "é".repeat(99);
    [
        String::new(),
        "note".to_owned(),
        long.clone(),
        format!("{long}ab"),
        format!("{long}aC and on"),
    ]
}

pub struct World {
    pub stage: Stage,
    pub models: Vec<Model>,
}

impl World {
    /// Makes `count` contacts. The values follow from their numbers, so that each run has the same.
    pub async fn new(count: usize) -> Self {
        let stage = Stage::new().await;
        for (key, field_type) in [
            ("note", FieldType::String),
            ("score", FieldType::Number),
            ("since", FieldType::Date),
            ("vip", FieldType::Boolean),
            ("tier", FieldType::List),
        ] {
            define(&stage, key, field_type).await;
        }
        let mut models = Vec::new();
        for number in 0..count {
            // Every other one shares its time with the one before.
            if number.is_multiple_of(2) {
                stage.test.clock.advance(TimeDelta::microseconds(1));
            }
            models.push(contact(&stage, number).await);
        }
        Self { stage, models }
    }

    pub async fn reader(&self) -> Reader {
        self.stage.reader(&self.stage.acme).await
    }
}

/// What a search finds among contacts.
pub async fn find(reader: &Reader, search: &Search, window: &Window) -> Result<Listed<i64>> {
    Query::compile(reader, &CONTACTS, search)
        .await?
        .find(reader, window)
        .await
}

pub async fn define(stage: &Stage, key: &str, field_type: FieldType) -> i64 {
    let new = NewDefinition {
        entity_type: EntityType::Contact,
        field_key: key.to_owned(),
        field_label: None,
        field_type,
        description: None,
    };
    let made = stage.write(&stage.acme, async |tx| {
        let made = PgCustomFields.create(tx, new).await?;
        let values = TIERS.iter().filter(|_| field_type == FieldType::List);
        for value in values {
            let new = NewOption {
                definition_id: made.id,
                value: (*value).to_owned(),
                label: None,
                description: None,
            };
            PgCustomFields.create_option(tx, made.id, new).await?;
        }
        Ok(made.id)
    });
    made.await.unwrap()
}

/// One of `choices`, or none, in a way that mixes with those of other fields.
fn pick<T: Clone>(number: usize, step: usize, choices: &[T]) -> Option<T> {
    choices
        .get((number * step / 3 + number / 5) % (choices.len() + 1))
        .cloned()
}

async fn contact(stage: &Stage, number: usize) -> Model {
    let email = (!number.is_multiple_of(3)).then(|| format!("P{}.{number}@Example.com", number % 4));
    let phone = (number % 4 == 1).then(|| format!("+1 415-555-{number:04}"));
    let name = pick(number, 5, &NAMES).map(str::to_owned);
    let name = name.or_else(|| (email.is_none() && phone.is_none()).then(|| "Only".to_owned()));
    let role = pick(number, 7, &ROLES).map(str::to_owned);
    let (note, score) = (pick(number, 4, &notes()), pick(number, 8, &SCORES));
    let (since, tier) = (pick(number, 2, &DATES), pick(number, 11, &TIERS));
    let vip = pick(number, 10, &[true, false]);
    let mut custom = Map::new();
    let mut set = |key: &str, value: Option<Value>| value.map(|value| custom.insert(key.to_owned(), value));
    set("note", note.clone().map(Value::from));
    set("since", since.map(Value::from));
    set("tier", tier.map(Value::from));
    set("vip", vip.map(Value::from));
    set("free", Some(json!([number])));
    let mut text = serde_json::to_string(&custom).unwrap();
    if let Some(score) = score {
        text.insert_str(1, &format!("\"score\":{score},"));
    }
    let custom_fields: RawJson = serde_json::from_str(&text).unwrap();
    let new = NewContact {
        name: name.clone(),
        email: email.clone(),
        phone_number: phone.clone(),
        company_role: role.clone(),
        custom_fields: Some(custom_fields),
        ..NewContact::default()
    };
    let made = stage.write(&stage.acme, async |tx| PgContacts.create(tx, new).await);
    let made = made.await.unwrap();
    let normal = |phone: &String| phone.replace([' ', '-'], "");
    let addresses = [
        email
            .clone()
            .map(|email| Val::Address(email.clone(), email.to_lowercase())),
        phone
            .as_ref()
            .map(|phone| Val::Address(phone.clone(), normal(phone))),
    ];
    Model::new(made.id, made.created_at)
        .one(Field::Id, Some(Val::Whole(made.id)))
        .one(Field::CreatedAt, Some(Val::Time(made.created_at)))
        .one(Field::Name, name.map(Val::Text))
        .one(Field::Role, role.map(Val::Text))
        .one(
            Field::Email,
            email.map(|email| Val::Address(email.clone(), email.to_lowercase())),
        )
        .one(Field::Note, note.map(Val::Text))
        .one(Field::Score, score.map(Val::number))
        .one(Field::Since, since.map(|text| Val::Time(time(text))))
        .one(Field::Tier, tier.map(|text| Val::Text(text.to_owned())))
        .one(Field::Vip, vip.map(Val::Flag))
        .many(Field::Address, addresses.into_iter().flatten())
}

pub fn time(text: &str) -> DateTime<Utc> {
    rapport_crm_core::query::moment(text).unwrap()
}
