//! Lists and searches of contacts.

use super::contacts::{ADDRESS, CONTACTS, create};
use super::stage::assert_blames;
use crate::support::shape::Type::{Any, Free, Integer, List, Maybe, Text, Time, Uuid};
use crate::support::shape::{Shape, assert_shape};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rapport_test_support::{Tenant, TestApp};
use reqwest::Url;
use serde_json::{Value, json};

const SEARCH: &str = "/api/v1/contacts/search";

const DOCUMENT: Shape = &[
    ("tenantId", Uuid),
    ("createdAt", Time),
    ("updatedAt", Time),
    ("customFields", Free),
    ("metadata", Any),
    ("addresses", List(ADDRESS)),
    ("providerId", Maybe(&Text)),
    ("providerName", Maybe(&Text)),
    ("nationalId", Maybe(&Text)),
    ("firstName", Maybe(&Text)),
    ("lastName", Maybe(&Text)),
    ("email", Maybe(&Text)),
    ("phone", Maybe(&Text)),
    ("companyPosition", Maybe(&Text)),
    ("id", Text),
    ("modelType", Text),
    ("archivedAt", Maybe(&Time)),
    ("eventSequence", Maybe(&Integer)),
    ("eventTimestamp", Maybe(&Time)),
    ("userId", Maybe(&Text)),
    ("contactCompanyId", Maybe(&Text)),
];

async fn search(tenant: &Tenant, body: &Value) -> Value {
    tenant.post(SEARCH, body).await.expect(200).json
}

/// The first names of what a search finds.
async fn names(tenant: &Tenant, body: &Value) -> Vec<String> {
    first_names(&search(tenant, body).await)
}

fn first_names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| one["firstName"].as_str().unwrap_or("-").to_owned())
        .collect()
}

/// The path of a list with these parameters.
fn list(parameters: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://localhost/api/v1/contacts", parameters).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

async fn team(tenant: &Tenant) {
    let definition = json!({"entityType": "CONTACT", "fieldKey": "score", "fieldType": "NUMBER"});
    tenant
        .post("/api/v1/custom-fields/definitions", &definition)
        .await
        .expect(200);
    for body in [
        json!({"firstName": "Diana", "lastName": "Prince", "email": "diana@themyscira.example", "nationalId": "1",
            "phone": "+1 513 867 5309", "customFields": {"score": 7}}),
        json!({"firstName": "Bruce", "lastName": "Wayne", "customFields": {"score": 9},
            "addresses": [{"channelType": "WHATSAPP", "address": "+56912345678"}, {"channelType": "EMAIL", "address": "b@wayne.example"}]}),
        json!({"firstName": "Clark", "lastName": "Kent", "customFields": {"score": 7.5}, "companyPosition": "Reporter"}),
        json!({"lastName": "Nobody"}),
    ] {
        create(tenant, &body).await;
    }
}

#[tokio::test]
async fn a_document_has_the_documented_shape_and_its_last_event() {
    TestApp::run(async |app| {
        team(&app.alpha).await;
        let page = search(&app.alpha, &json!({"includeTotalCount": "true", "size": 2})).await;
        assert_shape(
            &page,
            &[
                ("items", List(DOCUMENT)),
                ("nextPageToken", Maybe(&Text)),
                ("totalCount", Maybe(&Integer)),
            ],
        );
        assert_eq!(page["totalCount"], 4);
        assert_eq!(page["items"][0]["modelType"], "Contact");
        let id = page["items"][0]["id"].as_str().unwrap();
        let before = page["items"][0]["eventSequence"].as_i64().unwrap();
        app.alpha
            .put(&format!("{CONTACTS}/{id}"), &json!({"firstName": "Some"}))
            .await
            .expect(200);
        let after = search(
            &app.alpha,
            &json!({"filters": [{"field": "id", "operator": "eq", "value": id}]}),
        )
        .await;
        assert!(after["items"][0]["eventSequence"].as_i64().unwrap() > before);
        assert_eq!(after["totalCount"], Value::Null);
        assert_eq!(first_names(&after), ["Some"]);
        assert_eq!(search(&app.beta, &json!({})).await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn filters_find_addresses_however_they_are_typed_and_join_by_or() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        team(tenant).await;
        let one = |field: &str, operator: &str, value: Value| json!({"filters": [{"field": field, "operator": operator, "value": value}]});
        for (field, operator, value, found) in [
            ("addresses.address", "eq", json!("+56 9 1234-5678"), vec!["Bruce"]),
            ("addresses.address", "contains", json!("WAYNE.ex"), vec!["Bruce"]),
            ("addresses.channelType", "eq", json!("WHATSAPP"), vec!["Bruce"]),
            ("email", "eq", json!("Diana@Themyscira.EXAMPLE"), vec!["Diana"]),
            ("phone", "eq", json!("(513) 867-5309"), vec!["Diana"]),
            ("phone", "exists", json!(false), vec!["-", "Clark", "Bruce"]),
            ("nationalId", "in", json!(["1", "2"]), vec!["Diana"]),
            ("customFields.score", "gte", json!(7.5), vec!["Clark", "Bruce"]),
            ("firstName", "startsWith", json!("di"), vec!["Diana"]),
            ("companyPosition", "neq", json!("Reporter"), vec!["-", "Bruce", "Diana"]),
        ] {
            assert_eq!(names(tenant, &one(field, operator, value)).await, found, "{field} {operator}");
        }
        let either = json!({"filters": [
            {"field": "firstName", "operator": "eq", "value": "Diana"},
            {"field": "lastName", "operator": "eq", "value": "Kent", "or": true},
            {"field": "customFields.score", "operator": "gt", "value": 7},
        ]});
        assert_eq!(names(tenant, &either).await, ["Clark"]);
        let listed = list(&[("filterBy", "firstName:Diana;email:DIANA@themyscira.example")]);
        let page = tenant.get(&listed).await.expect(200).json;
        assert_eq!((first_names(&page), &page["totalCount"]), (vec!["Diana".to_owned()], &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn words_are_found_at_once_and_misspelt_ones_when_nobody_has_them() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        team(tenant).await;
        for (words, found) in [
            ("diana prince", vec!["Diana"]),
            ("dianna", vec!["Diana"]),
            ("5309", vec!["Diana"]),
            ("b@wayne", vec!["Bruce"]),
            ("912345678", vec!["Bruce"]),
            ("zzzzz", vec![]),
        ] {
            assert_eq!(names(tenant, &json!({"search": words})).await, found, "{words}");
            let listed = tenant.get(&list(&[("searchBy", words)])).await.expect(200).json;
            assert_eq!(first_names(&listed), found, "{words}");
        }
        let narrowed = json!({"search": "example", "filters": [{"field": "firstName", "operator": "eq", "value": "Diana"}]});
        assert_eq!(names(tenant, &narrowed).await, ["Diana"]);
        create(tenant, &json!({"firstName": "Zzzzz"})).await;
        assert_eq!(names(tenant, &json!({"search": "zzzzz"})).await, ["Zzzzz"]);
    })
    .await;
}

#[tokio::test]
async fn an_archived_contact_is_found_only_when_it_is_asked_for() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        team(tenant).await;
        let listed = tenant.get("contacts").await.expect(200).json;
        let mut contacts = listed["data"].as_array().unwrap().iter();
        let diana = contacts.find(|one| one["name"] == "Diana Prince").unwrap();
        let archive = format!("contacts/{}/archive", diana["contact_id"].as_str().unwrap());
        tenant.put(&archive, &json!({"archived": true})).await.expect(200);
        let filters = json!([{"field": "firstName", "operator": "eq", "value": "Diana"}]);
        assert!(names(tenant, &json!({"filters": filters})).await.is_empty());
        assert!(names(tenant, &json!({"search": "diana"})).await.is_empty());
        let asked = search(tenant, &json!({"search": "diana", "includeArchived": true})).await;
        assert_eq!(first_names(&asked), ["Diana"]);
        assert!(asked["items"][0]["archivedAt"].is_string());
        let found = async |parameters: &[(&str, &str)]| {
            let page = tenant.get(&list(parameters)).await.expect(200).json;
            (first_names(&page).len(), page["totalCount"].clone())
        };
        assert_eq!(found(&[]).await, (3, json!(3)));
        assert_eq!(found(&[("searchBy", "diana")]).await, (0, json!(0)));
        let id = asked["items"][0]["id"].as_str().unwrap();
        tenant.get(&format!("{CONTACTS}/{id}")).await.expect(200);

        tenant
            .put(&archive, &json!({"archived": false}))
            .await
            .expect(200);
        let back = search(tenant, &json!({"search": "diana"})).await;
        assert_eq!(first_names(&back), ["Diana"]);
        assert_eq!(back["items"][0]["archivedAt"], Value::Null);
        assert_eq!(found(&[]).await, (4, json!(4)));
    })
    .await;
}

#[tokio::test]
async fn a_walk_in_every_order_meets_each_contact_once() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        team(tenant).await;
        for field in ["id", "firstName", "lastName", "email", "phone", "nationalId", "providerId", "userId",
            "contactCompanyId", "companyPosition", "createdAt", "updatedAt", "archivedAt", "customFields.score"] {
            for direction in ["asc", "desc"] {
                let (mut met, mut token) = (Vec::new(), Value::Null);
                loop {
                    let body = json!({"sort": [{"field": field, "direction": direction}], "size": 1, "pageToken": token});
                    let page = search(tenant, &body).await;
                    met.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
                    token = page["nextPageToken"].clone();
                    if token.is_null() {
                        break;
                    }
                }
                let mut once = met.clone();
                once.sort();
                once.dedup();
                assert_eq!((met.len(), once.len()), (4, 4), "{field} {direction}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_unknown_or_does_not_fit_is_named() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let filter = |field: &str, operator: &str, value: Value| json!({"filters": [{"field": field, "operator": operator, "value": value}]});
        for (body, field) in [
            (filter("nickname", "eq", json!("x")), "nickname"),
            (filter("customFields.nope", "eq", json!("x")), "customFields.nope"),
            (filter("firstName", "like", json!("x")), "firstName"),
            (filter("firstName", "eq", json!(7)), "firstName"),
            (filter("createdAt", "contains", json!("2026")), "createdAt"),
            (filter("userId", "gt", json!("many")), "userId"),
            (filter("email", "gt", json!("a")), "email"),
            (json!({"sort": [{"field": "addresses.address"}]}), "addresses.address"),
            (json!({"sort": [{"field": "firstName", "direction": "up"}]}), "firstName"),
            (json!({"size": 501}), "size"),
            (json!({"pageToken": "nonsense"}), "pageToken"),
            (json!({"search": "x".repeat(201)}), "search"),
        ] {
            assert_blames(&tenant.post(SEARCH, &body).await, field);
        }
        for (parameters, field) in [
            (("filterBy", "nickname:x"), "nickname"),
            (("sortBy", "nickname=asc"), "nickname"),
            (("page", "501"), "page"),
            (("pageSize", "501"), "pageSize"),
            (("pageToken", "nonsense"), "pageToken"),
        ] {
            assert_blames(&tenant.get(&list(&[parameters])).await, field);
        }
    })
    .await;
}

#[tokio::test]
async fn no_input_is_a_failure_of_ours() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        team(tenant).await;
        let mut runner = TestRunner::deterministic();
        let mut some = |pattern: &str| {
            let texts = proptest::string::string_regex(pattern).unwrap();
            texts.new_tree(&mut runner).unwrap().current()
        };
        let odd = "[ -~éÄ王\u{0}-\u{8}%_\\\\']{0,12}";
        let known = "(firstName|email|phone|createdAt|userId|addresses\\.address|customFields\\.score|id|x)";
        for _ in 0..150 {
            let filter = format!("{}:{}", some(known), some(odd));
            let sort = format!("{}={}", some(known), some("(asc|desc|.{0,3})"));
            let path = match some("[0-4]").as_str() {
                "0" => list(&[("filterBy", &filter)]),
                "1" => list(&[("searchBy", &some(odd))]),
                "2" => list(&[("sortBy", &sort)]),
                "3" => list(&[("pageToken", &some(odd))]),
                _ => list(&[("page", &some("[-0-9a]{0,20}")), ("pageSize", &some("[0-9]{0,3}"))]),
            };
            let answer = tenant.get(&path).await;
            assert!([200, 400].contains(&answer.status), "{path}: {}", answer.json);
            let operator = some("(eq|neq|contains|startsWith|in|gt|gte|lt|lte|exists|no)");
            let value = match some("[0-3]").as_str() {
                "0" => json!(some(odd)),
                "1" => json!([some(odd), 7]),
                "2" => json!(some("[0-9]{1,18}").parse::<i64>().unwrap()),
                _ => json!(null),
            };
            let body = json!({
                "search": some(odd), "filters": [{"field": some(known), "operator": operator, "value": value, "or": true}],
                "sort": [{"field": some(known)}],
            });
            let answer = tenant.post(SEARCH, &body).await;
            assert!([200, 400].contains(&answer.status), "{body}: {}", answer.json);
        }
    })
    .await;
}

/// The first names of all that a search finds, page by page.
async fn pages(tenant: &Tenant, words: &str) -> Vec<String> {
    let mut met = Vec::new();
    let mut body = json!({"search": words, "size": 40});
    loop {
        let page = search(tenant, &body).await;
        met.extend(first_names(&page));
        if page["nextPageToken"].is_null() {
            return met;
        }
        body["pageToken"] = page["nextPageToken"].clone();
    }
}

#[tokio::test]
async fn words_that_many_have_are_found_newest_first_on_every_page() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let mut newest = Vec::new();
        for number in 0..110 {
            let name = format!("Common Middle{number}");
            create(tenant, &json!({"firstName": name, "lastName": "Kara"})).await;
            if number % 10 == 0 {
                create(tenant, &json!({"firstName": "Other", "lastName": "Rare"})).await;
            }
            newest.insert(0, name);
        }
        // How so many names begin, by one word and by two, which word they have, and what is within words of them.
        for words in ["common", "common m", "kara", "ommon kar"] {
            assert_eq!(pages(tenant, words).await, newest, "{words}");
        }
        let counted = json!({"search": "common", "size": 40, "includeTotalCount": true});
        let counted = search(tenant, &counted).await;
        assert_eq!(
            (first_names(&counted).as_slice(), &counted["totalCount"]),
            (&newest[..40], &json!(110))
        );
        let oldest =
            json!({"search": "common", "size": 3, "sort": [{"field": "createdAt", "direction": "asc"}]});
        assert_eq!(
            names(tenant, &oldest).await,
            ["Common Middle0", "Common Middle1", "Common Middle2"]
        );
        assert_eq!(names(&app.beta, &json!({"search": "common"})).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn words_are_looked_for_in_addresses_of_others_unless_enough_have_them_in_their_names() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let address = json!({"firstName": "Jane", "lastName": "Doe", "email": "nora.fjord@example.com"});
        create(tenant, &address).await;
        let named = async |number: i32| {
            let name = json!({"firstName": format!("Nora{number}"), "lastName": "Fjord"});
            create(tenant, &name).await;
        };
        for number in 0..19 {
            named(number).await;
        }
        let found = names(tenant, &json!({"search": "fjord", "size": 100})).await;
        assert_eq!(found.len(), 20, "{found:?}");
        assert_eq!(found.last().map(String::as_str), Some("Jane"));
        for number in 19..50 {
            named(number).await;
        }
        let found = names(tenant, &json!({"search": "fjord", "size": 100})).await;
        assert_eq!(found.len(), 50, "{found:?}");
        assert!(!found.contains(&"Jane".to_owned()));
        let begun = json!({"search": "nora.fjord@", "size": 100});
        assert_eq!(names(tenant, &begun).await, ["Jane"]);
        let mut newest: Vec<_> = (0..50).rev().map(|number| format!("Nora{number}")).collect();
        assert_eq!(pages(tenant, "fjord").await, newest);
        let listed = tenant.get("contacts?limit=1").await.expect(200).json;
        let archive = format!(
            "contacts/{}/archive",
            listed["data"][0]["contact_id"].as_str().unwrap()
        );
        tenant.put(&archive, &json!({"archived": true})).await.expect(200);
        newest.remove(0);
        assert_eq!(pages(tenant, "fjord").await, newest);
    })
    .await;
}
