//! What contacts can be filtered and sorted by.

use crate::address::Address;
use crate::custom_fields::EntityType;
use crate::query::{Field, Forms, List, Relation};
use rapport_schema::tables::{contact_addresses, contacts};

static ADDRESSES: Relation = Relation {
    table: &contact_addresses::table,
    organization: &contact_addresses::organization_id,
    owner: &contact_addresses::contact_id,
};

static FORMS: Forms = Forms {
    normal: &contact_addresses::normalized,
    typed: &contact_addresses::address,
    normalize,
};

/// The fields of contacts.
pub static CONTACTS: List = List {
    table: &contacts::table,
    organization: &contacts::organization_id,
    id: &contacts::id,
    created_at: &contacts::created_at,
    gone: Some(&contacts::deleted_at),
    fields: &[
        Field::own("id", &contacts::id),
        Field::own("name", &contacts::name),
        Field::own("email", &contacts::email),
        Field::own("phone", &contacts::phone_number),
        Field::own("contactCompanyId", &contacts::company_id),
        Field::own("companyPosition", &contacts::company_role),
        Field::own("createdAt", &contacts::created_at),
        Field::own("updatedAt", &contacts::updated_at),
        Field::matched("addresses.address", &ADDRESSES, &FORMS),
        Field::related(
            "addresses.channelType",
            &ADDRESSES,
            &contact_addresses::channel_type,
        ),
    ],
    texts: &["name", "addresses.address"],
    custom: Some(EntityType::Contact),
};

/// The forms in which an address may be kept: in lower case, and an international telephone number in E.164.
fn normalize(address: &str) -> Vec<String> {
    let phone = Address::phone(address, None).ok().map(|phone| phone.normalized);
    let plain = address.trim().to_lowercase();
    phone
        .into_iter()
        .filter(|phone| *phone != plain)
        .chain([plain.clone()])
        .collect()
}
