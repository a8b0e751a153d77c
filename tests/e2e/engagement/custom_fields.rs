//! Definitions of custom fields, and the options of lists.

use super::stage::assert_blames;
use crate::support::shape::Type::{Integer, Maybe, Text, Time, Uuid};
use crate::support::shape::{Shape, assert_shape};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

const DEFINITIONS: &str = "/api/v1/custom-fields/definitions";

const DEFINITION: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("entityType", Text),
    ("fieldKey", Text),
    ("fieldLabel", Maybe(&Text)),
    ("fieldType", Text),
    ("description", Maybe(&Text)),
    ("createdAt", Time),
    ("updatedAt", Time),
];

const OPTION: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("definitionId", Integer),
    ("value", Text),
    ("label", Maybe(&Text)),
    ("description", Maybe(&Text)),
    ("createdAt", Time),
    ("updatedAt", Time),
];

fn body(key: &str, field_type: &str) -> Value {
    json!({"entityType": "CONTACT", "fieldKey": key, "fieldType": field_type})
}

async fn define(tenant: &Tenant, key: &str, field_type: &str) -> String {
    let made = tenant.post(DEFINITIONS, &body(key, field_type)).await.expect(200);
    format!("{DEFINITIONS}/{}", made.json["id"])
}

async fn option(tenant: &Tenant, definition: &str, value: &str) -> Response {
    let id: i64 = definition.rsplit('/').next().unwrap().parse().unwrap();
    let body = json!({"definitionId": id, "value": value});
    tenant.post(&format!("{definition}/options"), &body).await
}

/// What the items of a list have under `key`.
async fn listed(tenant: &Tenant, path: &str, key: &str) -> Vec<String> {
    let page = tenant.get(path).await.expect(200).json;
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn definitions_have_the_documented_shape() {
    TestApp::run(async |app| {
        let new = json!({
            "description": "What they pay for", "entityType": "FUNNEL_CONVERSATION", "fieldKey": "plan",
            "fieldLabel": "Plan", "fieldType": "LIST",
        });
        let made = app.alpha.writer.post(DEFINITIONS, &new).await.expect(200);
        assert_shape(&made.json, DEFINITION);
        for (key, value) in new.as_object().unwrap() {
            assert_eq!(made.json[key], *value, "{key}");
        }
        let path = format!("{DEFINITIONS}/{}", made.json["id"]);
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let list = app.alpha.reader.get(DEFINITIONS).await.expect(200).json;
        assert_eq!(
            list,
            json!({"nextPageToken": null, "totalCount": 1, "items": [made.json]})
        );
        // The whole object goes back as it came, with changes; what the server keeps is ignored.
        let mut whole = made.json.clone();
        whole["id"] = json!(7);
        whole["createdAt"] = json!("yesterday");
        whole["fieldLabel"] = json!("Tariff");
        whole["description"] = json!(null);
        let changed = app.alpha.writer.put(&path, &whole).await.expect(200);
        assert_shape(&changed.json, DEFINITION);
        assert_eq!(
            (changed.text("fieldLabel"), &changed.json["description"]),
            ("Tariff", &json!(null))
        );
        assert_eq!(changed.json["id"], made.json["id"]);
        let kept = app.alpha.writer.put(&path, &json!({})).await.expect(200);
        assert_eq!(kept.json, changed.json);
        let deleted = app.alpha.writer.delete(&path).await.expect(200);
        assert_eq!(deleted.json, changed.json);
        let gone = app.alpha.get(&path).await.expect(404);
        assert_eq!(gone.text("message"), "Custom field definition not found");
    })
    .await;
}

#[tokio::test]
async fn options_have_the_documented_shape() {
    TestApp::run(async |app| {
        let definition = define(&app.alpha, "plan", "LIST").await;
        let id: i64 = definition.rsplit('/').next().unwrap().parse().unwrap();
        let options = format!("{definition}/options");
        let new =
            json!({"definitionId": id, "value": "gold", "label": "Gold", "description": "With support"});
        let made = app.alpha.writer.post(&options, &new).await.expect(200);
        assert_shape(&made.json, OPTION);
        for (key, value) in new.as_object().unwrap() {
            assert_eq!(made.json[key], *value, "{key}");
        }
        let path = format!("{options}/{}", made.json["id"]);
        assert_eq!(app.alpha.reader.get(&path).await.expect(200).json, made.json);
        let list = app.alpha.reader.get(&options).await.expect(200).json;
        assert_eq!(
            list,
            json!({"nextPageToken": null, "totalCount": 1, "items": [made.json]})
        );
        let mut whole = made.json.clone();
        whole["label"] = json!(null);
        let changed = app.alpha.writer.put(&path, &whole).await.expect(200);
        assert_shape(&changed.json, OPTION);
        assert_eq!(
            (&changed.json["label"], changed.text("description")),
            (&json!(null), "With support")
        );
        let deleted = app.alpha.writer.delete(&path).await.expect(200);
        assert_eq!(deleted.json, changed.json);
        app.alpha.get(&path).await.expect(404);
        let other = define(&app.alpha, "tier", "LIST").await;
        let made = option(&app.alpha, &other, "one").await.expect(200);
        let elsewhere = app
            .alpha
            .get(&format!("{options}/{}", made.json["id"]))
            .await
            .expect(404);
        assert_eq!(elsewhere.text("message"), "Custom field option not found");
        app.alpha
            .get(&format!("{DEFINITIONS}/9007199254740992/options"))
            .await
            .expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let definition = define(&app.alpha, "plan", "LIST").await;
        for (wrong, field) in [
            (body("1st", "STRING"), "fieldKey"),
            (body("a-b", "STRING"), "fieldKey"),
            (body("note", "TEXT"), "fieldType"),
            (
                json!({"entityType": "TASK", "fieldKey": "note", "fieldType": "STRING"}),
                "entityType",
            ),
            (
                json!({"entityType": "CONTACT", "fieldKey": "n", "fieldType": "STRING", "lable": "N"}),
                "lable",
            ),
        ] {
            assert_blames(&app.alpha.post(DEFINITIONS, &wrong).await, field);
        }
        for (wrong, field) in [
            (json!({"fieldKey": "Plan"}), "fieldKey"),
            (json!({"fieldType": "STRING"}), "fieldType"),
            (json!({"entityType": "COMPANY"}), "entityType"),
            (json!({"fieldKey": null}), "fieldKey"),
        ] {
            assert_blames(&app.alpha.put(&definition, &wrong).await, field);
        }
        let options = format!("{definition}/options");
        let gold = option(&app.alpha, &definition, "gold").await.expect(200);
        for (wrong, field) in [
            (
                json!({"definitionId": gold.json["definitionId"], "value": " "}),
                "value",
            ),
            (
                json!({"definitionId": 9_007_199_254_740_992_i64, "value": "tin"}),
                "definitionId",
            ),
        ] {
            assert_blames(&app.alpha.post(&options, &wrong).await, field);
        }
        let path = format!("{options}/{}", gold.json["id"]);
        assert_blames(&app.alpha.put(&path, &json!({"value": "tin"})).await, "value");
        let note = define(&app.alpha, "note", "STRING").await;
        assert_blames(&option(&app.alpha, &note, "gold").await, "definitionId");
        assert_blames(&app.alpha.get(&format!("{DEFINITIONS}/plan")).await, "id");
        assert_blames(&app.alpha.delete(&format!("{note}?force=maybe")).await, "force");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_defined_once() {
    TestApp::run(async |app| {
        let new = body("plan", "LIST");
        let define = || app.alpha.post(DEFINITIONS, &new);
        let (one, two, three) = tokio::join!(define(), define(), define());
        let mut statuses = [one.status, two.status, three.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409]);
        app.beta.post(DEFINITIONS, &new).await.expect(200);
        let id = listed(&app.alpha, DEFINITIONS, "fieldKey").await;
        assert_eq!(id, ["plan"]);
        let path = app.alpha.get(DEFINITIONS).await.json["items"][0]["id"].to_string();
        let path = format!("{DEFINITIONS}/{path}");
        option(&app.alpha, &path, "gold").await.expect(200);
        option(&app.alpha, &path, "gold").await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn values_are_checked_on_other_surfaces() {
    TestApp::run(async |app| {
        let plan = define(&app.alpha, "plan", "LIST").await;
        option(&app.alpha, &plan, "gold").await.expect(200);
        define(&app.alpha, "score", "NUMBER").await;
        let good = json!({"name": "Hal", "custom_fields": {"plan": "gold", "score": 1.5, "free": [1]}});
        let made = app.alpha.post("contacts", &good).await.expect(201);
        let path = format!("contacts/{}", made.text("contact_id"));
        for (wrong, field) in [
            (json!({"plan": "tin"}), "custom_fields.plan:"),
            (json!({"score": "1.5"}), "custom_fields.score:"),
        ] {
            let refused = app
                .alpha
                .post("contacts", &json!({"name": "Hal", "custom_fields": wrong}))
                .await;
            assert!(refused.detail().starts_with(field), "{}", refused.detail());
            refused.expect(422);
            app.alpha
                .patch(&path, &json!({"custom_fields": wrong}))
                .await
                .expect(422);
        }
        // Another tenant has its own definitions, and companies theirs.
        app.beta
            .post("contacts", &json!({"name": "Hal", "custom_fields": {"plan": 1}}))
            .await
            .expect(201);
        let company = json!({"name": "Ferris", "custom_fields": {"score": "high"}});
        app.alpha.post("companies", &company).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_definition_in_use_is_deleted_by_force() {
    TestApp::run(async |app| {
        let plan = define(&app.alpha, "plan", "LIST").await;
        option(&app.alpha, &plan, "gold").await.expect(200);
        let hal = json!({"name": "Hal", "custom_fields": {"plan": "gold", "free": 1}});
        let hal = app.alpha.post("contacts", &hal).await.expect(201);
        for path in [plan.clone(), format!("{plan}?force=false")] {
            let refused = app.alpha.delete(&path).await.expect(409);
            assert_eq!(refused.text("error"), "Conflict");
        }
        let deleted = app.alpha.delete(&format!("{plan}?force=true")).await.expect(200);
        assert_shape(&deleted.json, DEFINITION);
        let path = format!("contacts/{}", hal.text("contact_id"));
        let left = app.alpha.get(&path).await.expect(200);
        assert_eq!(left.json["custom_fields"], json!({"free": 1}));
        app.alpha.delete(&plan).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_option_leaves_no_value() {
    TestApp::run(async |app| {
        let plan = define(&app.alpha, "plan", "LIST").await;
        let gold = option(&app.alpha, &plan, "gold").await.expect(200);
        let hal = json!({"name": "Hal", "custom_fields": {"plan": "gold"}});
        let hal = app.alpha.post("contacts", &hal).await.expect(201);
        let path = format!("{plan}/options/{}", gold.json["id"]);
        app.alpha.delete(&path).await.expect(200);
        let left = app
            .alpha
            .get(&format!("contacts/{}", hal.text("contact_id")))
            .await
            .expect(200);
        assert_eq!(left.json["custom_fields"], json!({}));
        app.alpha.delete(&plan).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_filtered_searched_and_sorted() {
    TestApp::run(async |app| {
        for (key, kind) in [
            ("plan", "LIST"),
            ("score", "NUMBER"),
            ("Since", "DATE"),
            ("note", "STRING"),
        ] {
            define(&app.alpha, key, kind).await;
        }
        let company = json!({
            "entityType": "COMPANY", "fieldKey": "plan", "fieldType": "STRING", "fieldLabel": "Their Plan",
        });
        app.alpha.post(DEFINITIONS, &company).await.expect(200);
        for (query, keys) in [
            (
                "filterBy=entityType:CONTACT&sortBy=fieldKey=asc",
                vec!["Since", "note", "plan", "score"],
            ),
            ("filterBy=entityType:CONTACT;fieldType:DATE", vec!["Since"]),
            (
                "filterBy=fieldKey:plan&sortBy=entityType=desc;fieldKey",
                vec!["plan", "plan"],
            ),
            ("searchBy=their%20PLAN", vec!["plan"]),
            (
                "sortBy=fieldLabel=desc;fieldKey=desc&pageSize=2",
                vec!["plan", "score"],
            ),
            ("sortBy=fieldKey=desc&pageSize=2&page=2", vec!["plan", "note"]),
            ("filterBy=fieldKey:nothing", vec![]),
        ] {
            assert_eq!(
                listed(&app.alpha, &format!("{DEFINITIONS}?{query}"), "fieldKey").await,
                keys,
                "{query}"
            );
        }
        for (query, field) in [
            ("filterBy=colour:red", "colour"),
            ("filterBy=red", "filterBy"),
            ("filterBy=createdAt:soon", "createdAt"),
            ("sortBy=colour", "colour"),
            ("sortBy=fieldKey=up", "fieldKey"),
            ("pageSize=501", "pageSize"),
            ("page=0", "page"),
            ("page=1001&pageSize=10", "page"),
            ("page=1&pageToken=x", "page"),
            ("pageToken=x", "pageToken"),
            ("searchBy=%00", "searchBy"),
        ] {
            assert_blames(&app.alpha.get(&format!("{DEFINITIONS}?{query}")).await, field);
        }
    })
    .await;
}

#[tokio::test]
async fn a_walk_meets_each_definition_once() {
    TestApp::run(async |app| {
        for number in 0..7 {
            define(&app.alpha, &format!("field{number}"), "STRING").await;
        }
        for sort in ["fieldKey=asc", "fieldLabel=desc;fieldKey=desc", "createdAt=asc"] {
            let (mut met, mut path) = (Vec::new(), format!("{DEFINITIONS}?sortBy={sort}&pageSize=3"));
            loop {
                let page = app.alpha.get(&path).await.expect(200).json;
                assert_eq!(page["totalCount"], 7);
                let items = page["items"].as_array().unwrap().iter();
                met.extend(items.map(|item| item["fieldKey"].as_str().unwrap().to_owned()));
                let Some(token) = page["nextPageToken"].as_str() else {
                    break;
                };
                path = format!("{DEFINITIONS}?sortBy={sort}&pageSize=3&pageToken={token}");
                // It is good for its own order only, and in its own organization.
                let other = format!("{DEFINITIONS}?sortBy=fieldType=asc&pageToken={token}");
                assert_blames(&app.alpha.get(&other).await, "pageToken");
                assert_blames(&app.beta.get(&path).await, "pageToken");
            }
            let mut sorted = met.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((met.len(), sorted.len()), (7, 7), "{sort}: {met:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_other_tenant_can_be_asked_for() {
    TestApp::run(async |app| {
        let plan = define(&app.alpha, "plan", "LIST").await;
        let tenant = app.alpha.get(&plan).await.text("tenantId").to_owned();
        let other = define(&app.beta, "plan", "LIST").await;
        let foreign = app.beta.get(&other).await.text("tenantId").to_owned();
        let unknown = "0195878d-2f4b-7c3a-9d1e-5a6b7c8d9e0f".to_owned();
        for path in [DEFINITIONS.to_owned(), format!("{plan}/options")] {
            app.alpha
                .get(&format!("{path}?tenantId={tenant}"))
                .await
                .expect(200);
            for id in [&foreign, &unknown, &"me".to_owned()] {
                let refused = app.alpha.get(&format!("{path}?tenantId={id}")).await.expect(403);
                assert_eq!(refused.text("error"), "Forbidden");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_that_stays_is_not_checked_again() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let contact = json!({"firstName": "Jane", "customFields": {"plan": "gold", "score": 1}});
        let made = tenant.post("/api/v1/contacts", &contact).await.expect(200).json;
        define(tenant, "plan", "LIST").await;
        define(tenant, "score", "NUMBER").await;
        let path = format!("/api/v1/contacts/{}", made["id"]);
        let note = json!({"customFields": {"note": "hi"}});
        let changed = tenant.put(&path, &note).await.expect(200).json;
        let wanted = json!({"plan": "gold", "score": 1, "note": "hi"});
        assert_eq!(changed["customFields"], wanted);
        // What is looked up is what it was.
        let by_score = json!({"filters": [{"field": "customFields.score", "operator": "eq", "value": 1}]});
        let found = tenant
            .post("/api/v1/contacts/search", &by_score)
            .await
            .expect(200)
            .json;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        let silver = json!({"customFields": {"plan": "silver"}});
        assert_blames(&tenant.put(&path, &silver).await, "customFields.plan");
    })
    .await;
}
