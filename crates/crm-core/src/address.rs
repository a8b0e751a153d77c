//! The addresses by which a contact is found: kept as typed, matched in one normal form.

use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use phonenumber::{Mode, country};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::organizations;

/// The longest e-mail address, in bytes (RFC 5321, 4.5.3.1.3, without the brackets).
const EMAIL: usize = 254;

/// The kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelType {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

impl ChannelType {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
        }
    }

    /// The name of the field in which callers give such an address.
    pub fn field(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone_number",
        }
    }
}

/// An address with its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its kind.
    pub channel_type: ChannelType,
    /// As it was typed.
    pub address: String,
    /// The form in which it is matched: lower case, or E.164.
    pub normalized: String,
}

impl Address {
    /// An e-mail address, matched in lower case.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it has no local part, no domain, spaces, or more than 254 bytes.
    pub fn email(text: &str) -> Result<Self> {
        let text = text.trim();
        let parts = text.rsplit_once('@');
        let sound = parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && text.len() <= EMAIL
            && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if !sound {
            return Err(Error::invalid("email", "is not an e-mail address"));
        }
        Ok(Self {
            channel_type: ChannelType::Email,
            address: text.to_owned(),
            normalized: text.to_lowercase(),
        })
    }

    /// A telephone number, matched by E.164. `region` is where national numbers belong, in ISO 3166.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not a number that could be dialled.
    pub fn phone(text: &str, region: Option<&str>) -> Result<Self> {
        let region = region.and_then(|code| code.parse::<country::Id>().ok());
        let number = phonenumber::parse(region, text.trim())
            .map_err(|_| Error::invalid("phone_number", "is not a telephone number"))?;
        Ok(Self {
            channel_type: ChannelType::Phone,
            address: text.trim().to_owned(),
            normalized: number.format().mode(Mode::E164).to_string(),
        })
    }

    /// As [`Address::phone`], with the organization's default region.
    pub async fn phone_of(tx: &Tx, text: &str) -> Result<Self> {
        if text.trim_start().starts_with('+') {
            return Self::phone(text, None);
        }
        Self::phone(text, Some(&region(tx).await?))
    }
}

async fn region(tx: &Tx) -> Result<String> {
    let region = organizations::table
        .find(tx.organization())
        .select(organizations::default_region);
    Ok(region.first(&mut tx.conn()).await?)
}

/// Those of these telephone numbers, as typed, that are one of these addresses.
///
/// # Errors
/// When the database cannot be asked for the organization's default region.
pub async fn spellings(tx: &Tx, numbers: Vec<String>, addresses: &[Address]) -> Result<Vec<String>> {
    let region = region(tx).await?;
    let meant = |number: &String| {
        let number = Address::phone(number, Some(&region));
        number.is_ok_and(|number| addresses.iter().any(|one| one.normalized == number.normalized))
    };
    Ok(numbers.into_iter().filter(meant).collect())
}

/// Whether `region` is an ISO 3166 region whose telephone numbers are known.
pub fn is_region(region: &str) -> bool {
    region.parse::<country::Id>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Address, is_region};

    #[test]
    fn an_email_address_is_kept_as_typed_and_matched_in_lower_case() {
        let address = Address::email(" Diana.Prince@Example.COM ").unwrap();
        assert_eq!(address.address, "Diana.Prince@Example.COM");
        assert_eq!(address.normalized, "diana.prince@example.com");
    }

    #[test]
    fn what_is_no_email_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(243));
        for text in [
            "",
            "diana",
            "@example.com",
            "diana@",
            "diana prince@example.com",
            &long,
        ] {
            assert!(Address::email(text).is_err(), "{text}");
        }
        assert!(Address::email(&long[1..]).is_ok());
    }

    #[test]
    fn a_phone_number_has_one_normal_form_however_it_is_typed() {
        for text in [
            "513-867-5309",
            "(513) 867 5309",
            "+1 513 867-5309",
            "+15138675309",
        ] {
            let address = Address::phone(text, Some("US")).unwrap();
            assert_eq!(address.normalized, "+15138675309", "{text}");
            assert_eq!(address.address, text);
        }
    }

    #[test]
    fn a_national_number_belongs_to_the_region() {
        let number = |region| Address::phone("030 901820", Some(region)).unwrap().normalized;
        assert_eq!(number("DE"), "+4930901820");
        assert_ne!(number("US"), number("DE"));
    }

    #[test]
    fn what_is_no_phone_number_is_refused() {
        assert!(Address::phone("513-867-5309", None).is_err(), "no region");
        assert!(Address::phone("call me", Some("US")).is_err());
        assert!(Address::phone("", Some("US")).is_err());
    }

    #[test]
    fn regions_are_those_with_telephone_numbers() {
        assert!(is_region("US"));
        assert!(!is_region("us"));
        assert!(!is_region("ZZ"));
    }
}
