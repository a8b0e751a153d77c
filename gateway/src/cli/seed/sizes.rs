//! How much is made.

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;

/// How many of each, over all organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args, Serialize)]
pub struct Sizes {
    /// How many organizations to make; what follows is spread evenly over them
    #[arg(long, default_value = "1", value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub organizations: u64,
    /// How many contacts in all
    #[arg(long, default_value = "1000", value_name = "NUMBER")]
    pub contacts: u64,
    /// How many conversations in all
    #[arg(long, default_value = "2000", value_name = "NUMBER")]
    pub conversations: u64,
    /// How many messages in all
    #[arg(long, default_value = "20000", value_name = "NUMBER")]
    pub messages: u64,
}

/// So much data that an id or a time could overflow is no test of anything.
const MOST: u64 = 10_000_000_000;

impl Sizes {
    /// Checks that every message finds a conversation and every conversation a contact.
    ///
    /// # Errors
    /// When not, naming the option.
    pub fn check(&self) -> Result<()> {
        let Self {
            organizations,
            contacts,
            conversations,
            messages,
        } = *self;
        for (option, size) in [
            ("contacts", contacts),
            ("conversations", conversations),
            ("messages", messages),
        ] {
            if size > MOST {
                bail!("--{option}: must be at most {MOST}");
            }
        }
        if messages < conversations {
            bail!(
                "--messages: must be at least {conversations}, as each of the --conversations has a message"
            );
        }
        if messages > 0 && conversations < organizations {
            bail!(
                "--conversations: must be at least {organizations}, one for each of the --organizations, as \
                 messages need conversations"
            );
        }
        if conversations > 0 && contacts < organizations {
            bail!(
                "--contacts: must be at least {organizations}, one for each of the --organizations, as \
                 conversations need contacts"
            );
        }
        Ok(())
    }

    /// How many rows that is.
    pub fn rows(&self) -> u64 {
        self.contacts + self.conversations + self.messages
    }

    /// The share of the organization of this number.
    pub fn share(&self, organization: u64) -> Self {
        let part =
            |total: u64| total / self.organizations + u64::from(organization < total % self.organizations);
        Self {
            organizations: 1,
            contacts: part(self.contacts),
            conversations: part(self.conversations),
            messages: part(self.messages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sizes;

    fn sizes(organizations: u64, contacts: u64, conversations: u64, messages: u64) -> Sizes {
        Sizes {
            organizations,
            contacts,
            conversations,
            messages,
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_the_name_of_the_option() {
        for (sizes, option) in [
            (sizes(1, 10, 10, 9), "--messages"),
            (sizes(2, 10, 1, 10), "--conversations"),
            (sizes(1, 10, 0, 1), "--conversations"),
            (sizes(3, 2, 3, 3), "--contacts"),
            (sizes(1, u64::MAX, 1, 1), "--contacts"),
        ] {
            let refusal = sizes.check().unwrap_err().to_string();
            assert!(refusal.starts_with(option), "{refusal}");
        }
    }

    #[test]
    fn shares_sum_up_and_each_can_be_made() {
        for whole in [
            sizes(3, 4, 7, 8),
            sizes(4, 4, 4, 4),
            sizes(7, 100, 50, 1_000),
            sizes(1, 0, 0, 0),
        ] {
            whole.check().unwrap();
            let shares: Vec<_> = (0..whole.organizations)
                .map(|number| whole.share(number))
                .collect();
            assert!(shares.iter().all(|share| share.check().is_ok()));
            assert_eq!(
                shares.iter().map(|share| share.contacts).sum::<u64>(),
                whole.contacts
            );
            assert_eq!(
                shares.iter().map(|share| share.conversations).sum::<u64>(),
                whole.conversations
            );
            assert_eq!(
                shares.iter().map(|share| share.messages).sum::<u64>(),
                whole.messages
            );
        }
    }
}
