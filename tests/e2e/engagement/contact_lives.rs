//! What becomes of a contact's details when it is merged, erased, or left by its agent, and when many write at once.

use super::contacts::{CONTACTS, create};
use crate::support::records::number;
use futures_util::future::join_all;
use rapport_platform::ids;
use rapport_test_support::{Tenant, TestApp};
use serde_json::{Value, json};

/// The opaque id by which the native API knows a contact.
async fn opaque(app: &TestApp, contact: &Value) -> String {
    let sql = app.database.sql().await;
    let id = contact["id"].as_i64().unwrap();
    let row = sql
        .query_one("SELECT CAST(uuid AS text) FROM contacts WHERE id = $1", &[&id])
        .await;
    let uuid: String = row.unwrap().get(0);
    ids::opaque(uuid.parse().unwrap())
}

async fn read(tenant: &Tenant, contact: &Value) -> Value {
    tenant
        .get(&format!("{CONTACTS}/{}", contact["id"]))
        .await
        .expect(200)
        .json
}

#[tokio::test]
async fn a_merged_contact_gives_its_details_and_addresses() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let user = number(app, "agents", &tenant.agent_id).await;
        let own = create(tenant, &json!({"firstName": "Hal", "providerId": "own"})).await;
        let other = create(
            tenant,
            &json!({"firstName": "Harold", "lastName": "Jordan", "nationalId": "7", "providerId": "p",
                "providerName": "legacy", "metadata": {"a": 1}, "userId": user, "email": "hal@x.example",
                "addresses": [{"channelType": "TELEGRAM", "address": "hal"}]}),
        )
        .await;
        let body = json!({"from": [opaque(app, &other).await]});
        let into = opaque(app, &own).await;
        tenant
            .post(&format!("contacts/{into}/merge"), &body)
            .await
            .expect(200);
        let merged = read(tenant, &own).await;
        for (key, value) in [
            ("firstName", json!("Hal")),
            ("lastName", json!(null)),
            ("nationalId", json!("7")),
            ("providerId", json!("own")),
            ("providerName", json!(null)),
            ("metadata", json!({"a": 1})),
            ("userId", json!(user)),
            ("email", json!("hal@x.example")),
        ] {
            assert_eq!(merged[key], value, "{key}");
        }
        let channels = merged["addresses"].as_array().unwrap().iter();
        let channels: Vec<_> = channels.map(|one| one["channelType"].clone()).collect();
        assert_eq!(channels, ["EMAIL", "TELEGRAM"]);
        let gone = format!("{CONTACTS}/{}", other["id"]);
        tenant.get(&gone).await.expect(404);
        tenant.put(&gone, &json!({"firstName": "X"})).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn an_erased_contact_leaves_nothing() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let details = json!({"firstName": "Quorrax", "lastName": "Quorrax", "nationalId": "Quorrax",
            "providerId": "Quorrax", "providerName": "Quorrax", "metadata": "Quorrax", "companyPosition": "Quorrax",
            "addresses": [{"channelType": "VIBER", "address": "Quorrax"}], "customFields": {"a": "Quorrax"}});
        let made = create(tenant, &details).await;
        let path = format!("contacts/{}/erase", opaque(app, &made).await);
        tenant.post(&path, &json!({"confirm": true})).await.expect(204);
        let sql = app.database.sql().await;
        for table in ["contacts", "contact_addresses", "audit_logs", "events", "custom_field_values"] {
            let query = format!("SELECT count(*) FROM {table} AS t WHERE t::text ILIKE '%quorrax%'");
            let left: i64 = sql.query_one(&query, &[]).await.unwrap().get(0);
            assert_eq!(left, 0, "{table}");
        }
        create(tenant, &details).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_agent_leaves_its_contacts() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let agent = json!({"name": "Kara Danvers", "email": "kara@example.com"});
        let agent = tenant.post("agents", &agent).await.expect(201);
        let agent = agent.text("agent_id").to_owned();
        let user = number(app, "agents", &agent).await;
        let made = create(tenant, &json!({"firstName": "Hal", "userId": user})).await;
        tenant.delete(&format!("agents/{agent}")).await.expect(204);
        assert_eq!(read(tenant, &made).await["userId"], Value::Null);
        let refused = tenant.post(CONTACTS, &json!({"userId": user})).await;
        assert_eq!(refused.status, 400, "{}", refused.json);
    })
    .await;
}

#[tokio::test]
async fn of_those_who_take_the_same_addresses_at_once_one_succeeds() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let addresses: Vec<_> = (0..6)
            .map(|number| json!({"channelType": "WEBCHAT", "address": number.to_string()}))
            .collect();
        let bodies: Vec<_> = (0..6)
            .map(|turn| {
                let mut addresses = addresses.clone();
                addresses.rotate_left(turn);
                json!({"addresses": addresses})
            })
            .collect();
        let answers = join_all(bodies.iter().map(|body| tenant.post(CONTACTS, body))).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
        let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
        let kept = winner.json["addresses"].as_array().unwrap().len();
        assert_eq!(kept, 6);
    })
    .await;
}
