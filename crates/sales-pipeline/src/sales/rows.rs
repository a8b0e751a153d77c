//! The rows behind sales.

use super::{Sale, SaleContact, StatusChange};
use crate::quote::{Quote, minor_units};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use rapport_platform::{Position, RawJson};
use rapport_schema::tables::{agents, companies, sales};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sales)]
pub(super) struct SaleRow {
    pub id: i64,
    uuid: Uuid,
    draft: bool,
    #[diesel(select_expression = agents::uuid.nullable())]
    owner: Option<Uuid>,
    #[diesel(select_expression = companies::uuid.nullable())]
    company: Option<Uuid>,
    currency: String,
    quote_arguments: RawJson,
    agent_overrides: Option<RawJson>,
    total_price: BigDecimal,
    custom_fields: RawJson,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_activity_at: DateTime<Utc>,
}

impl SaleRow {
    pub(super) fn position(&self) -> Position {
        Position {
            at: self.created_at,
            id: self.id,
        }
    }

    /// The sale of which this row is part.
    pub(super) fn into_sale(
        self,
        contacts: Vec<SaleContact>,
        conversations: Vec<Uuid>,
        history: Vec<StatusChange>,
        status: StatusChange,
    ) -> Sale {
        // PostgreSQL's nothing has no decimals.
        let scale = minor_units(&self.currency).unwrap_or(self.total_price.fractional_digit_count());
        Sale {
            id: self.id,
            uuid: self.uuid,
            draft: self.draft,
            owner: self.owner,
            company: self.company,
            contacts,
            conversations,
            quote: Quote {
                currency: self.currency,
                total_price: self.total_price.with_scale(scale),
                arguments: self.quote_arguments,
                agent_overrides: self.agent_overrides,
            },
            custom_fields: self.custom_fields,
            status,
            history,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            last_activity_at: self.last_activity_at,
        }
    }
}

/// The sales of the organization that are not deleted, with their owners and companies.
#[auto_type]
pub(super) fn visible(organization: i64) -> _ {
    let owner = agents::organization_id
        .eq(sales::organization_id)
        .and(agents::id.nullable().eq(sales::owner_id));
    let company = companies::organization_id
        .eq(sales::organization_id)
        .and(companies::id.nullable().eq(sales::company_id));
    sales::table
        .left_join(agents::table.on(owner))
        .left_join(companies::table.on(company))
        .filter(sales::organization_id.eq(organization))
        .filter(sales::deleted_at.is_null())
}

/// What a change needs to know of a sale that it holds.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sales)]
pub(super) struct Held {
    pub id: i64,
    pub draft: bool,
    pub stage_id: i64,
    pub version: i64,
    pub last_activity_at: DateTime<Utc>,
}

/// The columns of a quote.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = sales, treat_none_as_null = true)]
pub(super) struct QuoteValues {
    currency: String,
    quote_arguments: RawJson,
    agent_overrides: Option<RawJson>,
    total_price: BigDecimal,
}

impl From<Quote> for QuoteValues {
    fn from(quote: Quote) -> Self {
        Self {
            currency: quote.currency,
            quote_arguments: quote.arguments,
            agent_overrides: quote.agent_overrides,
            total_price: quote.total_price,
        }
    }
}
