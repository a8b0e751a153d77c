//! What the audit log and the event log say of sales.

use super::{Sale, SaleContact};
use rapport_crm_core::audit::Changes;
use rapport_platform::events::Event;
use rapport_platform::{Json, RawJson, Result, ids};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) const RECORD: &str = "sale";

/// The fields in which the sale differs: all of them for one that is made or deleted.
pub(super) fn changes(old: Option<&Sale>, new: Option<&Sale>) -> Changes {
    let owner = |sale: Option<&Sale>| sale.and_then(|sale| sale.owner).map(ids::opaque);
    let company = |sale: Option<&Sale>| sale.and_then(|sale| sale.company).map(ids::opaque);
    let people = |sale: Option<&Sale>| sale.map(|sale| contacts(&sale.contacts));
    let price = |sale: Option<&Sale>| sale.map(|sale| sale.quote.total_price.to_plain_string());
    Changes::new()
        .field("status", &old.map(label), &new.map(label))
        .field("draft", &old.map(|sale| sale.draft), &new.map(|sale| sale.draft))
        .field("owner_id", &owner(old), &owner(new))
        .field("company_id", &company(old), &company(new))
        .field("associated_contacts", &people(old), &people(new))
        .field(
            "associated_conversation_ids",
            &old.map(conversations),
            &new.map(conversations),
        )
        .field("currency", &old.map(currency), &new.map(currency))
        .field("total_price", &price(old), &price(new))
        .field("products", &old.map(products), &new.map(products))
        .field("agent_overrides", &overrides(old), &overrides(new))
        .field(
            "custom_fields",
            &old.map(|sale| &sale.custom_fields),
            &new.map(|sale| &sale.custom_fields),
        )
}

/// An event that says what the sale is now.
pub(super) fn event(kind: &'static str, sale: &Sale) -> Result<Event> {
    let payload = json!({
        "draft": sale.draft,
        "owner_id": sale.owner.map(ids::opaque),
        "label": label(sale),
        "status": sale.status.status,
        "currency": currency(sale),
        "total_price": sale.quote.total_price.to_plain_string(),
        "version": sale.version,
    });
    Ok(Event {
        payload: RawJson::of(&payload)?,
        ..Event::new(kind, RECORD, sale.uuid)
    })
}

fn label(sale: &Sale) -> &str {
    &sale.status.label
}

fn currency(sale: &Sale) -> &str {
    &sale.quote.currency
}

pub(super) fn contacts(all: &[SaleContact]) -> Vec<Value> {
    let contact =
        |one: &SaleContact| json!({"contact_id": ids::opaque(one.contact), "is_primary": one.is_primary});
    all.iter().map(contact).collect()
}

fn conversations(sale: &Sale) -> Vec<String> {
    let opaque = |uuid: &Uuid| ids::opaque(*uuid);
    sale.conversations.iter().map(opaque).collect()
}

fn products(sale: &Sale) -> Option<Json> {
    sale.quote.arguments.tree().member("products").cloned()
}

fn overrides(sale: Option<&Sale>) -> Option<&RawJson> {
    sale.and_then(|sale| sale.quote.agent_overrides.as_ref())
}
