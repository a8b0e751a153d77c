//! Contacts and the addresses by which they are found.

use crate::stage::{ALL, Stage, invalid, is_conflict, is_not_found};
use chrono::TimeDelta;
use rapport_crm_core::address::Address;
use rapport_crm_core::{Contact, ContactPatch, ContactService, NewContact, PgContacts};
use rapport_platform::{Error, PageRequest, Patch, Result, ids};
use serde_json::json;

fn diana() -> NewContact {
    NewContact {
        name: Some("Diana Prince".to_owned()),
        email: Some("Diana@Example.com".to_owned()),
        phone_number: Some("513-867-5309".to_owned()),
        ..NewContact::default()
    }
}

async fn make(stage: &Stage, new: NewContact) -> Result<Contact> {
    let made = stage.write(&stage.acme, async |tx| PgContacts.create(tx, new).await);
    made.await
}

#[tokio::test]
async fn one_contact_has_an_address_however_it_is_typed() {
    let stage = Stage::new().await;
    let owner = make(&stage, diana()).await.unwrap();
    let phone = NewContact {
        phone_number: Some("+1 (513) 867-5309".to_owned()),
        ..NewContact::default()
    };
    let email = NewContact {
        email: Some("diana@EXAMPLE.com".to_owned()),
        ..NewContact::default()
    };
    for (new, field) in [(phone, "phone_number"), (email, "email")] {
        let Err(Error::Conflict { message, .. }) = make(&stage, new.clone()).await else {
            panic!("{field} is taken")
        };
        assert!(message.starts_with(field), "{message}");
        assert!(message.contains(&ids::opaque(owner.uuid)), "{message}");
        let elsewhere = stage.write(&stage.other, async |tx| PgContacts.create(tx, new).await);
        elsewhere.await.unwrap();
    }
}

#[tokio::test]
async fn an_address_is_free_again_when_it_is_given_up() {
    let stage = Stage::new().await;
    let first = make(&stage, diana()).await.unwrap();
    let patch = ContactPatch {
        email: Patch::Clear,
        ..ContactPatch::default()
    };
    let updated = stage.write(&stage.acme, async |tx| {
        PgContacts.update(tx, first.uuid, patch).await
    });
    assert_eq!(updated.await.unwrap().email, None);
    let second = NewContact {
        phone_number: None,
        ..diana()
    };
    make(&stage, second).await.unwrap();
    assert!(is_conflict(&make(&stage, diana()).await), "the number is kept");
    let deleted = stage.write(&stage.acme, async |tx| PgContacts.delete(tx, first.uuid).await);
    deleted.await.unwrap();
    let third = NewContact {
        email: None,
        ..diana()
    };
    make(&stage, third).await.unwrap();
    assert!(is_not_found(
        &PgContacts.get(&stage.reader(&stage.acme).await, first.uuid).await
    ));
}

#[tokio::test]
async fn a_contact_needs_something_to_go_by() {
    let stage = Stage::new().await;
    assert_eq!(invalid(make(&stage, NewContact::default()).await), "name");
    let foreign = NewContact {
        company: Some(stage.other.agent),
        ..diana()
    };
    assert_eq!(invalid(make(&stage, foreign).await), "company_id");
}

#[tokio::test]
async fn an_address_resolves_to_one_contact_also_at_once() {
    let stage = Stage::new().await;
    let resolve = async || {
        let address = Address::email("new@example.com").unwrap();
        let found = stage.write(&stage.acme, async |tx| {
            PgContacts.resolve(tx, address, None).await
        });
        found.await.unwrap().uuid
    };
    let (one, two, three) = tokio::join!(resolve(), resolve(), resolve());
    assert_eq!((one, one), (two, three));
    assert_eq!(stage.count("SELECT count(*) FROM contacts").await, 1);
}

#[tokio::test]
async fn a_walk_over_pages_meets_each_contact_once_while_others_come() {
    let stage = Stage::new().await;
    let named = |name: String| NewContact {
        name: Some(name),
        ..NewContact::default()
    };
    for number in 0..7 {
        make(&stage, named(number.to_string())).await.unwrap();
        // Some share their time.
        if number % 2 == 0 {
            stage.test.clock.advance(TimeDelta::microseconds(1));
        }
    }
    let reader = stage.reader(&stage.acme).await;
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = PgContacts
            .list(&reader, &PageRequest { limit: 3, after })
            .await
            .unwrap();
        met.extend(page.items.into_iter().filter_map(|contact| contact.name));
        make(&stage, named("latecomer".to_owned())).await.unwrap();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(met, ["6", "5", "4", "3", "2", "1", "0"]);
    let others = PgContacts.list(&stage.reader(&stage.other).await, &ALL).await;
    assert!(others.unwrap().items.is_empty());
}

#[tokio::test]
async fn the_audit_log_says_what_changed() {
    let stage = Stage::new().await;
    let made = make(&stage, diana()).await.unwrap();
    let patch = ContactPatch {
        company_role: Patch::Set("Curator".to_owned()),
        ..ContactPatch::default()
    };
    let updated = stage.write(&stage.acme, async |tx| {
        PgContacts.update(tx, made.uuid, patch).await
    });
    updated.await.unwrap();
    let audit = stage.audit(&stage.acme).await;
    let changes = json!([{"field": "company_role", "from": null, "to": "Curator"}]);
    assert_eq!(audit[1], ("update contact".to_owned(), changes));
    let events = stage.events(&stage.acme).await;
    assert!(events.ends_with(&["contact.created".to_owned(), "contact.updated".to_owned()]));
}
