//! Companies.

use crate::stage::{ALL, Stage, invalid, is_not_found};
use rapport_crm_core::companies::CompanyRemoval;
use rapport_crm_core::{
    Company, CompanyPatch, CompanyService, ContactService, NewCompany, NewContact, PgCompanies, PgContacts,
};
use rapport_platform::{Patch, RawJson};
use serde_json::json;

fn ferris() -> NewCompany {
    NewCompany {
        name: "Ferris Aircraft".to_owned(),
        ..NewCompany::default()
    }
}

async fn make(stage: &Stage) -> Company {
    let made = stage.write(&stage.acme, async |tx| PgCompanies.create(tx, ferris()).await);
    made.await.unwrap()
}

#[tokio::test]
async fn a_company_is_made_and_read_back() {
    let stage = Stage::new().await;
    let new = NewCompany {
        domain: Some("https://FerrisAircraft.com/about".to_owned()),
        address: Some("100 Coastline Ave, Coast City, CA".to_owned()),
        agent: Some(stage.acme.agent),
        custom_fields: Some(RawJson::of(&json!({"notes": "Enterprise account"})).unwrap()),
        ..ferris()
    };
    let made = stage.write(&stage.acme, async |tx| PgCompanies.create(tx, new).await);
    let made = made.await.unwrap();
    let read = PgCompanies.get(&stage.reader(&stage.acme).await, made.uuid).await;
    let read = read.unwrap();
    assert_eq!(read.name, "Ferris Aircraft");
    assert_eq!(read.domain.as_deref(), Some("ferrisaircraft.com"));
    assert_eq!(read.address.as_deref(), Some("100 Coastline Ave, Coast City, CA"));
    assert_eq!(read.agent, Some(stage.acme.agent));
    assert_eq!(json!(read.custom_fields), json!({"notes": "Enterprise account"}));
    assert_eq!(read.created_at, stage.test.db.now());
    assert!(
        stage
            .events(&stage.acme)
            .await
            .contains(&"company.created".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    let stage = Stage::new().await;
    let refused = async |new: NewCompany| {
        invalid(
            stage
                .write(&stage.acme, async |tx| PgCompanies.create(tx, new).await)
                .await,
        )
    };
    let unnamed = NewCompany::default();
    assert_eq!(refused(unnamed).await, "name");
    let nowhere = NewCompany {
        domain: Some("localhost".to_owned()),
        ..ferris()
    };
    assert_eq!(refused(nowhere).await, "domain");
    let far = NewCompany {
        address: Some("x".repeat(1_001)),
        ..ferris()
    };
    assert_eq!(refused(far).await, "address");
    let foreign = NewCompany {
        agent: Some(stage.other.agent),
        ..ferris()
    };
    assert_eq!(refused(foreign).await, "agent_id");
    let list = NewCompany {
        custom_fields: Some(RawJson::of(&json!([])).unwrap()),
        ..ferris()
    };
    assert_eq!(refused(list).await, "custom_fields");
    assert_eq!(stage.count("SELECT count(*) FROM companies").await, 0);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name_and_is_audited_field_by_field() {
    let stage = Stage::new().await;
    let made = make(&stage).await;
    let patch = CompanyPatch {
        domain: Patch::Set("ferris.example".to_owned()),
        ..CompanyPatch::default()
    };
    let change = async |patch: CompanyPatch| {
        let updated = stage.write(&stage.acme, async |tx| {
            PgCompanies.update(tx, made.uuid, patch).await
        });
        updated.await
    };
    let updated = change(patch.clone()).await.unwrap();
    assert_eq!(updated.name, "Ferris Aircraft");
    change(patch).await.unwrap();
    let nameless = CompanyPatch {
        name: Patch::Clear,
        ..CompanyPatch::default()
    };
    assert_eq!(invalid(change(nameless).await), "name");
    let audit = stage.audit(&stage.acme).await;
    let [_, (action, changes)] = audit.as_slice() else {
        panic!("a change that changes nothing is no change: {audit:?}")
    };
    assert_eq!(action, "update company");
    assert_eq!(
        *changes,
        json!([{"field": "domain", "from": null, "to": "ferris.example"}])
    );
}

#[tokio::test]
async fn a_deleted_company_leaves_its_contacts() {
    let stage = Stage::new().await;
    let made = make(&stage).await;
    let hal = NewContact {
        name: Some("Hal Jordan".to_owned()),
        company: Some(made.uuid),
        ..NewContact::default()
    };
    let hal = stage.write(&stage.acme, async |tx| PgContacts.create(tx, hal).await);
    let hal = hal.await.unwrap();
    let deleted = stage.write(&stage.acme, async |tx| {
        CompanyRemoval::new([]).delete(tx, made.uuid).await
    });
    deleted.await.unwrap();
    let reader = stage.reader(&stage.acme).await;
    assert_eq!(PgContacts.get(&reader, hal.uuid).await.unwrap().company, None);
    assert!(is_not_found(&PgCompanies.get(&reader, made.uuid).await));
    let audit = stage.audit(&stage.acme).await;
    let company = rapport_platform::ids::opaque(made.uuid);
    let left = json!([{"field": "company_id", "from": company, "to": null}]);
    assert_eq!(audit[audit.len() - 2], ("update contact".to_owned(), left));
    assert_eq!(audit.last().unwrap().0, "delete company");
    let events = stage.events(&stage.acme).await;
    assert_eq!(events[events.len() - 2..], ["contact.updated", "company.deleted"]);
}

#[tokio::test]
async fn another_tenant_sees_and_touches_nothing() {
    let stage = Stage::new().await;
    let made = make(&stage).await;
    let reader = stage.reader(&stage.other).await;
    assert!(is_not_found(&PgCompanies.get(&reader, made.uuid).await));
    assert!(PgCompanies.list(&reader, &ALL).await.unwrap().items.is_empty());
    let patch = CompanyPatch::default();
    let updated = stage.write(&stage.other, async |tx| {
        PgCompanies.update(tx, made.uuid, patch).await
    });
    assert!(is_not_found(&updated.await));
    let deleted = stage.write(&stage.other, async |tx| {
        CompanyRemoval::new([]).delete(tx, made.uuid).await
    });
    assert!(is_not_found(&deleted.await));
    let own = PgCompanies.list(&stage.reader(&stage.acme).await, &ALL).await;
    assert_eq!(own.unwrap().items.len(), 1);
}
