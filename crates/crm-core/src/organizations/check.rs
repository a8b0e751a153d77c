//! What the values of an organization must be.

use super::NewOrganization;
use super::rows::OrganizationValues;
use crate::address::{self, Address};
use crate::{domain, text};
use rapport_platform::{Error, Result};

const REGION: &str = "US";
/// How many own addresses there may be; each is compared with those of every mail that comes in.
const ADDRESSES: usize = 100;

pub(super) fn check(new: NewOrganization) -> Result<OrganizationValues> {
    Ok(OrganizationValues {
        name: text::required("name", new.name, text::NAME)?,
        default_region: region(new.default_region)?,
        email_addresses: own_addresses(&new.email_addresses)?,
    })
}

fn region(text: Option<String>) -> Result<String> {
    let Some(text) = text::optional("default_region", text, text::NAME)? else {
        return Ok(REGION.to_owned());
    };
    let region = text.to_uppercase();
    if address::is_region(&region) {
        return Ok(region);
    }
    Err(Error::invalid(
        "default_region",
        "is not an ISO 3166 region such as US",
    ))
}

/// In lower case, each once, in the order given.
fn own_addresses(texts: &[String]) -> Result<Vec<String>> {
    const FIELD: &str = "email_addresses";
    if texts.len() > ADDRESSES {
        return Err(Error::invalid(
            FIELD,
            format!("must have at most {ADDRESSES} entries"),
        ));
    }
    let mut addresses = Vec::with_capacity(texts.len());
    for text in texts {
        let address = own_address(text.trim())
            .ok_or_else(|| Error::invalid(FIELD, "must be e-mail addresses, or @ and a domain"))?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn own_address(text: &str) -> Option<String> {
    match text.strip_prefix('@') {
        None => Some(Address::email(text).ok()?.normalized),
        Some(domain) => Some(format!("@{}", domain::normalize(domain)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::{NewOrganization, check};
    use rapport_platform::Error;

    fn acme() -> NewOrganization {
        NewOrganization {
            name: " Acme Roofing ".to_owned(),
            ..NewOrganization::default()
        }
    }

    fn refused_field(new: NewOrganization) -> String {
        match check(new).err() {
            Some(Error::Invalid { field, .. }) => field.into_owned(),
            other => panic!("not refused as invalid: {other:?}"),
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let values = check(acme()).unwrap();
        assert_eq!(values.name, "Acme Roofing");
        assert_eq!(values.default_region, "US");
        assert!(values.email_addresses.is_empty());
    }

    #[test]
    fn a_region_must_exist() {
        let of = |region: &str| NewOrganization {
            default_region: Some(region.to_owned()),
            ..acme()
        };
        assert_eq!(check(of("de")).unwrap().default_region, "DE");
        assert_eq!(refused_field(of("Europe")), "default_region");
        assert_eq!(refused_field(of("ZZ")), "default_region");
    }

    #[test]
    fn own_addresses_are_matched_in_lower_case() {
        let of = |texts: &[&str]| NewOrganization {
            email_addresses: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..acme()
        };
        let values = check(of(&["Sales@Acme.example", "@Acme.Example", "sales@acme.example"])).unwrap();
        assert_eq!(values.email_addresses, ["sales@acme.example", "@acme.example"]);
        assert_eq!(refused_field(of(&["acme.example"])), "email_addresses");
        assert_eq!(refused_field(of(&["@localhost"])), "email_addresses");
        assert_eq!(refused_field(of(&["sales@acme.example"; 101])), "email_addresses");
    }
}
