//! Sales and their lists.

use crate::stage::{ALL, Stage, invalid, missing, quote};
use rapport_crm_core::companies::CompanyRemoval;
use rapport_platform::{Error, Patch, RawJson, Result, ids};
use rapport_sales_pipeline::CompanySales;
use rapport_sales_pipeline::sales::{
    Drafts, Expected, MOST_LINKS, NewSale, NewSaleContact, Sale, SaleContact, SaleFilter, SalePatch,
};
use rapport_sales_pipeline::{PgSales, SaleService};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn contact(contact: Uuid, is_primary: Option<bool>) -> NewSaleContact {
    NewSaleContact { contact, is_primary }
}

fn object(value: &Value) -> RawJson {
    RawJson::of(value).unwrap()
}

pub fn full(stage: &Stage) -> NewSale {
    NewSale {
        draft: false,
        owner: Some(stage.acme.agent),
        company: Some(stage.acme.company),
        contacts: vec![
            contact(stage.acme.hal, None),
            contact(stage.acme.carol, Some(true)),
        ],
        conversations: vec![stage.acme.conversation],
        quote: quote("1200"),
        custom_fields: Some(object(&json!({"notes": "Priority"}))),
    }
}

async fn update(stage: &Stage, sale: Uuid, patch: SalePatch, expected: &Expected) -> Result<Sale> {
    stage
        .write(async |tx| PgSales.update(tx, sale, patch, expected).await)
        .await
}

#[tokio::test]
async fn a_sale_is_made_of_what_was_given() {
    let stage = Stage::new().await;
    let made = stage.create(full(&stage)).await.unwrap();
    assert_eq!(
        (made.owner, made.company),
        (Some(stage.acme.agent), Some(stage.acme.company))
    );
    let contacts = [(stage.acme.hal, false), (stage.acme.carol, true)];
    assert_eq!(
        made.contacts,
        contacts.map(|(contact, is_primary)| SaleContact { contact, is_primary })
    );
    assert_eq!(made.conversations, [stage.acme.conversation]);
    assert_eq!((made.status.label.as_str(), made.version), ("Qualified", 1));
    assert_eq!(made.quote.total_price.to_plain_string(), "1200.00");
    let read = stage.get(made.uuid).await.unwrap();
    assert_eq!(read.contacts, made.contacts);
    assert_eq!(read.custom_fields, object(&json!({"notes": "Priority"})));
    let (action, changes) = &stage.audit("sale").await[0];
    assert_eq!(action, "insert");
    let fields: Vec<_> = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["field"])
        .collect();
    let expected = [
        "status",
        "draft",
        "owner_id",
        "company_id",
        "associated_contacts",
        "associated_conversation_ids",
        "currency",
        "total_price",
        "products",
        "custom_fields",
    ];
    assert_eq!(fields, expected);
    let (kind, payload) = &stage.events("sale").await[0];
    let expected = json!({
        "draft": false, "owner_id": ids::opaque(stage.acme.agent), "label": "Qualified", "status": null,
        "currency": "USD", "total_price": "1200.00", "version": 1,
    });
    assert_eq!((kind.as_str(), payload), ("sale.created", &expected));
}

#[tokio::test]
async fn an_empty_sale_has_an_empty_quote_in_dollars() {
    let stage = Stage::new().await;
    let made = stage.create(NewSale::default()).await.unwrap();
    assert_eq!(
        (
            made.quote.currency.as_str(),
            made.quote.total_price.to_plain_string().as_str()
        ),
        ("USD", "0.00")
    );
    assert_eq!(json!(made.quote.arguments), json!({"products": []}));
    assert!(made.quote.agent_overrides.is_none());
}

#[tokio::test]
async fn exactly_one_contact_is_the_primary_one() {
    let stage = Stage::new().await;
    let (hal, carol) = (stage.acme.hal, stage.acme.carol);
    let make = async |contacts: Vec<NewSaleContact>| {
        let new = NewSale {
            contacts,
            ..NewSale::default()
        };
        stage.create(new).await
    };
    let only = make(vec![contact(hal, None)]).await.unwrap();
    assert!(only.contacts[0].is_primary);
    for contacts in [
        vec![contact(hal, None), contact(carol, None)],
        vec![contact(hal, Some(true)), contact(carol, Some(true))],
        vec![contact(hal, Some(false))],
    ] {
        assert_eq!(invalid(make(contacts).await), "associated_contacts");
    }
    let twice = make(vec![contact(hal, Some(true)), contact(hal, None)]).await;
    assert_eq!(invalid(twice), "associated_contacts[1].contact_id");
    let many = vec![contact(hal, None); MOST_LINKS + 1];
    assert_eq!(invalid(make(many).await), "associated_contacts");
    // The database would not take a second one either.
    let sql = "UPDATE sale_contacts SET is_primary = true";
    let all = make(vec![contact(hal, Some(true)), contact(carol, None)]).await;
    all.unwrap();
    stage.test.sql().await.batch_execute(sql).await.unwrap_err();
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let stage = Stage::new().await;
    let made = stage.create(full(&stage)).await.unwrap();
    let patch = SalePatch {
        company: Patch::Clear,
        contacts: Patch::Set(vec![contact(stage.acme.hal, None)]),
        quote: Patch::Set(quote("99.5")),
        custom_fields: Patch::Clear,
        ..SalePatch::default()
    };
    let changed = update(&stage, made.uuid, patch.clone(), &Expected::OneOf(vec![1]))
        .await
        .unwrap();
    assert_eq!(
        (changed.version, changed.company, changed.owner),
        (2, None, Some(stage.acme.agent))
    );
    assert_eq!(
        changed.contacts,
        [SaleContact {
            contact: stage.acme.hal,
            is_primary: true
        }]
    );
    assert_eq!(changed.conversations, [stage.acme.conversation]);
    assert_eq!(stage.get(made.uuid).await.unwrap().version, 2);
    let audit = stage.audit("sale").await;
    let fields = audit[1].1.as_array().unwrap();
    let price = json!({"field": "total_price", "from": "1200.00", "to": "99.50"});
    assert!(fields.contains(&price), "{fields:?}");
    let notes = json!({"field": "custom_fields", "from": {"notes": "Priority"}, "to": {}});
    assert!(fields.contains(&notes), "{fields:?}");
    // The same again is no change.
    let again = update(&stage, made.uuid, patch, &Expected::Any).await.unwrap();
    assert_eq!((again.version, stage.audit("sale").await.len()), (2, 2));
    let refused = update(&stage, made.uuid, SalePatch::default(), &Expected::OneOf(vec![1])).await;
    assert!(
        matches!(refused, Err(Error::Stale { what: "Sale" })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_draft_becomes_a_sale_and_never_one_again() {
    let stage = Stage::new().await;
    let draft = NewSale {
        draft: true,
        ..NewSale::default()
    };
    let made = stage.create(draft).await.unwrap();
    let db = stage.reader(&stage.acme).await;
    let count = async |drafts| {
        let filter = SaleFilter {
            drafts,
            ..SaleFilter::default()
        };
        PgSales.list(&db, &filter, &ALL).await.unwrap().items.len()
    };
    assert_eq!(
        (count(Drafts::Exclude).await, count(Drafts::Include).await),
        (0, 1)
    );
    assert_eq!(count(Drafts::Only).await, 1);
    let set = |draft| SalePatch {
        draft,
        ..SalePatch::default()
    };
    let done = update(&stage, made.uuid, set(Patch::Set(false)), &Expected::Any)
        .await
        .unwrap();
    assert_eq!((done.draft, count(Drafts::Exclude).await), (false, 1));
    assert_eq!(
        invalid(update(&stage, made.uuid, set(Patch::Set(true)), &Expected::Any).await),
        "draft"
    );
    assert_eq!(
        invalid(update(&stage, made.uuid, set(Patch::Clear), &Expected::Any).await),
        "draft"
    );
}

#[tokio::test]
async fn a_deleted_sale_is_gone() {
    let stage = Stage::new().await;
    let made = stage.sale().await;
    let delete = async |expected: Expected| {
        stage
            .write(async |tx| PgSales.delete(tx, made.uuid, &expected).await)
            .await
    };
    let refused = delete(Expected::OneOf(vec![2])).await;
    assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
    delete(Expected::OneOf(vec![1])).await.unwrap();
    assert_eq!(missing(stage.get(made.uuid).await), "Sale");
    assert_eq!(missing(delete(Expected::Any).await), "Sale");
    assert_eq!(
        missing(update(&stage, made.uuid, SalePatch::default(), &Expected::Any).await),
        "Sale"
    );
    assert_eq!(
        missing(stage.change_status(made.uuid, Some("lost"), &Expected::Any).await),
        "Sale"
    );
    let db = stage.reader(&stage.acme).await;
    assert!(
        PgSales
            .list(&db, &SaleFilter::default(), &ALL)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(stage.audit("sale").await[1].0, "delete");
    assert_eq!(stage.events("sale").await[1].0, "sale.deleted");
}

#[tokio::test]
async fn a_deleted_company_leaves_its_sales() {
    let stage = Stage::new().await;
    let made = stage.create(full(&stage)).await.unwrap();
    let removal = CompanyRemoval::new([Arc::new(CompanySales) as _]);
    let deleted = stage.write(async |tx| removal.delete(tx, stage.acme.company).await);
    deleted.await.unwrap();
    let left = stage.get(made.uuid).await.unwrap();
    assert_eq!((left.company, left.version), (None, made.version + 1));
    let company = ids::opaque(stage.acme.company);
    let told = serde_json::json!([{"field": "company_id", "from": company, "to": null}]);
    assert_eq!(stage.audit("sale").await[1], ("update".to_owned(), told));
}

#[tokio::test]
async fn what_is_not_of_the_organization_is_named() {
    type Change = fn(&mut NewSale, &Stage);
    let stage = Stage::new().await;
    let changes: [(Change, &str); 7] = [
        (|new, stage| new.owner = Some(stage.other.agent), "owner_id"),
        (|new, stage| new.company = Some(stage.other.company), "company_id"),
        (
            |new, stage| new.contacts = vec![contact(stage.other.hal, None)],
            "associated_contacts[0].contact_id",
        ),
        (
            |new, stage| new.conversations = vec![stage.other.conversation],
            "associated_conversation_ids[0]",
        ),
        (
            |new, stage| new.conversations = vec![stage.acme.conversation; 2],
            "associated_conversation_ids[1]",
        ),
        (
            |new, _| new.custom_fields = Some(object(&json!([]))),
            "custom_fields",
        ),
        (
            |new, _| new.quote = quote("-1"),
            "quote_details.arguments.products[0].unit_price",
        ),
    ];
    for (change, field) in changes {
        let mut new = NewSale::default();
        change(&mut new, &stage);
        assert_eq!(invalid(stage.create(new).await), field);
    }
}

#[tokio::test]
async fn another_organization_sees_and_touches_nothing() {
    let stage = Stage::new().await;
    let ours = stage.sale().await;
    let db = stage.reader(&stage.other).await;
    assert_eq!(missing(PgSales.get(&db, ours.uuid).await), "Sale");
    let listed = PgSales.list(&db, &SaleFilter::default(), &ALL).await.unwrap();
    assert!(listed.items.is_empty());
    let touched = stage.write_as(&stage.other, async |tx| {
        PgSales.delete(tx, ours.uuid, &Expected::Any).await
    });
    assert_eq!(missing(touched.await), "Sale");
    assert_eq!(stage.audit("sale").await.len(), 1);
}
