//! One conversation.

use super::{CREATE, Funnel, assert_blames};
use rapport_platform::ids;
use rapport_test_support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_contact_is_made_with_the_conversation() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let made = funnel
            .made(&json!({
                "createdAt": "2026-03-01T10:00:00Z", "funnelId": funnel.id, "customFields": {"topic": "roof", "no": null},
                "contact": {
                    "firstName": "Jane", "lastName": "Doe", "phones": ["+56 9 1234 5678", "+56912345678"],
                    "emails": ["Jane@doe.example"], "nationalId": "12345678-5", "companyPosition": "Buyer",
                    "customFields": {"source": "web"},
                },
            }))
            .await;
        assert_eq!(made["funnelId"], funnel.id);
        assert_eq!(made["funnelStatusId"], funnel.first);
        assert_eq!(made["createdAt"], "2026-03-01T10:00:00.000000Z");
        assert_eq!(made["customFields"], json!({"topic": "roof"}));
        let tenant = ids::parse_opaque(&app.alpha.organization_id).unwrap().to_string();
        assert_eq!(made["tenantId"], json!(tenant));
        let contact = &made["contacts"][0];
        assert_eq!(made["contacts"].as_array().unwrap().len(), 1);
        assert_eq!(contact["id"], made["contactId"]);
        for (name, value) in [
            ("firstName", json!("Jane")),
            ("lastName", json!("Doe")),
            ("phone", json!("+56 9 1234 5678")),
            ("email", json!("Jane@doe.example")),
            ("nationalId", json!("12345678-5")),
            ("companyPosition", json!("Buyer")),
            ("customFields", json!({"source": "web"})),
        ] {
            assert_eq!(contact[name], value, "{name}");
        }
        assert_eq!(contact["addresses"].as_array().unwrap().len(), 2);
        let sessions = made["channelSessions"].as_array().unwrap();
        let kinds: Vec<_> = sessions.iter().map(|session| session["channelType"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["PHONE", "EMAIL"]);
        for (session, address) in sessions.iter().zip(contact["addresses"].as_array().unwrap()) {
            assert_eq!(session["funnelConversationId"], made["id"]);
            assert_eq!(session["contactAddressId"], address["id"]);
            assert_eq!(session["startTime"], made["createdAt"]);
        }
    })
    .await;
}

#[tokio::test]
async fn it_is_a_conversation_on_the_native_surface_too() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        funnel
            .made(&funnel.item(&json!({"firstName": "Jane", "phones": ["+56912345678"]})))
            .await;
        let listed = app.alpha.get("conversations").await.expect(200).json;
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        let contacts = app.alpha.get("contacts").await.expect(200).json;
        assert_eq!(contacts["data"][0]["name"], "Jane");
        assert_eq!(contacts["data"][0]["phone_number"], "+56912345678");
        for kind in ["conversation", "contact"] {
            let path = format!("audit-logs?record_type={kind}");
            let logged = app.alpha.get(&path).await.expect(200).json;
            assert_eq!(logged["data"].as_array().unwrap().len(), 1, "{kind}");
            assert_eq!(logged["data"][0]["action_type"], "insert", "{kind}");
        }
        let events =
            "SELECT kind FROM events WHERE kind IN ('contact.created', 'conversation.created') ORDER BY id";
        let rows = app.database.sql().await.query(events, &[]).await.unwrap();
        let kinds: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(kinds, ["contact.created", "conversation.created"]);
    })
    .await;
}

/// Makes three contacts: with a phone, with an e-mail address, with a national id.
async fn three(funnel: &Funnel<'_>) -> [i64; 3] {
    let mut ids = Vec::new();
    for contact in [
        json!({"firstName": "P", "phones": ["+56911111111"]}),
        json!({"firstName": "E", "emails": ["e@x.example"]}),
        json!({"firstName": "N", "nationalId": "N-1"}),
    ] {
        let made = funnel.made(&funnel.item(&contact)).await;
        ids.push(made["contactId"].as_i64().unwrap());
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn a_contact_is_found_by_phones_then_emails_then_national_id_and_updated() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let [phone, email, national] = three(&funnel).await;
        let contact = json!({"lastName": "Last", "emails": ["n@x.example"], "nationalId": "N-1", "customFields": {"a": 1}});
        let made = funnel.made(&funnel.item(&contact)).await;
        assert_eq!(made["contactId"], national);
        let shown = &made["contacts"][0];
        assert_eq!((&shown["firstName"], &shown["lastName"]), (&json!("N"), &json!("Last")));
        assert_eq!((&shown["email"], &shown["customFields"]), (&json!("n@x.example"), &json!({"a": 1})));
        for (contact, found) in [
            (json!({"phones": ["+56900000001", "+56 9 1111 1111"], "emails": ["e@x.example"], "nationalId": "N-1"}), phone),
            (json!({"phones": ["+56900000002"], "emails": ["E@X.example"], "nationalId": "N-1"}), email),
        ] {
            let made = funnel.made(&funnel.item(&contact)).await;
            assert_eq!(made["contactId"], found, "{contact}");
        }
        // What another contact has stays there.
        let sql = "SELECT contact_id FROM contact_addresses WHERE normalized = 'e@x.example'";
        let owner: i64 = app.database.sql().await.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(owner, email);
        assert_eq!(funnel.count("contacts").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_named_contact_is_not_looked_for() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let [phone, _, national] = three(&funnel).await;
        let body = json!({
            "funnelId": funnel.id, "contactId": national, "contact": {"phones": ["+56911111111"], "firstName": "Nora"},
            "funnelStatusId": funnel.second,
        });
        let made = funnel.made(&body).await;
        assert_eq!((&made["contactId"], &made["funnelStatusId"]), (&json!(national), &json!(funnel.second)));
        assert_eq!(made["contacts"][0]["firstName"], "Nora");
        assert_eq!(made["contacts"][0]["phone"], Value::Null, "the number is of {phone}");
        let made = funnel.made(&json!({"funnelId": funnel.id, "contactId": phone})).await;
        assert_eq!(made["contacts"][0]["firstName"], "P");
    })
    .await;
}

#[tokio::test]
async fn a_merged_contact_is_the_one_it_became() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let [phone, email, _] = three(&funnel).await;
        let opaque = async |id: i64| {
            let sql = format!("SELECT uuid::text FROM contacts WHERE id = {id}");
            let row = app.database.sql().await.query_one(&sql, &[]).await.unwrap();
            ids::opaque(row.get::<_, String>(0).parse().unwrap())
        };
        let path = format!("contacts/{}/merge", opaque(phone).await);
        app.alpha
            .post(&path, &json!({"from": [opaque(email).await]}))
            .await
            .expect(200);
        for body in [
            json!({"funnelId": funnel.id, "contactId": email}),
            funnel.item(&json!({"emails": ["e@x.example"]})),
        ] {
            assert_eq!(funnel.made(&body).await["contactId"], phone);
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let other = Funnel::named(app, &app.alpha, "Other").await;
        let foreign = Funnel::of(app, &app.beta).await;
        let theirs = foreign.made(&foreign.item(&json!({"firstName": "Theirs"}))).await;
        let contact = json!({"phones": ["+56911111111"]});
        let with = |more: Value| {
            let mut body = funnel.item(&contact);
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        for (body, field) in [
            (json!({"contact": contact}), "funnelId"),
            (json!({"funnelId": null, "contact": contact}), "funnelId"),
            (with(json!({"funnelId": "1"})), "funnelId"),
            (with(json!({"funnelId": 0.5})), "funnelId"),
            (with(json!({"funnelId": foreign.id})), "funnelId"),
            (with(json!({"funnelId": 999_999})), "funnelId"),
            (with(json!({"funnelStatusId": other.first})), "funnelStatusId"),
            (with(json!({"userId": 999_999})), "userId"),
            (with(json!({"contactId": theirs["contactId"]})), "contactId"),
            (with(json!({"createdAt": "soon"})), "createdAt"),
            (with(json!({"archivedAt": 5})), "archivedAt"),
            (with(json!({"customFields": []})), "customFields"),
            (with(json!({"customFields": {"a": "\u{0}"}})), "customFields"),
            (with(json!({"colour": 1})), "colour"),
        ] {
            let refused = app.alpha.post(CREATE, &body).await;
            assert_blames(&refused, field);
        }
        assert_eq!(
            (
                funnel.count("conversations").await,
                funnel.count("contacts").await
            ),
            (0, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn custom_fields_are_checked_and_kept_to_be_looked_up() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        for (entity, key) in [("FUNNEL_CONVERSATION", "worth"), ("CONTACT", "age")] {
            let body = json!({"entityType": entity, "fieldKey": key, "fieldType": "NUMBER"});
            app.alpha
                .post("/api/v1/custom-fields/definitions", &body)
                .await
                .expect(200);
        }
        let body = |worth: Value, age: Value| {
            json!({"funnelId": funnel.id, "customFields": {"worth": worth, "free": 1},
                   "contact": {"phones": ["+56911111111"], "customFields": {"age": age, "hat": "red"}}})
        };
        assert_blames(
            &app.alpha.post(CREATE, &body(json!("much"), json!(1))).await,
            "customFields.worth",
        );
        assert_blames(
            &app.alpha.post(CREATE, &body(json!(1), json!("old"))).await,
            "contact.customFields.age",
        );
        funnel.made(&body(json!(1.5), json!(30))).await;
        let made = funnel.made(&body(json!(2.5), json!(31))).await;
        assert_eq!(
            made["contacts"][0]["customFields"],
            json!({"age": 31, "hat": "red"})
        );
        let sql = "SELECT number_value::text FROM custom_field_values ORDER BY number_value";
        let rows = app.database.sql().await.query(sql, &[]).await.unwrap();
        let values: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(values, ["1.5", "2.5", "31"]);
        let path = "/api/v1/custom-fields/definitions?filterBy=fieldKey:worth";
        let id = app.alpha.get(path).await.json["items"][0]["id"].to_string();
        let path = format!("/api/v1/custom-fields/definitions/{id}");
        app.alpha.delete(&path).await.expect(409);
        app.alpha.delete(&format!("{path}?force=true")).await.expect(200);
        assert_eq!(funnel.count("custom_field_values").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_is_carried_out_once() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let body = funnel.item(&json!({"firstName": "Jane"}));
        let send = async || {
            let request = app.alpha.request(reqwest::Method::POST, CREATE);
            let request = request.header("Idempotency-Key", "k1").json(&body);
            app.alpha.send(request).await.expect(200)
        };
        let (first, again) = (send().await, send().await);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(first.body, again.body);
        assert_eq!(funnel.count("conversations").await, 1);
        app.alpha.reader.post(CREATE, &body).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_of_a_contact_is_named() {
    TestApp::run(async |app| {
        let funnel = Funnel::of(app, &app.alpha).await;
        let with = |more: Value| json!({"funnelId": funnel.id, "contact": more["contact"]});
        for (body, field) in [
            (
                with(json!({"contact": {"phones": "+56911111111"}})),
                "contact.phones",
            ),
            (
                with(json!({"contact": {"phones": ["call me"]}})),
                "contact.phones[0]",
            ),
            (
                with(json!({"contact": {"emails": ["a@b.cl", 7]}})),
                "contact.emails[1]",
            ),
            (
                with(json!({"contact": {"emails": ["nobody"]}})),
                "contact.emails[0]",
            ),
            (
                with(json!({"contact": {"firstName": "x".repeat(256)}})),
                "contact.firstName",
            ),
            (with(json!({"contact": {"colour": 1}})), "contact.colour"),
            (
                with(json!({"contact": {"firstName": "A", "userId": 999_999}})),
                "contact.userId",
            ),
            (with(json!({"contact": {"customFields": {"x": 1}}})), "contact"),
            (with(json!({"contact": null})), "contact"),
            (with(json!({"contact": 7})), "contact"),
            (json!([]), "body"),
        ] {
            let refused = app.alpha.post(CREATE, &body).await;
            assert_blames(&refused, field);
        }
        assert_eq!(funnel.count("contacts").await, 0);
    })
    .await;
}
