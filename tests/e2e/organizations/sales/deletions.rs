//! Contacts of sales that are deleted.

use super::{contact, make, path};
use rapport_test_support::{Response, Tenant, TestApp};
use serde_json::{Value, json};

/// A sale with these contacts, of whom the first is the primary one.
async fn with(tenant: &Tenant, contacts: &[&str]) -> Response {
    let contacts: Vec<Value> = contacts
        .iter()
        .enumerate()
        .map(|(index, id)| json!({"contact_id": id, "is_primary": index == 0}))
        .collect();
    make(tenant, &json!({"associated_contacts": contacts})).await
}

#[tokio::test]
async fn a_deleted_contact_leaves_its_sales() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let (hal, carol) = (contact(tenant, "Hal").await, contact(tenant, "Carol").await);
        let kyle = contact(tenant, "Kyle").await;
        let primary = with(tenant, &[&hal, &carol, &kyle]).await;
        let second = with(tenant, &[&carol, &hal]).await;
        let alone = with(tenant, &[&hal]).await;
        let another = with(tenant, &[&carol]).await;
        tenant.writer.delete(&format!("contacts/{hal}")).await.expect(204);
        let one = |id: &str, primary: bool| json!({"contact_id": id, "is_primary": primary});
        for (sale, left, tag) in [
            (&primary, json!([one(&carol, true), one(&kyle, false)]), "\"2\""),
            (&second, json!([one(&carol, true)]), "\"2\""),
            (&alone, json!([]), "\"2\""),
            (&another, json!([one(&carol, true)]), "\"1\""),
        ] {
            let shown = tenant.get(&path(sale)).await.expect(200);
            assert_eq!(shown.json["associated_contacts"], left);
            assert_eq!(shown.header("etag"), tag);
            // What is sent as it was received is accepted.
            let same = json!({"associated_contacts": left});
            tenant.writer.patch(&path(sale), &same).await.expect(200);
        }
        let logged = tenant
            .get("audit-logs?record_type=sale&action_type=update")
            .await
            .expect(200);
        let logged = logged.json["data"].as_array().unwrap();
        assert_eq!(logged.len(), 3);
        let told = logged
            .iter()
            .find(|entry| entry["record"]["id"] == primary.text("sale_id"));
        let changes = json!([{
            "field": "associated_contacts",
            "from": [one(&hal, true), one(&carol, false), one(&kyle, false)],
            "to": [one(&carol, true), one(&kyle, false)],
        }]);
        assert_eq!(told.unwrap()["changes"], changes);
    })
    .await;
}

#[tokio::test]
async fn so_does_an_erased_one() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let hal = contact(tenant, "Hal").await;
        let sale = with(tenant, &[&hal]).await;
        let erase = format!("contacts/{hal}/erase");
        tenant.post(&erase, &json!({"confirm": true})).await.expect(204);
        let shown = tenant.get(&path(&sale)).await.expect(200);
        assert_eq!(shown.json["associated_contacts"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn one_deleted_on_another_surface_leaves_too() {
    TestApp::run(async |app| {
        let tenant = &app.alpha;
        let hal = contact(tenant, "Hal").await;
        let sale = with(tenant, &[&hal]).await;
        let number = crate::support::records::number(app, "contacts", &hal).await;
        tenant
            .delete(&format!("/api/v1/contacts/{number}"))
            .await
            .expect(200);
        let shown = tenant.get(&path(&sale)).await.expect(200);
        assert_eq!(shown.json["associated_contacts"], json!([]));
        assert_eq!(shown.header("etag"), "\"2\"");
    })
    .await;
}
