//! The addresses by which a contact is found: kept as typed, matched in one normal form.

use crate::text;
use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use phonenumber::{Mode, country};
use rapport_platform::{Error, Result, Tx};
use rapport_schema::tables::organizations;

/// The longest e-mail address, in bytes (RFC 5321, 4.5.3.1.3, without the brackets).
const EMAIL: usize = 254;

/// The kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelType {
    /// A telephone number on `WhatsApp`.
    Whatsapp,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A telephone number that takes text messages.
    Sms,
    /// A name or id on Instagram.
    Instagram,
    /// An id on Messenger.
    Messenger,
    /// A name or id on Telegram.
    Telegram,
    /// An id on Viber.
    Viber,
    /// A visitor of a chat on a web site.
    Webchat,
}

impl ChannelType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Whatsapp,
        Self::Phone,
        Self::Email,
        Self::Sms,
        Self::Instagram,
        Self::Messenger,
        Self::Telegram,
        Self::Viber,
        Self::Webchat,
    ];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whatsapp => "WHATSAPP",
            Self::Phone => "PHONE",
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::Instagram => "INSTAGRAM",
            Self::Messenger => "MESSENGER",
            Self::Telegram => "TELEGRAM",
            Self::Viber => "VIBER",
            Self::Webchat => "WEBCHAT",
        }
    }

    /// The type of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The name of the field in which callers give such an address.
    pub fn field(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone_number",
            _ => "addresses",
        }
    }

    /// Whether its addresses are telephone numbers, which are matched by E.164.
    pub fn is_phone(self) -> bool {
        matches!(self, Self::Whatsapp | Self::Phone | Self::Sms)
    }
}

/// An address with its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its kind.
    pub channel_type: ChannelType,
    /// As it was typed.
    pub address: String,
    /// The form in which it is matched: an e-mail address in lower case, a telephone number in E.164, others as they are.
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
        let unread = || Error::invalid("phone_number", "is not a telephone number");
        if text.len() > text::NAME || text.chars().any(char::is_control) {
            return Err(unread());
        }
        let number = phonenumber::parse(region, text.trim()).map_err(|_| unread())?;
        Ok(Self {
            channel_type: ChannelType::Phone,
            address: text.trim().to_owned(),
            normalized: number.format().mode(Mode::E164).to_string(),
        })
    }

    /// As [`Address::phone`], with the organization's default region.
    pub async fn phone_of(tx: &Tx, text: &str) -> Result<Self> {
        Self::of(tx, ChannelType::Phone, text).await
    }

    /// An address of any kind. Telephone numbers without a country belong to the organization's default region.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none of its kind.
    pub async fn of(tx: &Tx, channel_type: ChannelType, text: &str) -> Result<Self> {
        let mut read = Self::of_all(tx, &[(channel_type, text.to_owned())]).await?;
        read.pop().unwrap_or_else(|| Err(Error::not_found("Address")))
    }

    /// As [`Address::of`], of many: each has an outcome of its own.
    ///
    /// # Errors
    /// When the database is out of reach.
    pub async fn of_all(tx: &Tx, addresses: &[(ChannelType, String)]) -> Result<Vec<Result<Self>>> {
        let national = addresses.iter().any(|(kind, text)| needs_region(*kind, text));
        let region = if national {
            Some(default_region(tx).await?)
        } else {
            None
        };
        let read = |(kind, text): &(ChannelType, String)| Self::read(*kind, text, region.as_deref());
        Ok(addresses.iter().map(read).collect())
    }

    /// An address of any kind; `region` as in [`Address::phone`].
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none of its kind.
    pub fn read(channel_type: ChannelType, text: &str, region: Option<&str>) -> Result<Self> {
        if channel_type == ChannelType::Email {
            return Self::email(text);
        }
        if channel_type.is_phone() {
            let phone = Self::phone(text, region)?;
            return Ok(Self {
                channel_type,
                ..phone
            });
        }
        let text = text::required(channel_type.field(), text.to_owned(), text::NAME)?;
        Ok(Self {
            channel_type,
            normalized: text.clone(),
            address: text,
        })
    }

    /// Whether both are the same address, however they are typed.
    pub fn is(&self, other: &Self) -> bool {
        (self.channel_type, &self.normalized) == (other.channel_type, &other.normalized)
    }
}

fn needs_region(channel_type: ChannelType, text: &str) -> bool {
    channel_type.is_phone() && !text.trim_start().starts_with('+')
}

async fn default_region(tx: &Tx) -> Result<String> {
    let region = organizations::table
        .find(tx.organization())
        .select(organizations::default_region);
    Ok(region.first(&mut tx.conn()).await?)
}

/// Whether `region` is an ISO 3166 region whose telephone numbers are known.
pub fn is_region(region: &str) -> bool {
    region.parse::<country::Id>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Address, ChannelType, is_region};

    #[test]
    fn each_channel_has_its_normal_form() {
        for (channel, text, normalized) in [
            (ChannelType::Whatsapp, " +56 9 1234 5678 ", "+56912345678"),
            (ChannelType::Sms, "+1 513 867-5309", "+15138675309"),
            (ChannelType::Email, "A@B.cl", "a@b.cl"),
            (ChannelType::Instagram, " Diana_P ", "Diana_P"),
            (ChannelType::Webchat, "visitor 7", "visitor 7"),
        ] {
            let address = Address::read(channel, text, None).unwrap();
            assert_eq!(
                (address.channel_type, address.normalized.as_str()),
                (channel, normalized)
            );
        }
        for channel in ChannelType::ALL {
            assert!(Address::read(channel, " ", None).is_err(), "{}", channel.name());
            assert_eq!(ChannelType::of(channel.name()), Some(channel));
        }
    }

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
