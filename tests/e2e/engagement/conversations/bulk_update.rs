//! Changes to many conversations.

use super::{Funnel, counts, errors, issue, issues};
use crate::support::records::number;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

/// A conversation as the database has it.
async fn row(funnel: &Funnel<'_>, id: &Value) -> Value {
    let sql = format!("SELECT to_jsonb(c)::text FROM conversations c WHERE id = {id}");
    let row = funnel
        .app
        .database
        .sql()
        .await
        .query_one(&sql, &[])
        .await
        .unwrap();
    serde_json::from_str(row.get(0)).unwrap()
}

#[tokio::test]
async fn absent_keys_leave_and_null_clears() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let user = number(app, "agents", &app.alpha.agent_id).await;
        let made = funnel
            .made(&json!({"funnelId": funnel.id, "userId": user, "customFields": {"a": 1, "b": 2},
                "contact": {"firstName": "Jane", "lastName": "Doe", "phones": ["+56911111111", "+56922222222"],
                            "emails": ["j@x.example"], "nationalId": "N-1"}}))
            .await;
        let id = &made["id"];
        let answer = funnel
            .change(&[json!({
                "id": id, "funnelStatusId": funnel.second, "archivedAt": "2026-03-12T00:00:00Z",
                "createdAt": "2026-03-01T00:00:00Z", "customFields": {"b": null, "c": 3},
                "contact": {"id": made["contactId"], "lastName": null, "phones": ["+56933333333", "+56911111111"]},
            })])
            .await;
        assert_eq!(counts(&answer), [1, 0, 0, 0, 1], "{answer}");
        let now = row(&funnel, id).await;
        assert_eq!((&now["agent_id"], &now["funnel_status_id"]), (&json!(user), &json!(funnel.second)));
        assert_eq!(now["custom_fields"], json!({"a": 1, "c": 3}));
        assert!(now["archived_at"].is_string() && now["created_at"].as_str().unwrap().starts_with("2026-03-01"));
        let made = funnel.made(&json!({"funnelId": funnel.id, "contactId": made["contactId"]})).await;
        let contact = &made["contacts"][0];
        assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!("Jane"), &Value::Null));
        assert_eq!((&contact["email"], &contact["nationalId"]), (&json!("j@x.example"), &json!("N-1")));
        let mut numbers: Vec<_> = contact["addresses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["address"].as_str().unwrap())
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["+56911111111", "+56933333333", "j@x.example"]);
        let sessions = "SELECT count(*) FROM funnel_channel_sessions WHERE archived_at IS NOT NULL";
        let archived: i64 = app.database.sql().await.query_one(sessions, &[]).await.unwrap().get(0);
        assert_eq!(archived, 3, "they are put away with their conversation");
        let cleared = json!({"id": id, "userId": null, "archivedAt": null, "customFields": null,
            "contact": {"phones": null, "nationalId": null}});
        assert_eq!(counts(&funnel.change(&[cleared]).await), [1, 0, 0, 0, 1]);
        let now = row(&funnel, id).await;
        for name in ["agent_id", "archived_at"] {
            assert_eq!(now[name], Value::Null, "{name}");
        }
        assert_eq!(now["custom_fields"], json!({}));
        let made = funnel.made(&json!({"funnelId": funnel.id, "contactId": made["contactId"]})).await;
        let contact = &made["contacts"][0];
        assert_eq!((&contact["phone"], &contact["nationalId"]), (&Value::Null, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn each_item_is_judged_by_itself() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let other = Funnel::named(app, &app.alpha, "Other").await;
        let foreign = Funnel::of(app, &app.beta).await;
        let theirs = foreign.made(&foreign.item(&json!({"firstName": "Theirs"}))).await;
        let jane = funnel.made(&funnel.item(&json!({"firstName": "Jane", "phones": ["+56911111111"]}))).await;
        let joe = funnel.made(&funnel.item(&json!({"firstName": "Joe", "phones": ["+56922222222"]}))).await;
        let kim = funnel.made(&funnel.item(&json!({"firstName": "Kim"}))).await;
        let answer = funnel
            .change(&[
                json!({"id": jane["id"], "contact": {"firstName": "Janet"}}),
                json!({"archivedAt": null}),
                json!({"id": theirs["id"]}),
                json!({"id": joe["id"], "contact": {"phones": ["+56911111111"]}}),
                json!({"id": jane["id"], "userId": null}),
                json!({"id": kim["id"], "contact": {"id": joe["contactId"]}, "funnelStatusId": funnel.second}),
                json!({"id": 999_999, "userId": null}),
                json!({"id": "7"}),
            ])
            .await;
        assert_eq!(counts(&answer), [1, 0, 1, 6, 8], "{answer}");
        assert_eq!(errors(&answer, 1), issue("REQUIRED_FIELD", "id"));
        assert_eq!(errors(&answer, 2), issue("NOT_FOUND", "id"));
        assert_eq!(errors(&answer, 3), issue("CONFLICT", "contact.phones[0]"));
        assert_eq!(errors(&answer, 4), issue("DUPLICATE", "id"));
        assert_eq!(errors(&answer, 5), issue("INVALID_VALUE", "contact.id"));
        assert_eq!(errors(&answer, 6), issue("NOT_FOUND", "id"));
        assert_eq!(errors(&answer, 7), issue("INVALID_TYPE", "id"));
        let items = answer["report"]["itemsIssues"].as_array().unwrap();
        let conflict = items.iter().find(|item| item["index"] == 3).unwrap();
        assert_eq!(conflict["itemId"], joe["id"]);
        assert_eq!(conflict["errors"][0]["context"], json!({"contactId": jane["contactId"]}));
        let answer = funnel
            .change(&[
                json!({"id": jane["id"], "funnelStatusId": other.first}),
                json!({"id": joe["id"], "createdAt": null}),
                json!({"id": kim["id"], "funnelId": other.id}),
            ])
            .await;
        assert_eq!(counts(&answer), [0, 0, 0, 3, 3]);
        assert_eq!(errors(&answer, 0), issue("NOT_FOUND", "funnelStatusId"));
        assert_eq!(errors(&answer, 1), issue("INVALID_VALUE", "createdAt"));
        assert_eq!(errors(&answer, 2), issue("UNKNOWN_FIELD", "funnelId"));
        assert_eq!(issues(&answer, 2, "warnings"), []);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_outside_of_funnels_is_not_found() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let stage = crate::engagement::stage::Stage::of(app, &app.alpha).await;
        let answer = funnel.change(&[json!({"id": stage.conversation})]).await;
        assert_eq!(errors(&answer, 0), issue("NOT_FOUND", "id"));
    })
    .await;
}

#[tokio::test]
async fn changes_are_in_the_audit_log_and_among_the_events() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let made = funnel.made(&funnel.item(&json!({"firstName": "Jane"}))).await;
        let change = json!({"id": made["id"], "funnelStatusId": funnel.second, "contact": {"emails": ["j@x.example"]}});
        funnel.change(&[change]).await;
        for (kind, field) in [("conversation", "funnel_status_id"), ("contact", "email")] {
            let path = format!("audit-logs?record_type={kind}&action_type=update");
            let logged = app.alpha.get(&path).await.expect(200).json;
            assert_eq!(logged["data"].as_array().unwrap().len(), 1, "{kind}");
            assert!(logged["data"][0].to_string().contains(field), "{logged}");
            let events = format!("SELECT count(*) FROM events WHERE kind = '{kind}.updated'");
            let told: i64 = app.database.sql().await.query_one(&events, &[]).await.unwrap().get(0);
            assert_eq!(told, 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn addresses_have_the_order_and_the_spelling_in_which_they_are_said() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let contact = json!({"firstName": "Jane", "phones": ["+14155553901", "+14155553902"],
                             "emails": ["one@x.example", "two@x.example"]});
        let made = funnel.made(&funnel.item(&contact)).await;
        let said = json!({"phones": ["+14155553903", "+1 (415) 555-3901"], "emails": ["TWO@x.example", "one@x.example"]});
        let answer = funnel.change(&[json!({"id": made["id"], "contact": said})]).await;
        assert_eq!(counts(&answer), [1, 0, 0, 0, 1], "{answer}");
        let path = format!("/api/v1/contacts/{}", made["contactId"]);
        let contact = app.alpha.get(&path).await.expect(200).json;
        assert_eq!((&contact["phone"], &contact["email"]), (&json!("+14155553903"), &json!("TWO@x.example")));
        let addresses = contact["addresses"].as_array().unwrap().iter();
        let mut addresses: Vec<_> = addresses.map(|one| one["address"].as_str().unwrap()).collect();
        addresses.sort_unstable();
        assert_eq!(addresses, ["+1 (415) 555-3901", "+14155553903", "TWO@x.example", "one@x.example"]);
        // Said once more, nothing changes.
        let log = "audit-logs?record_type=contact";
        let before = app.alpha.get(log).await.expect(200).json;
        funnel.change(&[json!({"id": made["id"], "contact": said})]).await;
        assert_eq!(app.alpha.get(log).await.expect(200).json, before);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_not_known_is_told_whatever_it_holds() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let answer = funnel
            .bulk(&[
                funnel.item(&json!({"firstName": "Jane"})),
                json!({"funnelId": funnel.id, "a\u{0}": 1}),
                funnel.item(&json!({"\u{0}": 1})),
            ])
            .await;
        assert_eq!(counts(&answer), [1, 0, 0, 2, 3], "{answer}");
        assert_eq!(errors(&answer, 1), issue("UNKNOWN_FIELD", "a\u{fffd}"));
        assert_eq!(errors(&answer, 2), issue("UNKNOWN_FIELD", "contact.\u{fffd}"));
    })
    .await;
}
