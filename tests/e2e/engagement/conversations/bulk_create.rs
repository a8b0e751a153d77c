//! Many new conversations.

use super::{BULK, Funnel, assert_blames, counts, errors, issue, issues};
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn sound_items_are_stored_and_the_others_are_told() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let foreign = Funnel::of(app, &app.beta).await;
        let with = |more: Value| {
            let mut item = funnel.item(&json!({"firstName": "A"}));
            for (key, value) in more.as_object().unwrap() {
                item[key] = value.clone();
            }
            item
        };
        let answer = funnel
            .bulk(&[
                funnel.item(&json!({"firstName": "One", "phones": ["+56911111111"]})),
                json!({"contact": {"firstName": "B"}}),
                with(json!({"funnelId": "1"})),
                with(json!({"contact": {"emails": ["nobody"]}})),
                with(json!({"funnelId": foreign.id})),
                with(json!({"colour": 1, "userId": -1})),
                with(json!({"contactId": 999_999})),
                json!("text"),
                funnel.item(&json!({"firstName": "Last", "emails": ["last@x.example"]})),
            ])
            .await;
        assert_eq!(counts(&answer), [2, 0, 0, 7, 9]);
        assert_eq!(answer["message"], "2 of 9 conversations were created");
        assert_eq!(errors(&answer, 0), []);
        assert_eq!(errors(&answer, 1), issue("REQUIRED_FIELD", "funnelId"));
        assert_eq!(errors(&answer, 2), issue("INVALID_TYPE", "funnelId"));
        assert_eq!(errors(&answer, 3), issue("INVALID_VALUE", "contact.emails[0]"));
        assert_eq!(errors(&answer, 4), issue("NOT_FOUND", "funnelId"));
        let both = [issue("UNKNOWN_FIELD", "colour"), issue("INVALID_VALUE", "userId")].concat();
        assert_eq!(errors(&answer, 5), both);
        assert_eq!(errors(&answer, 6), issue("NOT_FOUND", "contactId"));
        assert_eq!(errors(&answer, 7), issue("INVALID_TYPE", "item"));
        assert_eq!(
            (
                funnel.count("conversations").await,
                funnel.count("contacts").await
            ),
            (2, 2)
        );
        assert_eq!(funnel.count("funnel_channel_sessions").await, 2);
        let listed = app.alpha.get("conversations").await.expect(200).json;
        assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn items_of_one_contact_are_one_contact_and_duplicates_are_left_out() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let other = Funnel::named(app, &app.alpha, "Other").await;
        let jane = json!({"firstName": "Jane", "phones": ["+56911111111"]});
        let answer = funnel
            .bulk(&[
                funnel.item(&jane),
                funnel.item(&json!({"firstName": "Not", "phones": ["+56 9 1111 1111"]})),
                other
                    .item(&json!({"lastName": "Doe", "phones": ["+56911111111"], "emails": ["j@x.example"]})),
            ])
            .await;
        assert_eq!(counts(&answer), [2, 0, 1, 0, 3]);
        assert_eq!(errors(&answer, 1), issue("DUPLICATE", "contact"));
        let duplicate = &answer["report"]["itemsIssues"][0];
        assert_eq!(duplicate["errors"][0]["context"], json!({"index": 0}));
        assert!(
            duplicate["existingEntities"]["conversationId"].is_i64(),
            "{duplicate}"
        );
        assert_eq!(funnel.count("contacts").await, 1);
        let contacts = app.alpha.get("contacts").await.json;
        assert_eq!(contacts["data"][0]["name"], "Jane Doe");
        assert_eq!(contacts["data"][0]["email"], "j@x.example");
        // The next time he has open conversations.
        let answer = funnel.bulk(&[funnel.item(&jane)]).await;
        assert_eq!(counts(&answer), [1, 1, 0, 0, 1]);
        assert_eq!(issues(&answer, 0, "warnings"), issue("DUPLICATE", "funnelId"));
        assert!(answer["report"]["itemsIssues"][0]["existingEntities"]["contactId"].is_i64());
    })
    .await;
}

#[tokio::test]
async fn what_another_contact_has_stays_there_with_a_warning() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let owner = funnel
            .made(&funnel.item(&json!({"firstName": "E", "emails": ["e@x.example"]})))
            .await;
        let answer = funnel
            .bulk(&[
                funnel.item(&json!({"firstName": "P", "phones": ["+56911111111"]})),
                json!({"funnelId": Funnel::named(app, &app.alpha, "Other").await.id,
                       "contact": {"phones": ["+56911111111"], "emails": ["e@x.example"]}}),
            ])
            .await;
        assert_eq!(counts(&answer), [2, 1, 0, 0, 2]);
        assert_eq!(
            issues(&answer, 1, "warnings"),
            issue("CONFLICT", "contact.emails[0]")
        );
        let warning = &answer["report"]["itemsIssues"][0]["warnings"][0];
        assert_eq!(warning["context"], json!({"contactId": owner["contactId"]}));
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_one_to_a_thousand_items() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let item = funnel.item(&json!({"firstName": "Jane"}));
        for (body, field) in [
            (json!({"conversations": []}), "conversations"),
            (json!({"conversations": vec![item; 1_001]}), "conversations"),
            (json!({"conversations": {}}), "conversations"),
            (json!({"conversations": [{}], "more": 1}), "more"),
        ] {
            assert_blames(&app.alpha.post(BULK, &body).await, field);
        }
        assert_eq!(
            (
                funnel.count("conversations").await,
                funnel.count("operations").await
            ),
            (0, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn custom_fields_of_each_item_are_checked_by_themselves() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let body = json!({"entityType": "FUNNEL_CONVERSATION", "fieldKey": "plan", "fieldType": "LIST"});
        let made = app.alpha.post("/api/v1/custom-fields/definitions", &body).await.expect(200);
        let id = &made.json["id"];
        let path = format!("/api/v1/custom-fields/definitions/{id}/options");
        app.alpha.post(&path, &json!({"definitionId": id, "value": "gold"})).await.expect(200);
        let item = |name: &str, plan: &str| {
            json!({"funnelId": funnel.id, "contact": {"firstName": name}, "customFields": {"plan": plan}})
        };
        let answer = funnel.bulk(&[item("A", "gold"), item("B", "lead"), item("C", "gold")]).await;
        assert_eq!(counts(&answer), [2, 0, 0, 1, 3]);
        assert_eq!(errors(&answer, 1), issue("INVALID_VALUE", "customFields.plan"));
        assert_eq!(funnel.count("custom_field_values").await, 2);
    })
    .await;
}

/// As one after the other would: the third gives another national id to the one who had it.
#[tokio::test]
async fn who_has_a_national_id_is_found_anew_after_each_item() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let first = json!({"phones": ["+56911111111"], "nationalId": "N-0"});
        funnel.made(&funnel.item(&first)).await;
        let mut items = Vec::new();
        for (number, contact) in [
            json!({"phones": ["+56922222222"], "firstName": "Jane"}),
            json!({"phones": ["+56922222222"], "nationalId": "N-0"}),
            json!({"phones": ["+56911111111"], "nationalId": "N-1"}),
            json!({"emails": ["jane@x.example"], "nationalId": "N-0"}),
        ]
        .iter()
        .enumerate()
        {
            let other = Funnel::named(app, &app.alpha, &format!("Funnel {number}")).await;
            items.push(other.item(contact));
        }
        assert_eq!(counts(&funnel.bulk(&items).await), [4, 0, 0, 0, 4]);
        assert_eq!(funnel.count("contacts").await, 2);
        let found = app.alpha.get("search?q=jane@x.example").await.expect(200).json;
        assert_eq!(found["data"][0]["name"], "Jane");
    })
    .await;
}
