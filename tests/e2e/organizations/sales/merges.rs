//! Sales of contacts and companies that are merged.

use super::{company, contact, make, path};
use rapport_platform::events::Event;
use rapport_platform::{Error, RawJson, ids};
use rapport_test_support::TestApp;
use serde_json::json;

#[tokio::test]
async fn merges_are_followed() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let (hal, carol) = (contact(tenant, "Hal").await, contact(tenant, "Carol").await);
        let made = make(tenant, &json!({"associated_contacts": [{"contact_id": hal}]})).await;
        let payload = RawJson::of(&json!({"merged_into": carol})).unwrap();
        let merged = Event {
            payload,
            ..Event::new("contact.merged", "contact", ids::parse_opaque(&hal).unwrap())
        };
        let ctx = tenant.ctx();
        let told = app.app.db.write(&ctx, async |tx| {
            tx.emit(merged);
            Ok::<_, Error>(())
        });
        told.await.unwrap();
        let sale = tenant.get(&path(&made)).await.expect(200);
        assert_eq!(
            sale.json["associated_contacts"],
            json!([{"contact_id": carol, "is_primary": true}])
        );
    })
    .await;
}

#[tokio::test]
async fn a_merged_contact_that_a_sale_names_is_the_one_it_became() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let (hal, carol) = (contact(tenant, "Hal").await, contact(tenant, "Carol").await);
        let (kyle, gone) = (contact(tenant, "Kyle").await, contact(tenant, "Guy").await);
        for (into, from) in [(&kyle, &hal), (&carol, &kyle), (&kyle, &gone)] {
            let merge = format!("contacts/{into}/merge");
            let merged = tenant.post(&merge, &json!({"from": [from]})).await;
            assert_eq!(merged.status, if from == &gone { 409 } else { 200 });
        }
        let is = |id: &str| json!([{"contact_id": id, "is_primary": true}]);
        for old in [&hal, &kyle, &carol] {
            let made = make(tenant, &json!({"associated_contacts": is(old)})).await;
            assert_eq!(made.json["associated_contacts"], is(&carol));
            let other = json!({"associated_contacts": is(&gone)});
            tenant.patch(&path(&made), &other).await.expect(200);
            let back = json!({"associated_contacts": is(old)});
            let back = tenant.patch(&path(&made), &back).await.expect(200);
            assert_eq!(back.json["associated_contacts"], is(&carol));
        }
        let both = json!({"associated_contacts": [
            {"contact_id": carol, "is_primary": true}, {"contact_id": hal, "is_primary": false},
        ]});
        let refused = tenant.post("sales", &both).await.expect(422);
        assert_eq!(
            refused.detail(),
            "associated_contacts[1].contact_id: is merged with another one of these contacts"
        );
        tenant.delete(&format!("contacts/{carol}")).await.expect(204);
        let refused = json!({"associated_contacts": is(&hal)});
        let refused = tenant.post("sales", &refused).await.expect(422);
        assert_eq!(
            refused.detail(),
            "associated_contacts[0].contact_id: is not a contact of this organization"
        );
    })
    .await;
}

#[tokio::test]
async fn sales_are_listed_by_a_merged_company() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let (stays, goes) = (company(tenant).await, company(tenant).await);
        let of = make(tenant, &json!({"company_id": goes})).await;
        make(tenant, &json!({})).await;
        let merge = format!("companies/{stays}/merge");
        tenant.post(&merge, &json!({"from": [goes]})).await.expect(200);
        for id in [&stays, &goes] {
            let listed = tenant.get(&format!("sales?company_id={id}")).await.expect(200);
            assert_eq!(listed.json["data"].as_array().unwrap().len(), 1);
            assert_eq!(listed.json["data"][0]["sale_id"], of.text("sale_id"));
        }
        let foreign = app
            .beta
            .get(&format!("sales?company_id={goes}"))
            .await
            .expect(404);
        assert_eq!(foreign.detail(), "Company not found");
        tenant.delete(&format!("companies/{stays}")).await.expect(204);
        tenant.get(&format!("sales?company_id={goes}")).await.expect(404);
    })
    .await;
}
