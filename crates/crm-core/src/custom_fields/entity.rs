//! What has custom fields.

/// A kind of record with custom fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityType {
    /// Contacts.
    Contact,
    /// Companies.
    Company,
    /// Conversations in a funnel.
    FunnelConversation,
    /// Sessions of such a conversation on one channel.
    FunnelChannelSession,
    /// Products.
    Product,
}

/// The table of a kind of record. It has `organization_id`, `id`, `uuid`, `custom_fields`, `created_at`, `updated_at`.
pub(super) struct Table {
    pub name: &'static str,
    /// What is true of the records that are not deleted.
    pub live: &'static str,
    /// What the audit log calls such a record.
    pub record: &'static str,
}

impl EntityType {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Contact,
        Self::Company,
        Self::FunnelConversation,
        Self::FunnelChannelSession,
        Self::Product,
    ];

    /// The name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "CONTACT",
            Self::Company => "COMPANY",
            Self::FunnelConversation => "FUNNEL_CONVERSATION",
            Self::FunnelChannelSession => "FUNNEL_CHANNEL_SESSION",
            Self::Product => "PRODUCT",
        }
    }

    /// The type of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The table of its records; `None` while none of them can be stored.
    pub(super) fn table(self) -> Option<Table> {
        let table = |name, live, record| Some(Table { name, live, record });
        match self {
            Self::Contact => table("contacts", "deleted_at IS NULL", "contact"),
            Self::Company => table("companies", "TRUE", "company"),
            Self::FunnelConversation => table("conversations", "funnel_id IS NOT NULL", "conversation"),
            Self::FunnelChannelSession | Self::Product => None,
        }
    }
}
