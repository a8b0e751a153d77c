//! Contacts: their shape, the rules of changes, and that they are the contacts of the native API.

use super::stage::assert_blames;
use crate::support::records::number;
use crate::support::shape::Type::{Any, Free, Integer, List, Maybe, Text, Time, Uuid};
use crate::support::shape::{Shape, assert_shape};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

pub const CONTACTS: &str = "/api/v1/contacts";

pub const ADDRESS: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("contactId", Integer),
    ("channelType", Text),
    ("address", Text),
    ("createdAt", Time),
    ("updatedAt", Time),
];

/// A contact, wherever it is shown.
pub const CONTACT: Shape = &[
    ("id", Integer),
    ("tenantId", Uuid),
    ("providerId", Maybe(&Text)),
    ("providerName", Maybe(&Text)),
    ("nationalId", Maybe(&Text)),
    ("firstName", Maybe(&Text)),
    ("lastName", Maybe(&Text)),
    ("email", Maybe(&Text)),
    ("phone", Maybe(&Text)),
    ("userId", Maybe(&Integer)),
    ("contactCompanyId", Maybe(&Integer)),
    ("companyPosition", Maybe(&Text)),
    ("metadata", Any),
    ("createdAt", Time),
    ("updatedAt", Time),
    ("customFields", Free),
    ("addresses", List(ADDRESS)),
];

pub async fn create(tenant: &Tenant, body: &Value) -> Value {
    let made = tenant.post(CONTACTS, body).await.expect(200).json;
    assert_shape(&made, CONTACT);
    made
}

async fn put(tenant: &Tenant, contact: &Value, body: &Value) -> Response {
    tenant.put(&path(contact), body).await
}

fn path(contact: &Value) -> String {
    format!("{CONTACTS}/{}", contact["id"])
}

/// The channel types and addresses of a contact.
fn addresses(contact: &Value) -> Vec<(String, String)> {
    let all = contact["addresses"].as_array().unwrap().iter();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    all.map(|one| (text(one, "channelType"), text(one, "address")))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(channel, address)| ((*channel).to_owned(), (*address).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_contact_has_the_documented_shape() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let user = number(app, "agents", &tenant.agent_id).await;
        let company = tenant
            .post("companies", &json!({"name": "Acme"}))
            .await
            .expect(201);
        let company = number(app, "companies", company.text("company_id")).await;
        let new = json!({
            "userId": user, "customFields": {"source": "web"}, "providerId": "p-1", "providerName": "legacy",
            "nationalId": "12.345.678-5", "firstName": "Jane", "lastName": "Doe", "email": "Jane@Example.com",
            "phone": "+56 9 1234 5678", "contactCompanyId": company, "companyPosition": "Buyer",
            "metadata": [1, {"a": null}], "createdAt": "2019-08-24T14:15:22Z",
            "addresses": [{"channelType": "WHATSAPP", "address": "+56 9 1234 5678"}],
        });
        let made = create(tenant, &new).await;
        for key in [
            "userId",
            "customFields",
            "providerId",
            "providerName",
            "nationalId",
            "firstName",
            "lastName",
            "email",
            "phone",
            "contactCompanyId",
            "companyPosition",
            "metadata",
        ] {
            assert_eq!(made[key], new[key], "{key}");
        }
        assert_eq!(
            addresses(&made),
            pairs(&[
                ("EMAIL", "Jane@Example.com"),
                ("PHONE", "+56 9 1234 5678"),
                ("WHATSAPP", "+56 9 1234 5678")
            ])
        );
        assert_eq!(tenant.get(&path(&made)).await.expect(200).json, made);
        let changed = put(tenant, &made, &made).await.expect(200).json;
        assert_eq!(
            addresses(&changed),
            addresses(&made),
            "what is answered can be sent back"
        );
        let page = tenant.get(CONTACTS).await.expect(200).json;
        assert_shape(
            &page,
            &[
                ("items", List(CONTACT)),
                ("nextPageToken", Maybe(&Text)),
                ("totalCount", Integer),
            ],
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_contact_is_answered_and_its_addresses_are_free() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let new = json!({"email": "jane@example.com", "phone": "+56912345678"});
        let made = create(tenant, &new).await;
        let deleted = tenant.delete(&path(&made)).await.expect(200).json;
        assert_eq!(deleted, made);
        tenant.get(&path(&made)).await.expect(404);
        tenant.delete(&path(&made)).await.expect(404);
        create(tenant, &new).await;
    })
    .await;
}

#[tokio::test]
async fn an_absent_key_is_kept_and_null_clears() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let made = create(
            tenant,
            &json!({"firstName": "Jane", "lastName": "Doe", "nationalId": "7",
            "companyPosition": "Buyer", "metadata": {"a": 1}, "email": "jane@example.com",
            "customFields": {"source": "web", "tier": 1}}),
        )
        .await;
        let janet = put(
            tenant,
            &made,
            &json!({"firstName": "Janet", "customFields": {"priority": "high"}}),
        )
        .await;
        let janet = janet.expect(200).json;
        assert_eq!(janet["lastName"], "Doe");
        assert_eq!(
            janet["customFields"],
            json!({"source": "web", "tier": 1, "priority": "high"})
        );
        let keys = ["lastName", "nationalId", "companyPosition", "metadata", "email"];
        for key in keys {
            let cleared = put(tenant, &made, &json!({key: null})).await.expect(200).json;
            assert_eq!(cleared[key], Value::Null, "{key}");
            assert_eq!(cleared["firstName"], "Janet");
        }
        let fields = put(tenant, &made, &json!({"customFields": {"tier": null}}))
            .await
            .expect(200)
            .json;
        assert_eq!(
            fields["customFields"],
            json!({"source": "web", "priority": "high"})
        );
        assert_eq!(addresses(&fields), []);
        let fields = put(tenant, &made, &json!({"customFields": null}))
            .await
            .expect(200)
            .json;
        assert_eq!(fields["customFields"], json!({}));
    })
    .await;
}

#[tokio::test]
async fn addresses_are_replaced_as_a_set_and_what_stays_keeps_its_id() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let made = create(tenant, &json!({"firstName": "Jane", "addresses": [
            {"channelType": "INSTAGRAM", "address": "jane.d"}, {"channelType": "EMAIL", "address": "a@x.example"},
            {"channelType": "EMAIL", "address": "b@x.example"}, {"channelType": "EMAIL", "address": "A@x.example"},
        ]})).await;
        assert_eq!(addresses(&made), pairs(&[("INSTAGRAM", "jane.d"), ("EMAIL", "a@x.example"), ("EMAIL", "b@x.example")]));
        assert_eq!(made["email"], "a@x.example");
        let kept = made["addresses"][2]["id"].clone();
        let other = put(tenant, &made, &json!({"addresses": [
            {"channelType": "EMAIL", "address": "b@x.example"}, {"channelType": "SMS", "address": "+15138675309"},
        ]})).await.expect(200).json;
        assert_eq!(addresses(&other), pairs(&[("EMAIL", "b@x.example"), ("SMS", "+15138675309")]));
        assert_eq!((&other["email"], &other["addresses"][0]["id"]), (&json!("b@x.example"), &kept));
        let shown = put(tenant, &made, &json!({"email": "c@x.example"})).await.expect(200).json;
        assert_eq!(addresses(&shown), pairs(&[("SMS", "+15138675309"), ("EMAIL", "c@x.example")]));
        let none = put(tenant, &made, &json!({"addresses": null})).await.expect(200).json;
        assert_eq!((addresses(&none), &none["email"]), (Vec::new(), &Value::Null));
        create(tenant, &json!({"email": "a@x.example"})).await;
    })
    .await;
}

#[tokio::test]
async fn what_another_contact_has_is_refused_with_its_id() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let owner = create(tenant, &json!({"phone": "+15138675309", "addresses": [
            {"channelType": "TELEGRAM", "address": "diana"}]})).await;
        let other = create(tenant, &json!({"firstName": "Other"})).await;
        for body in [
            json!({"phone": "+1 (513) 867-5309"}),
            json!({"addresses": [{"channelType": "WEBCHAT", "address": "7"}, {"channelType": "TELEGRAM", "address": "diana"}]}),
        ] {
            for refused in [tenant.post(CONTACTS, &body).await, put(tenant, &other, &body).await] {
                assert_eq!(refused.status, 409, "{}", refused.json);
                assert_eq!(refused.json["details"]["contactId"], owner["id"]);
            }
        }
        assert_eq!(tenant.get(&path(&other)).await.expect(200).json, other, "nothing was stored");
        app.beta.get(&path(&owner)).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn both_apis_have_the_same_contacts() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let made = create(
            tenant,
            &json!({"firstName": "Maria del", "lastName": "Mar", "email": "m@x.example"}),
        )
        .await;
        let native = tenant.get("contacts").await.expect(200).json;
        let native = native["data"][0].clone();
        assert_eq!(
            (&native["name"], &native["email"]),
            (&json!("Maria del Mar"), &json!("m@x.example"))
        );
        let native = format!("contacts/{}", native["contact_id"].as_str().unwrap());
        tenant
            .patch(&native, &json!({"company_role": "Pilot"}))
            .await
            .expect(200);
        let seen = tenant.get(&path(&made)).await.expect(200).json;
        assert_eq!(
            (&seen["firstName"], &seen["companyPosition"]),
            (&json!("Maria del"), &json!("Pilot"))
        );
        tenant
            .patch(
                &native,
                &json!({"name": "Ana Luz Sol", "phone_number": "+15138675309"}),
            )
            .await
            .expect(200);
        let seen = tenant.get(&path(&made)).await.expect(200).json;
        assert_eq!(
            (&seen["firstName"], &seen["lastName"]),
            (&json!("Ana Luz"), &json!("Sol"))
        );
        assert_eq!(
            addresses(&seen),
            pairs(&[("EMAIL", "m@x.example"), ("PHONE", "+15138675309")])
        );
        let only = create(
            tenant,
            &json!({"addresses": [{"channelType": "VIBER", "address": "v1"}]}),
        )
        .await;
        assert_eq!(only["firstName"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let definition = json!({"entityType": "CONTACT", "fieldKey": "score", "fieldType": "NUMBER"});
        tenant.post("/api/v1/custom-fields/definitions", &definition).await.expect(200);
        let long = "x".repeat(256);
        for (body, field) in [
            (json!({"email": "nobody"}), "email"),
            (json!({"phone": "call me"}), "phone"),
            (json!({"firstName": long}), "firstName"),
            (json!({"nationalId": "a\u{0}b"}), "nationalId"),
            (json!({"metadata": {"a": "\u{0}"}}), "metadata"),
            (json!({"userId": 9_000_000}), "userId"),
            (json!({"contactCompanyId": 9_000_000}), "contactCompanyId"),
            (json!({"customFields": {"score": "high"}}), "customFields.score"),
            (json!({"customFields": [1]}), "customFields"),
            (json!({"addresses": [{"channelType": "FAX", "address": "1"}]}), "addresses[0].channelType"),
            (json!({"addresses": [{"channelType": "EMAIL", "address": "a@b.cl"}, {"channelType": "SMS", "address": "x"}]}),
                "addresses[1].address"),
        ] {
            assert_blames(&tenant.post(CONTACTS, &body).await, field);
        }
        assert_eq!(tenant.post(CONTACTS, &json!({"nickname": "J"})).await.status, 400);
        let page = tenant.get(CONTACTS).await.expect(200).json;
        assert_eq!((&page["items"], &page["totalCount"]), (&json!([]), &json!(0)));
    })
    .await;
}
