//! What the values of an organization must be.

use super::NewOrganization;
use super::rows::OrganizationValues;
use crate::address::{self, Address};
use crate::{domain, text};
use chrono_tz::Tz;
use iso_currency::Currency;
use rapport_platform::{Error, RawJson, Result};

const REGION: &str = "US";
/// How many own addresses there may be; each is compared with those of every mail that comes in.
const ADDRESSES: usize = 100;

pub(super) fn check(new: NewOrganization) -> Result<OrganizationValues> {
    Ok(OrganizationValues {
        name: text::required("name", new.name, text::NAME)?,
        default_region: region(new.default_region)?,
        email_addresses: own_addresses(&new.email_addresses)?,
        time_zone: time_zone(new.time_zone)?,
        business_hours: RawJson::of(&new.business_hours.unwrap_or_default())?,
        currency: currency(new.currency)?,
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

fn time_zone(text: Option<String>) -> Result<String> {
    let text = text::optional("time_zone", text, text::NAME)?;
    match text.map_or(Ok(Tz::UTC), |text| text.parse::<Tz>()) {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => Err(Error::invalid(
            "time_zone",
            "is not an IANA time zone such as Europe/Berlin",
        )),
    }
}

fn currency(text: Option<String>) -> Result<String> {
    let text = text::optional("currency", text, text::NAME)?;
    match text.map_or(Some(Currency::USD), |text| {
        Currency::from_code(&text.to_uppercase())
    }) {
        Some(currency) => Ok(currency.code().to_owned()),
        None => Err(Error::invalid(
            "currency",
            "is not an ISO 4217 currency such as EUR",
        )),
    }
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
        assert_eq!(
            (values.time_zone.as_str(), values.currency.as_str()),
            ("UTC", "USD")
        );
        assert!(
            values
                .business_hours
                .get()
                .contains(r#""monday":[{"start":"09:00","end":"17:00"}]"#)
        );
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
    fn a_time_zone_must_exist() {
        let of = |zone: &str| NewOrganization {
            time_zone: Some(zone.to_owned()),
            ..acme()
        };
        assert_eq!(check(of(" Europe/Berlin ")).unwrap().time_zone, "Europe/Berlin");
        assert_eq!(refused_field(of("CEST")), "time_zone");
        assert_eq!(refused_field(of("+02:00")), "time_zone");
    }

    #[test]
    fn a_currency_must_exist() {
        let of = |currency: &str| NewOrganization {
            currency: Some(currency.to_owned()),
            ..acme()
        };
        assert_eq!(check(of("eur")).unwrap().currency, "EUR");
        assert_eq!(refused_field(of("Euro")), "currency");
        assert_eq!(refused_field(of("ZZZ")), "currency");
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
