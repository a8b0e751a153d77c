//! Which addresses a contact has after a change.
//!
//! A contact shows one e-mail address and one telephone number, the first of its `EMAIL` and `PHONE` addresses. It may
//! have more, of these and of other channels. A change says what it shows, or all addresses, or both:
//!
//! - What it shows is set: it takes the place of what was shown, which is given up.
//! - What it shows is cleared: that is given up, and the next one of its kind is shown, if there is one.
//! - All are said: it has these, and what is set besides, which comes first.

use super::{Contact, ContactAddress};
use crate::address::{Address, ChannelType};
use rapport_platform::{Error, Patch, Result, Tx};

/// A change of addresses, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Readdress {
    pub email: Patch<String>,
    pub phone: Patch<String>,
    /// All of them; cleared it has none.
    pub all: Patch<Vec<(ChannelType, String)>>,
}

impl Readdress {
    /// Whether everything stays as it is.
    pub fn is_keep(&self) -> bool {
        self.email.is_keep() && self.phone.is_keep() && self.all.is_keep()
    }

    /// The addresses after the change of a contact that has `current` ones, what it shows first.
    ///
    /// # Errors
    /// `Invalid` naming the address that is none.
    pub async fn apply(self, tx: &Tx, current: &[ContactAddress]) -> Result<Vec<Address>> {
        let replaced = !self.all.is_keep();
        let mut wanted = match self.all {
            Patch::Keep => current.iter().map(|one| one.address.clone()).collect(),
            all => read(tx, &all.set().unwrap_or_default()).await?,
        };
        // The number first, so that the e-mail address comes to stand before it.
        for (kind, said) in [(ChannelType::Phone, self.phone), (ChannelType::Email, self.email)] {
            let said = match said {
                Patch::Keep => continue,
                // An empty text says that there is none.
                said => said.set().filter(|text| !text.trim().is_empty()),
            };
            let said = match said {
                Some(text) => Some(Address::of(tx, kind, &text).await?),
                None => None,
            };
            show(&mut wanted, kind, said, replaced);
        }
        Ok(wanted)
    }
}

/// Makes `said`, or nothing, what is shown of its kind. What was shown is given up, unless all were `replaced`.
fn show(wanted: &mut Vec<Address>, kind: ChannelType, said: Option<Address>, replaced: bool) {
    let shown = wanted.iter().position(|one| one.channel_type == kind);
    if let Some(shown) = shown.filter(|_| !replaced) {
        wanted.remove(shown);
    }
    if let Some(said) = said {
        wanted.retain(|one| !one.is(&said));
        wanted.insert(shown.unwrap_or_default().min(wanted.len()), said);
    }
}

/// Each address once, where it stands first.
async fn read(tx: &Tx, typed: &[(ChannelType, String)]) -> Result<Vec<Address>> {
    let mut wanted: Vec<Address> = Vec::with_capacity(typed.len());
    for (index, address) in Address::of_all(tx, typed).await?.into_iter().enumerate() {
        let address = address.map_err(|error| match error {
            Error::Invalid { message, .. } => Error::invalid(format!("addresses[{index}].address"), message),
            other => other,
        })?;
        if !wanted.iter().any(|one| one.is(&address)) {
            wanted.push(address);
        }
    }
    Ok(wanted)
}

/// The first address of a kind, as typed.
pub(super) fn first(addresses: &[Address], kind: ChannelType) -> Option<String> {
    let mut of_kind = addresses.iter().filter(|one| one.channel_type == kind);
    of_kind.next().map(|one| one.address.clone())
}

/// Puts the addresses in the order of their ids, but what the contact shows before others of its kind.
pub(super) fn shown_first(contact: &Contact, addresses: &mut [ContactAddress]) {
    addresses.sort_by_key(|one| one.id);
    for (kind, shown) in [
        (ChannelType::Email, &contact.email),
        (ChannelType::Phone, &contact.phone_number),
    ] {
        let of_kind = |one: &ContactAddress| one.address.channel_type == kind;
        let is_shown = |one: &ContactAddress| of_kind(one) && Some(&one.address.address) == shown.as_ref();
        let first = addresses.iter().position(of_kind);
        if let (Some(first), Some(shown)) = (first, addresses.iter().position(is_shown)) {
            addresses.swap(first, shown);
        }
    }
}
