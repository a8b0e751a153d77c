//! Merging contacts, and companies.

mod at_once;

use crate::support::records::unknown_id;
use crate::support::shape::{COMPANY, CONTACT, assert_shape};
use rapport_test_support::{Caller, Response, TestApp};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

async fn make(caller: &Caller, kind: &str, body: Value) -> String {
    let made = caller.post(kind, &body).await.expect(201);
    let id = if kind == "contacts" {
        "contact_id"
    } else {
        "company_id"
    };
    made.text(id).to_owned()
}

async fn merge(caller: &Caller, kind: &str, into: &str, from: &[&str]) -> Response {
    caller
        .post(&format!("{kind}/{into}/merge"), &json!({"from": from}))
        .await
}

/// The answer itself, not where it leads.
async fn get(caller: &Caller, path: &str) -> reqwest::Response {
    let client = reqwest::ClientBuilder::new()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let request = caller.request(Method::GET, path).build().unwrap();
    client.execute(request).await.unwrap()
}

#[tokio::test]
async fn a_merged_contact_gives_what_the_other_one_lacks() {
    TestApp::run(async |app| {
        let ferris = make(&app.alpha, "companies", json!({"name": "Ferris"})).await;
        let wayne = make(&app.alpha, "companies", json!({"name": "Wayne"})).await;
        let own = json!({"name": "Hal", "custom_fields": {"tier": "gold", "none": null}});
        let hal = make(&app.alpha, "contacts", own).await;
        let first = json!({
            "name": "Harold", "email": "hal@example.com", "company_role": "Consultant",
            "custom_fields": {"tier": "lead", "shoe": 44, "none": 1},
        });
        let first = make(&app.alpha, "contacts", first).await;
        let second = json!({
            "email": "hal@ferris.example", "phone_number": "415-555-0199", "company_id": ferris,
            "company_role": "Pilot", "custom_fields": {"shoe": 45, "hobby": "flying"},
        });
        let second = make(&app.alpha, "contacts", second).await;
        let third = make(
            &app.alpha,
            "contacts",
            json!({"name": "Bruce", "company_id": wayne, "company_role": "Owner"}),
        )
        .await;
        let merged = merge(&app.alpha.writer, "contacts", &hal, &[&first, &second, &third])
            .await
            .expect(200);
        assert_shape(&merged.json, CONTACT);
        let wanted = json!({
            "contact_id": hal, "name": "Hal", "email": "hal@example.com", "phone_number": "415-555-0199",
            "company_id": ferris, "company_role": "Pilot", "created_at": "2026-03-12T00:32:13.782565Z",
            "custom_fields": {"tier": "gold", "none": null, "shoe": 44, "hobby": "flying"},
        });
        assert_eq!(merged.json, wanted);
        assert_eq!(
            app.alpha.get(&format!("contacts/{hal}")).await.expect(200).json,
            wanted
        );
        assert_eq!(app.alpha.get("contacts").await.json["data"], json!([wanted]));
    })
    .await;
}

#[tokio::test]
async fn all_addresses_lead_to_the_contact_that_stays() {
    TestApp::run(async |app| {
        let hal = make(&app.alpha, "contacts", json!({"email": "hal@example.com"})).await;
        let other = make(&app.alpha, "contacts", json!({"email": "harold@example.com"})).await;
        merge(&app.alpha, "contacts", &hal, &[&other]).await.expect(200);
        for email in ["hal@example.com", "harold@example.com"] {
            let refused = app
                .alpha
                .post("contacts", &json!({"email": email}))
                .await
                .expect(409);
            assert!(refused.detail().ends_with(&hal), "{}", refused.detail());
        }
        // It may show another one of its own, and gives up only what it showed.
        let path = format!("contacts/{hal}");
        app.alpha
            .patch(&path, &json!({"email": "harold@example.com"}))
            .await
            .expect(200);
        app.alpha
            .post("contacts", &json!({"email": "hal@example.com"}))
            .await
            .expect(201);
        let new = json!({"email": "new@example.com"});
        app.alpha.patch(&path, &new).await.expect(200);
        app.alpha.post("contacts", &new).await.expect(409);
    })
    .await;
}

/// Three contacts of which the first became part of the second, and that of the third.
async fn chain(app: &TestApp) -> [String; 3] {
    let mut chain = Vec::new();
    for name in ["One", "Two", "Three"] {
        chain.push(make(&app.alpha, "contacts", json!({"name": name})).await);
    }
    app.alpha
        .post("conversations", &json!({"contact_id": chain[0]}))
        .await
        .expect(201);
    merge(&app.alpha, "contacts", &chain[1], &[&chain[0]])
        .await
        .expect(200);
    merge(&app.alpha, "contacts", &chain[2], &[&chain[1]])
        .await
        .expect(200);
    chain.try_into().unwrap()
}

#[tokio::test]
async fn conversations_follow() {
    TestApp::run(async |app| {
        let [one, _, three] = chain(app).await;
        let listed = app
            .alpha
            .get(&format!("contacts/{three}/conversations"))
            .await
            .expect(200);
        assert_eq!(listed.json["data"][0]["contact_id"], three);
        let named = app
            .alpha
            .post("conversations", &json!({"contact_id": one}))
            .await
            .expect(201);
        assert_eq!(named.text("contact_id"), three);
        let listed = app
            .alpha
            .get(&format!("contacts/{three}/conversations"))
            .await
            .expect(200);
        assert_eq!(listed.json["data"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_old_ids_lead_on() {
    TestApp::run(async |app| {
        let [one, two, three] = chain(app).await;
        for old in [&one, &two] {
            for path in [
                format!("contacts/{old}"),
                format!("contacts/{old}/conversations?limit=7"),
            ] {
                let answer = get(&app.alpha.reader, &path).await;
                assert_eq!(answer.status(), 301, "{path}");
                let location = answer.headers()["location"].to_str().unwrap().to_owned();
                assert_eq!(
                    app.alpha.url(&location),
                    app.alpha.url(&path.replace(old, &three))
                );
                assert_eq!(
                    answer.json::<Value>().await.unwrap(),
                    json!({"merged_into": three})
                );
            }
            // Another tenant learns nothing.
            let foreign = app.beta.get(&format!("contacts/{old}")).await.expect(404);
            assert_eq!(foreign.detail(), "Contact not found");
        }
        app.alpha.delete(&format!("contacts/{three}")).await.expect(204);
        assert_eq!(get(&app.alpha, &format!("contacts/{one}")).await.status(), 404);
    })
    .await;
}

#[tokio::test]
async fn a_merged_contact_is_not_written_to() {
    TestApp::run(async |app| {
        let [one, two, three] = chain(app).await;
        let said = format!("The contact was merged into {three}");
        for old in [&one, &two] {
            let path = format!("contacts/{old}");
            assert_eq!(
                app.alpha
                    .patch(&path, &json!({"name": "x"}))
                    .await
                    .expect(409)
                    .detail(),
                said
            );
            assert_eq!(app.alpha.delete(&path).await.expect(409).detail(), said);
            let merged = merge(&app.alpha, "contacts", old, &[&three]).await.expect(409);
            assert_eq!(merged.detail(), said);
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_merged_into_a_deleted_contact_is_found_no_more() {
    TestApp::run(async |app| {
        let [one, two, three] = chain(app).await;
        app.alpha.delete(&format!("contacts/{three}")).await.expect(204);
        for old in [&one, &two] {
            let path = format!("contacts/{old}");
            app.alpha.get(&path).await.expect(404);
            app.alpha.patch(&path, &json!({"name": "x"})).await.expect(404);
            app.alpha.delete(&path).await.expect(404);
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_merged_is_named() {
    TestApp::run(async |app| {
        for kind in ["contacts", "companies"] {
            let what = if kind == "contacts" { "contact" } else { "company" };
            let one = make(&app.alpha, kind, json!({"name": "One"})).await;
            let two = make(&app.alpha, kind, json!({"name": "Two"})).await;
            let foreign = make(&app.beta, kind, json!({"name": "Theirs"})).await;
            let unknown = unknown_id();
            for (from, said) in [
                (vec![], "from: must hold 1 to 100 ids".to_owned()),
                (
                    vec![&*one],
                    "from: must not hold the record that stays".to_owned(),
                ),
                (vec![&*two, "me"], "from: is not an id".to_owned()),
                (
                    vec![&*two, &unknown],
                    format!("from[1]: is not a {what} of this organization"),
                ),
                (
                    vec![&*foreign],
                    format!("from[0]: is not a {what} of this organization"),
                ),
            ] {
                let refused = merge(&app.alpha, kind, &one, &from).await.expect(422);
                assert_eq!(refused.detail(), said);
            }
            merge(&app.alpha, kind, &unknown, &[&two]).await.expect(404);
            merge(&app.alpha, kind, &one, &[&two, &two]).await.expect(200);
            let again = merge(&app.alpha, kind, &one, &[&two]).await.expect(409);
            assert_eq!(
                again.detail(),
                format!("from[0]: the {what} was merged into {one}")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn contacts_follow_a_merged_company() {
    TestApp::run(async |app| {
        let stays = make(&app.alpha, "companies", json!({"name": "Ferris", "custom_fields": {"a": 1}})).await;
        let goes = json!({"name": "Ferris Air", "domain": "ferris.example", "address": "1 Coast", "agent_id": app.alpha.agent_id, "custom_fields": {"a": 2, "b": 3}});
        let goes = make(&app.alpha, "companies", goes).await;
        let hal = make(&app.alpha, "contacts", json!({"name": "Hal", "company_id": goes})).await;
        let merged = merge(&app.alpha.writer, "companies", &stays, &[&goes]).await.expect(200);
        assert_shape(&merged.json, COMPANY);
        let wanted = json!({
            "company_id": stays, "name": "Ferris", "domain": "ferris.example", "address": "1 Coast",
            "agent_id": app.alpha.agent_id, "custom_fields": {"a": 1, "b": 3},
            "created_at": "2026-03-12T00:32:13.782565Z",
        });
        assert_eq!(merged.json, wanted);
        let hal = app.alpha.get(&format!("contacts/{hal}")).await.expect(200);
        assert_eq!(hal.text("company_id"), stays);
        let path = format!("companies/{goes}");
        let answer = get(&app.alpha, &path).await;
        assert_eq!(answer.status(), 301);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"merged_into": stays}));
        app.alpha.patch(&path, &json!({"name": "x"})).await.expect(409);
        app.alpha.delete(&path).await.expect(409);
        // Whoever still has the old id means the company that stays.
        let carol = app.alpha.post("contacts", &json!({"name": "Carol", "company_id": goes})).await.expect(201);
        assert_eq!(carol.text("company_id"), stays);
        let last = make(&app.alpha, "companies", json!({"name": "Ferris Group"})).await;
        merge(&app.alpha, "companies", &last, &[&stays]).await.expect(200);
        assert_eq!(get(&app.alpha, &path).await.json::<Value>().await.unwrap(), json!({"merged_into": last}));
        app.alpha.delete(&format!("companies/{last}")).await.expect(204);
        assert_eq!(get(&app.alpha, &path).await.status(), 404);
    })
    .await;
}

#[tokio::test]
async fn a_merge_is_in_the_audit_log_of_both_and_in_the_events() {
    TestApp::run(async |app| {
        let hal = make(&app.alpha, "contacts", json!({"name": "Hal"})).await;
        let other = make(&app.alpha, "contacts", json!({"email": "hal@example.com"})).await;
        app.alpha.post("conversations", &json!({"contact_id": other})).await.expect(201);
        let address = "INSERT INTO contact_addresses (organization_id, contact_id, channel_type, address, normalized, \
            created_at, updated_at) SELECT organization_id, contact_id, 'SMS', '+14155550199', '+14155550199', \
            created_at, updated_at FROM contact_addresses";
        app.database.sql().await.batch_execute(address).await.unwrap();
        let request = app.alpha.request(Method::POST, &format!("contacts/{hal}/merge"));
        let request = request.header("X-Request-Id", "merging").json(&json!({"from": [other]}));
        app.alpha.send(request).await.expect(200);
        let sql = app.database.sql().await;
        let logged = "SELECT action_type || ' ' || record_type, changes::text FROM audit_logs WHERE request_id = 'merging' ORDER BY id";
        let logged = sql.query(logged, &[]).await.unwrap();
        let logged: Vec<(String, Value)> = logged
            .iter()
            .map(|row| (row.get(0), serde_json::from_str(row.get(1)).unwrap()))
            .collect();
        let wanted = [
            ("update conversation", json!([{"field": "contact_id", "from": other, "to": hal}])),
            ("update contact", json!([
                {"field": "email", "from": null, "to": "hal@example.com"},
                {"field": "addresses", "from": null, "to": ["SMS +14155550199"]},
                {"field": "merged_from", "from": null, "to": [other]},
            ])),
            ("delete contact", json!([{"field": "merged_into", "from": null, "to": hal}])),
        ];
        assert_eq!(logged, wanted.map(|(action, changes)| (action.to_owned(), changes)));
        let events = "SELECT kind, payload::text FROM events ORDER BY id DESC LIMIT 4";
        let events = sql.query(events, &[]).await.unwrap();
        let kinds: Vec<&str> = events.iter().rev().map(|row| row.get(0)).collect();
        assert_eq!(kinds, ["conversation.updated", "contact.merged", "contact.deleted", "contact.updated"]);
        let payload: Value = serde_json::from_str(events[2].get(1)).unwrap();
        assert_eq!(payload, json!({"merged_into": hal}));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_merge_with_its_key_is_answered_again() {
    TestApp::run(async |app| {
        let hal = make(&app.alpha, "contacts", json!({"name": "Hal"})).await;
        let other = make(&app.alpha, "contacts", json!({"name": "Harold"})).await;
        let send = async || {
            let request = app.alpha.request(Method::POST, &format!("contacts/{hal}/merge"));
            let request = request
                .header("Idempotency-Key", "once")
                .json(&json!({"from": [other]}));
            app.alpha.send(request).await.expect(200)
        };
        let (first, second) = (send().await, send().await);
        assert_eq!(second.header("idempotent-replayed"), "true");
        assert_eq!(first.json, second.json);
    })
    .await;
}

#[tokio::test]
async fn sales_follow_contacts_and_companies() {
    TestApp::run(async |app| {
        let hal = make(&app.alpha, "contacts", json!({"name": "Hal"})).await;
        let other = make(&app.alpha, "contacts", json!({"name": "Harold"})).await;
        let ferris = make(&app.alpha, "companies", json!({"name": "Ferris"})).await;
        let goes = make(&app.alpha, "companies", json!({"name": "Ferris Air"})).await;
        let sale = json!({"company_id": goes, "associated_contacts": [{"contact_id": other}]});
        let gone = app.alpha.post("sales", &sale).await.expect(201);
        let sale = app.alpha.post("sales", &sale).await.expect(201);
        let gone = format!("sales/{}", gone.text("sale_id"));
        app.alpha.delete(&gone).await.expect(204);
        merge(&app.alpha, "contacts", &hal, &[&other]).await.expect(200);
        merge(&app.alpha, "companies", &ferris, &[&goes])
            .await
            .expect(200);
        let path = format!("sales/{}", sale.text("sale_id"));
        let moved = app.alpha.get(&path).await.expect(200);
        assert_eq!(moved.json["company_id"], ferris);
        assert_eq!(moved.json["associated_contacts"][0]["contact_id"], hal);
        let logged = app
            .alpha
            .get("audit-logs?record_type=sale&action_type=update")
            .await
            .expect(200);
        let changes: Vec<&Value> = logged.json["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["changes"][0])
            .collect();
        assert_eq!(
            changes[0],
            &json!({"field": "company_id", "from": goes, "to": ferris})
        );
        assert_eq!(
            changes[1],
            &json!({"field": "associated_contacts", "from": [{"contact_id": other, "is_primary": true}],
                    "to": [{"contact_id": hal, "is_primary": true}]})
        );
        // Of the sale that was deleted before, nothing is told.
        assert_eq!(changes.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_was_merged_into_a_contact_is_erased_with_it() {
    TestApp::run(async |app| {
        let hal = make(&app.alpha, "contacts", json!({"name": "Hal"})).await;
        let secret = json!({"name": "Harold Jordan", "email": "harold@example.com", "custom_fields": {"iban": "DE02"}});
        let other = make(&app.alpha, "contacts", secret).await;
        merge(&app.alpha, "contacts", &hal, &[&other]).await.expect(200);
        let refused = app.alpha.post(&format!("contacts/{other}/erase"), &json!({"confirm": true})).await.expect(409);
        assert_eq!(refused.detail(), format!("The contact was merged into {hal}"));
        app.alpha.post(&format!("contacts/{hal}/erase"), &json!({"confirm": true})).await.expect(204);
        let sql = app.database.sql().await;
        for table in ["contacts", "contact_addresses", "audit_logs", "events"] {
            let left = format!("SELECT count(*) FROM {table} t WHERE t::text ~* 'harold|DE02'");
            let left: i64 = sql.query_one(&left, &[]).await.unwrap().get(0);
            assert_eq!(left, 0, "{table} remembers");
        }
    })
    .await;
}
