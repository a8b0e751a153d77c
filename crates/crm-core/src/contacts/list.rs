//! What contacts can be filtered and sorted by.

use crate::address::Address;
use crate::custom_fields::EntityType;
use crate::query::{Field, Filter, Forms, List, Operator, Relation, Search, Sql};
use rapport_schema::tables::{contact_addresses, contacts};

static ADDRESSES: Relation = addresses(None);
static EMAILS: Relation = addresses(Some((&contact_addresses::channel_type, "EMAIL")));
static PHONES: Relation = addresses(Some((&contact_addresses::channel_type, "PHONE")));

const fn addresses(only: Option<(&'static dyn Sql, &'static str)>) -> Relation {
    Relation {
        table: &contact_addresses::table,
        organization: &contact_addresses::organization_id,
        owner: &contact_addresses::contact_id,
        only,
    }
}

static FORMS: Forms = Forms {
    normal: &contact_addresses::normalized,
    typed: &contact_addresses::address,
    normalize,
};

/// The fields of contacts. A contact is found by all its addresses of a kind, and sorted by the one that it shows.
pub static CONTACTS: List = List {
    table: &contacts::table,
    organization: &contacts::organization_id,
    id: &contacts::id,
    created_at: &contacts::created_at,
    gone: Some(&contacts::deleted_at),
    fields: &[
        Field::own("id", &contacts::id),
        Field::own("name", &contacts::name),
        Field::own("firstName", &contacts::first_name),
        Field::own("lastName", &contacts::last_name),
        Field::own("nationalId", &contacts::national_id),
        Field::own("providerId", &contacts::provider_id),
        Field::own("providerName", &contacts::provider_name),
        Field::own("userId", &contacts::agent_id),
        Field::own("contactCompanyId", &contacts::company_id),
        Field::own("companyPosition", &contacts::company_role),
        Field::own("createdAt", &contacts::created_at),
        Field::own("updatedAt", &contacts::updated_at),
        Field::own("archivedAt", &contacts::archived_at),
        Field::matched("email", &EMAILS, &FORMS).sorted_by(&contacts::email),
        Field::matched("phone", &PHONES, &FORMS).sorted_by(&contacts::phone_number),
        Field::matched("addresses.address", &ADDRESSES, &FORMS),
        Field::related(
            "addresses.channelType",
            &ADDRESSES,
            &contact_addresses::channel_type,
        ),
        Field::related("addresses.id", &ADDRESSES, &contact_addresses::id),
    ],
    texts: &["name", "addresses.address"],
    custom: Some(EntityType::Contact),
};

/// The forms in which an address may be kept: as it is, in lower case, and an international telephone number in E.164.
fn normalize(address: &str) -> Vec<String> {
    let phone = Address::phone(address, None).ok().map(|phone| phone.normalized);
    let plain = address.trim().to_owned();
    let mut forms: Vec<_> = phone.into_iter().chain([plain.to_lowercase(), plain]).collect();
    forms.dedup();
    forms
}

/// Whether a search names contacts by what few of them share and an index knows, so that it is as quick as a point read.
pub fn is_lookup(search: &Search) -> bool {
    const KNOWN: [&str; 6] = [
        "id",
        "addresses.address",
        "email",
        "phone",
        "nationalId",
        "providerId",
    ];
    let alone = |place: usize| search.filters.get(place + 1).is_none_or(|next| !next.or);
    let known = |filter: &Filter| {
        KNOWN.contains(&filter.field.as_str()) && matches!(filter.operator, Operator::Eq | Operator::In)
    };
    let mut filters = search.filters.iter().enumerate();
    search.text.is_none() && filters.any(|(place, one)| known(one) && !one.or && alone(place))
}
