//! Definitions of custom fields, and what they ask of values.

use crate::query::world::find;
use crate::stage::{Stage, invalid, is_conflict, is_not_found};
use rapport_crm_core::companies::CompanyRemoval;
use rapport_crm_core::custom_fields::{
    Definition, DefinitionPatch, Definitions, EntityType, FieldType, ListOption, NewDefinition, NewOption,
    OptionPatch,
};
use rapport_crm_core::query::{Filter, Search, Window};
use rapport_crm_core::{
    CompanyService, Contact, ContactPatch, ContactService, CustomFieldService, NewCompany, NewContact,
    PgCompanies, PgContacts, PgCustomFields,
};
use rapport_platform::{Patch, RawJson, Result};
use serde_json::{Value, json};

fn field(key: &str, field_type: FieldType) -> NewDefinition {
    NewDefinition {
        entity_type: EntityType::Contact,
        field_key: key.to_owned(),
        field_label: Some("Label".to_owned()),
        field_type,
        description: None,
    }
}

/// The contacts that one filter finds.
async fn find_by(stage: &Stage, field: &str, operator: &str, value: Value) -> Vec<i64> {
    let search = Search {
        filters: vec![Filter::named(field.to_owned(), operator, value, false).unwrap()],
        ..Search::default()
    };
    let window = Window {
        limit: 100,
        ..Window::default()
    };
    let reader = stage.reader(&stage.acme).await;
    find(&reader, &search, &window).await.unwrap().items
}

fn ids(contacts: &[&Contact]) -> Vec<i64> {
    contacts.iter().map(|contact| contact.id).collect()
}

async fn define(stage: &Stage, new: NewDefinition) -> Result<Definition> {
    stage
        .write(&stage.acme, async |tx| PgCustomFields.create(tx, new).await)
        .await
}

async fn option(stage: &Stage, definition: i64, value: &str) -> Result<ListOption> {
    let new = NewOption {
        definition_id: definition,
        value: value.to_owned(),
        label: None,
        description: None,
    };
    let made = stage.write(&stage.acme, async |tx| {
        PgCustomFields.create_option(tx, definition, new).await
    });
    made.await
}

fn fields(value: &Value) -> RawJson {
    RawJson::of(value).unwrap()
}

async fn contact(stage: &Stage, custom_fields: &Value) -> Result<Contact> {
    let new = NewContact {
        name: Some("Hal".to_owned()),
        custom_fields: Some(fields(custom_fields)),
        ..NewContact::default()
    };
    stage
        .write(&stage.acme, async |tx| PgContacts.create(tx, new).await)
        .await
}

async fn set(stage: &Stage, contact: &Contact, custom_fields: &Value) -> Result<Contact> {
    let patch = ContactPatch {
        custom_fields: Patch::Set(fields(custom_fields)),
        ..ContactPatch::default()
    };
    let updated = stage.write(&stage.acme, async |tx| {
        PgContacts.update(tx, contact.uuid, patch).await
    });
    updated.await
}

async fn delete(stage: &Stage, id: i64, force: bool) -> Result<Definition> {
    stage
        .write(&stage.acme, async |tx| PgCustomFields.delete(tx, id, force).await)
        .await
}

#[tokio::test]
async fn a_definition_is_made_changed_and_read_back() {
    let stage = Stage::new().await;
    let made = define(&stage, field("plan", FieldType::List)).await.unwrap();
    let patch = DefinitionPatch {
        entity_type: Some(EntityType::Contact),
        field_key: Some("plan".to_owned()),
        field_type: Some(FieldType::List),
        field_label: Patch::Clear,
        description: Patch::Set("What they pay for".to_owned()),
    };
    let updated = stage.write(&stage.acme, async |tx| {
        PgCustomFields.update(tx, made.id, patch).await
    });
    let updated = updated.await.unwrap();
    assert_eq!(
        (updated.field_label.as_deref(), updated.description.as_deref()),
        (None, Some("What they pay for"))
    );
    let reader = stage.reader(&stage.acme).await;
    assert_eq!(PgCustomFields.get(&reader, made.id).await.unwrap(), updated);
    let other = stage.reader(&stage.other).await;
    assert!(is_not_found(&PgCustomFields.get(&other, made.id).await));
    let audit = stage.audit(&stage.acme).await;
    let changes = json!([
        {"field": "field_label", "from": "Label", "to": null},
        {"field": "description", "from": null, "to": "What they pay for"},
    ]);
    assert_eq!(audit[0].0, "insert custom_field_definition");
    assert_eq!(audit[1], ("update custom_field_definition".to_owned(), changes));
    let events = stage.events(&stage.acme).await;
    assert_eq!(events.last().unwrap(), "custom_field_definition.updated");
}

#[tokio::test]
async fn what_a_definition_is_about_cannot_change() {
    let stage = Stage::new().await;
    let made = define(&stage, field("plan", FieldType::List)).await.unwrap();
    let refused = async |patch: DefinitionPatch| {
        let updated = stage.write(&stage.acme, async |tx| {
            PgCustomFields.update(tx, made.id, patch).await
        });
        invalid(updated.await)
    };
    let none = DefinitionPatch::default();
    let key = DefinitionPatch {
        field_key: Some("Plan".to_owned()),
        ..none.clone()
    };
    assert_eq!(refused(key).await, "fieldKey");
    let kind = DefinitionPatch {
        field_type: Some(FieldType::String),
        ..none.clone()
    };
    assert_eq!(refused(kind).await, "fieldType");
    let entity = DefinitionPatch {
        entity_type: Some(EntityType::Company),
        ..none
    };
    assert_eq!(refused(entity).await, "entityType");
    assert_eq!(
        invalid(define(&stage, field("1st", FieldType::String)).await),
        "fieldKey"
    );
}

#[tokio::test]
async fn of_several_who_define_a_key_at_once_one_succeeds() {
    let stage = Stage::new().await;
    let new = || define(&stage, field("plan", FieldType::String));
    let outcomes = tokio::join!(new(), new(), new(), new());
    let outcomes = [outcomes.0, outcomes.1, outcomes.2, outcomes.3];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| is_conflict(outcome)).count(), 3);
    let elsewhere = NewDefinition {
        entity_type: EntityType::Company,
        ..field("plan", FieldType::Number)
    };
    define(&stage, elsewhere).await.unwrap();
    define(&stage, field("Plan", FieldType::Number)).await.unwrap();
}

#[tokio::test]
async fn a_defined_key_is_checked_and_others_are_free() {
    let stage = Stage::new().await;
    for (key, field_type) in [
        ("note", FieldType::String),
        ("score", FieldType::Number),
        ("since", FieldType::Date),
        ("vip", FieldType::Boolean),
    ] {
        define(&stage, field(key, field_type)).await.unwrap();
    }
    let good =
        json!({"note": "", "score": 1.5, "since": "2026-03-12", "vip": false, "free": [1], "Score": "x"});
    let made = contact(&stage, &good).await.unwrap();
    assert_eq!(json!(made.custom_fields), good);
    contact(&stage, &json!({"note": null, "score": null}))
        .await
        .unwrap();
    for (bad, name) in [
        (json!({"note": 1}), "custom_fields.note"),
        (json!({"score": "1"}), "custom_fields.score"),
        (json!({"since": "yesterday"}), "custom_fields.since"),
        (json!({"free": 1, "vip": "yes"}), "custom_fields.vip"),
    ] {
        assert_eq!(invalid(contact(&stage, &bad).await), name);
        assert_eq!(invalid(set(&stage, &made, &bad).await), name);
    }
    let company = async |custom_fields: &Value| {
        let new = NewCompany {
            name: "Ferris".to_owned(),
            custom_fields: Some(fields(custom_fields)),
            ..NewCompany::default()
        };
        stage
            .write(&stage.acme, async |tx| PgCompanies.create(tx, new).await)
            .await
    };
    company(&json!({"score": "free here"})).await.unwrap();
    let staff = NewDefinition {
        entity_type: EntityType::Company,
        ..field("staff", FieldType::Number)
    };
    define(&stage, staff).await.unwrap();
    assert_eq!(
        invalid(company(&json!({"staff": "many"})).await),
        "custom_fields.staff"
    );
    let kept = company(&json!({"staff": 12})).await.unwrap();
    let deleted = stage.write(&stage.acme, async |tx| {
        CompanyRemoval::new([]).delete(tx, kept.uuid).await
    });
    deleted.await.unwrap();
    assert_eq!(stage.count("SELECT count(*) FROM custom_field_values").await, 4);
    assert_eq!(stage.count("SELECT count(*) FROM contacts").await, 2);
}

#[tokio::test]
async fn a_list_holds_one_of_its_options() {
    let stage = Stage::new().await;
    let plan = define(&stage, field("plan", FieldType::List)).await.unwrap();
    let note = define(&stage, field("note", FieldType::String)).await.unwrap();
    assert_eq!(
        invalid(contact(&stage, &json!({"plan": "gold"})).await),
        "custom_fields.plan"
    );
    option(&stage, plan.id, "gold").await.unwrap();
    contact(&stage, &json!({"plan": "gold"})).await.unwrap();
    for value in [json!("Gold"), json!(["gold"]), json!(1)] {
        assert_eq!(
            invalid(contact(&stage, &json!({"plan": value})).await),
            "custom_fields.plan"
        );
    }
    assert!(is_conflict(&option(&stage, plan.id, "gold").await));
    assert_eq!(invalid(option(&stage, note.id, "gold").await), "definitionId");
    assert_eq!(invalid(option(&stage, plan.id, " ").await), "value");
    assert!(is_not_found(&option(&stage, plan.id + 1_000, "gold").await));
    let reader = stage.reader(&stage.acme).await;
    let gold = option(&stage, plan.id, "silver").await.unwrap();
    assert!(is_not_found(
        &PgCustomFields.get_option(&reader, note.id, gold.id).await
    ));
    assert_eq!(
        PgCustomFields
            .get_option(&reader, plan.id, gold.id)
            .await
            .unwrap(),
        gold
    );
}

#[tokio::test]
async fn a_file_is_one_of_the_organization() {
    let stage = Stage::new().await;
    define(&stage, field("photo", FieldType::File)).await.unwrap();
    let sql = stage.test.sql().await;
    let file = async |organization: i64| {
        let insert = "INSERT INTO files (organization_id, uuid, name, content_type, size_bytes, sha256, created_at) \
                      VALUES ($1, gen_random_uuid(), 'roof.jpg', 'image/jpeg', 1, '', now()) RETURNING uuid::text";
        sql.query_one(insert, &[&organization])
            .await
            .unwrap()
            .get::<_, String>(0)
    };
    let (own, foreign) = (
        file(stage.acme.organization).await,
        file(stage.other.organization).await,
    );
    let made = contact(&stage, &json!({"photo": own})).await.unwrap();
    let opaque = rapport_platform::ids::opaque(own.parse().unwrap());
    set(&stage, &made, &json!({"photo": opaque})).await.unwrap();
    // However it is written, it is found by either form.
    for form in [own.to_uppercase(), opaque] {
        assert_eq!(
            find_by(&stage, "customFields.photo", "eq", json!(form)).await,
            ids(&[&made])
        );
    }
    for other in [json!(foreign), json!("roof.jpg")] {
        assert_eq!(
            invalid(contact(&stage, &json!({"photo": other})).await),
            "custom_fields.photo"
        );
    }
}

#[tokio::test]
async fn values_that_were_there_before_are_found() {
    let stage = Stage::new().await;
    let (one, two) = (
        json!({"score": 1, "plan": "gold"}),
        json!({"score": "two", "plan": "lead"}),
    );
    let (one, two) = (
        contact(&stage, &one).await.unwrap(),
        contact(&stage, &two).await.unwrap(),
    );
    define(&stage, field("score", FieldType::Number)).await.unwrap();
    assert_eq!(
        find_by(&stage, "customFields.score", "gte", json!(1)).await,
        ids(&[&one])
    );
    let plan = define(&stage, field("plan", FieldType::List)).await.unwrap();
    assert_eq!(
        find_by(&stage, "customFields.plan", "exists", json!(true)).await,
        ids(&[])
    );
    option(&stage, plan.id, "gold").await.unwrap();
    assert_eq!(
        find_by(&stage, "customFields.plan", "eq", json!("gold")).await,
        ids(&[&one])
    );
    // What does not fit stays, as long as nobody writes that field.
    let patch = ContactPatch {
        name: Patch::Set("Two".to_owned()),
        ..ContactPatch::default()
    };
    let renamed = stage.write(&stage.acme, async |tx| {
        PgContacts.update(tx, two.uuid, patch).await
    });
    assert_eq!(
        json!(renamed.await.unwrap().custom_fields),
        json!({"score": "two", "plan": "lead"})
    );
    let kept = set(&stage, &two, &json!({"score": "two", "note": "x"})).await;
    assert_eq!(
        json!(kept.unwrap().custom_fields),
        json!({"score": "two", "note": "x"})
    );
    let refused = set(&stage, &two, &json!({"score": "three"})).await;
    assert_eq!(invalid(refused), "custom_fields.score");
}

#[tokio::test]
async fn a_value_changes_with_its_record() {
    let stage = Stage::new().await;
    define(&stage, field("score", FieldType::Number)).await.unwrap();
    let made = contact(&stage, &json!({"score": 1})).await.unwrap();
    set(&stage, &made, &json!({"score": 2})).await.unwrap();
    assert_eq!(
        find_by(&stage, "customFields.score", "eq", json!(1)).await,
        ids(&[])
    );
    assert_eq!(
        find_by(&stage, "customFields.score", "eq", json!(2)).await,
        ids(&[&made])
    );
    set(&stage, &made, &json!({})).await.unwrap();
    assert_eq!(
        find_by(&stage, "customFields.score", "exists", json!(false)).await,
        ids(&[&made])
    );
}

#[tokio::test]
async fn a_definition_in_use_is_deleted_by_force_with_its_values() {
    let stage = Stage::new().await;
    let plan = define(&stage, field("plan", FieldType::List)).await.unwrap();
    option(&stage, plan.id, "gold").await.unwrap();
    let one = contact(&stage, &json!({"plan": "gold", "free": 1}))
        .await
        .unwrap();
    contact(&stage, &json!({"plan": null})).await.unwrap();
    assert!(is_conflict(&delete(&stage, plan.id, false).await));
    assert_eq!(delete(&stage, plan.id, true).await.unwrap(), plan);
    let reader = stage.reader(&stage.acme).await;
    assert!(is_not_found(&PgCustomFields.get(&reader, plan.id).await));
    let left = PgContacts.get(&reader, one.uuid).await.unwrap();
    assert_eq!(json!(left.custom_fields), json!({"free": 1}));
    let audit = stage.audit(&stage.acme).await;
    let noted = json!([{"field": "custom_fields.plan", "from": "gold", "to": null}]);
    assert!(audit.contains(&("update contact".to_owned(), noted)));
    assert_eq!(audit.last().unwrap().0, "delete custom_field_definition");
    for table in ["values", "options", "definitions"] {
        assert_eq!(
            stage
                .count(&format!("SELECT count(*) FROM custom_field_{table}"))
                .await,
            0
        );
    }
    // The key is free again, and may be defined anew.
    contact(&stage, &json!({"plan": 1})).await.unwrap();
    define(&stage, field("plan", FieldType::Number)).await.unwrap();
}

#[tokio::test]
async fn an_unused_definition_is_deleted_without_force() {
    let stage = Stage::new().await;
    let score = define(&stage, field("score", FieldType::Number)).await.unwrap();
    let made = contact(&stage, &json!({"score": 1})).await.unwrap();
    let deleted = stage.write(&stage.acme, async |tx| PgContacts.delete(tx, made.uuid).await);
    deleted.await.unwrap();
    contact(&stage, &json!({"score": null})).await.unwrap();
    delete(&stage, score.id, false).await.unwrap();
    assert!(is_not_found(&delete(&stage, score.id, true).await));
    let foreign = define(&stage, field("mine", FieldType::Number)).await.unwrap();
    let others = stage.write(&stage.other, async |tx| {
        PgCustomFields.delete(tx, foreign.id, true).await
    });
    assert!(is_not_found(&others.await));
}

#[tokio::test]
async fn an_option_goes_with_its_values_and_keeps_its_value() {
    let stage = Stage::new().await;
    let plan = define(&stage, field("plan", FieldType::List)).await.unwrap();
    let gold = option(&stage, plan.id, "gold").await.unwrap();
    option(&stage, plan.id, "silver").await.unwrap();
    let one = contact(&stage, &json!({"plan": "gold"})).await.unwrap();
    let two = contact(&stage, &json!({"plan": "silver"})).await.unwrap();
    let change = async |patch: OptionPatch| {
        let changed = stage.write(&stage.acme, async |tx| {
            PgCustomFields.update_option(tx, plan.id, gold.id, patch).await
        });
        changed.await
    };
    let label = OptionPatch {
        value: Some("gold".to_owned()),
        label: Patch::Set("Gold".to_owned()),
        ..OptionPatch::default()
    };
    assert_eq!(change(label).await.unwrap().label.as_deref(), Some("Gold"));
    let other = OptionPatch {
        value: Some("platinum".to_owned()),
        ..OptionPatch::default()
    };
    assert_eq!(invalid(change(other).await), "value");
    let deleted = stage.write(&stage.acme, async |tx| {
        PgCustomFields.delete_option(tx, plan.id, gold.id).await
    });
    assert_eq!(deleted.await.unwrap().value, "gold");
    let reader = stage.reader(&stage.acme).await;
    let left = PgContacts.get(&reader, one.uuid).await.unwrap();
    assert_eq!(json!(left.custom_fields), json!({}));
    assert_eq!(
        find_by(&stage, "customFields.plan", "exists", json!(true)).await,
        ids(&[&two])
    );
    assert_eq!(
        stage.events(&stage.acme).await.last().unwrap(),
        "custom_field_option.deleted"
    );
    let audit = stage.audit(&stage.acme).await;
    assert_eq!(
        audit.iter().filter(|(what, _)| what == "update contact").count(),
        1
    );
}

#[tokio::test]
async fn a_definition_waits_for_those_who_write_and_finds_what_they_wrote() {
    let stage = Stage::new().await;
    let (written, read) = tokio::sync::oneshot::channel();
    let writer = stage.write(&stage.acme, async |tx| {
        let new = NewContact {
            name: Some("Hal".to_owned()),
            custom_fields: Some(fields(&json!({"score": 7}))),
            ..NewContact::default()
        };
        let made = PgContacts.create(tx, new).await?;
        written.send(()).unwrap();
        // Committed only when the definition is seen to wait.
        let sql = stage.test.sql().await;
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while sql.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::task::yield_now().await;
        }
        Ok(made)
    });
    let definer = async {
        read.await.unwrap();
        define(&stage, field("score", FieldType::Number)).await.unwrap();
    };
    let (made, ()) = tokio::join!(writer, definer);
    assert_eq!(
        find_by(&stage, "customFields.score", "eq", json!(7)).await,
        ids(&[&made.unwrap()])
    );
}

#[tokio::test]
async fn many_records_are_checked_each_by_itself() {
    let stage = Stage::new().await;
    let plan = define(&stage, field("plan", FieldType::List)).await.unwrap();
    option(&stage, plan.id, "gold").await.unwrap();
    define(&stage, field("score", FieldType::Number)).await.unwrap();
    let records = [
        json!({"plan": "gold"}),
        json!({"plan": "tin"}),
        json!({"score": "x"}),
        json!({"free": 1}),
    ];
    let records = records.map(|record| fields(&record));
    let checked = stage.write(&stage.acme, async |tx| {
        let definitions = Definitions::of(tx, EntityType::Contact).await?;
        definitions.check(tx, &records.iter().collect::<Vec<_>>()).await
    });
    let mut outcomes = checked.await.unwrap();
    assert!(outcomes.pop().unwrap().is_ok());
    assert_eq!(invalid(outcomes.pop().unwrap()), "custom_fields.score");
    assert_eq!(invalid(outcomes.pop().unwrap()), "custom_fields.plan");
    assert!(outcomes.pop().unwrap().is_ok());
}
