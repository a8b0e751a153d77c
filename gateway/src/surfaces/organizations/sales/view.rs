//! Sales as they are shown.

use super::super::time;
use chrono::{DateTime, Utc};
use rapport_platform::{RawJson, ids};
use rapport_sales_pipeline::quote::Quote;
use rapport_sales_pipeline::sales::{Sale, SaleContact, StatusChange};
use serde::Serialize;
use utoipa::ToSchema;

/// What may be sold to whom, for how much, and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfJ")]
    sale_id: String,
    /// The conversations about it.
    #[schema(example = json!(["HR_id_0001sTvKHLu1nfyQT7mTfH"]))]
    associated_conversation_ids: Vec<String>,
    /// The company that buys.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: Option<String>,
    /// The agent whose sale it is.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    owner_id: Option<String>,
    /// If there are any, exactly one is the primary one.
    associated_contacts: Vec<SaleContactView>,
    quote_details: QuoteView,
    /// The organization's own fields.
    #[schema(value_type = HashMap<String, Value>, example = json!({"notes": "Wants slate"}))]
    custom_fields: RawJson,
    /// The last of `status_history`.
    current_status: StatusView,
    /// The stages it has reached, oldest first, with what they were called then.
    status_history: Vec<StatusView>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T01:28:41.829924Z")]
    created_at: DateTime<Utc>,
    /// When its status last changed.
    #[serde(with = "time")]
    #[schema(example = "2026-03-13T01:28:41.829924Z")]
    last_activity_at: DateTime<Utc>,
}

/// A contact of a sale.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleContactView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    contact_id: String,
    /// Whether it is the one to talk to.
    #[schema(example = true)]
    is_primary: bool,
}

/// That a sale reached a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// What the stage was called then.
    #[schema(example = "Quoted")]
    label: String,
    /// By what programs know the stage.
    #[schema(example = "quote_sent")]
    status: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-13T01:28:41.829924Z")]
    changed_at: DateTime<Utc>,
}

/// What is offered, and what it costs.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteView {
    output: QuoteOutputView,
    #[schema(value_type = QuoteArgumentsView)]
    arguments: RawJson,
    /// What agents changed in the products; absent when they changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = QuoteOverridesView, required = false)]
    agent_overrides: Option<RawJson>,
}

/// What is computed from the products.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteOutputView {
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: String,
    /// The sum of the lines, exact, with the minor units of the currency. A line is `quantity × unit_price × (1 −
    /// discount_percent / 100) × (1 + tax_rate / 100)`, rounded once, half to even.
    #[schema(example = "1200.00")]
    total_price: String,
}

/// What the quote is computed from.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes JSON that passes from the database to the wire"
)]
pub struct QuoteArgumentsView {
    products: Vec<ProductView>,
}

/// A line of a quote.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes JSON that passes from the database to the wire"
)]
pub struct ProductView {
    #[schema(example = 1)]
    quantity: f64,
    /// The price of one, a decimal.
    #[schema(example = "1200.00")]
    unit_price: String,
    #[schema(example = "Metal roof")]
    product_name: String,
    /// A decimal; absent when none was given.
    #[schema(example = "12.5", extensions(("x-optional" = json!(true))))]
    discount_percent: String,
    /// A percentage, a decimal; absent when none was given.
    #[schema(example = "8.875", extensions(("x-optional" = json!(true))))]
    tax_rate: String,
}

/// What agents changed in the products.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes JSON that passes from the database to the wire"
)]
pub struct QuoteOverridesView {
    products: Vec<ProductOverrideView>,
}

/// What an agent changed in a line: these values enter the computation instead of the product's own.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes JSON that passes from the database to the wire"
)]
pub struct ProductOverrideView {
    /// Which line, from 0 on.
    #[schema(example = 0)]
    product_index: u32,
    /// Absent when the price was left.
    #[schema(example = "1100.00", extensions(("x-optional" = json!(true))))]
    unit_price: String,
    /// Absent when the discount was left.
    #[schema(example = "5", extensions(("x-optional" = json!(true))))]
    discount_percent: String,
    /// Absent when none was given.
    #[schema(example = "Loyal customer", extensions(("x-optional" = json!(true))))]
    reason: String,
}

impl From<Sale> for SaleView {
    fn from(sale: Sale) -> Self {
        Self {
            sale_id: ids::opaque(sale.uuid),
            associated_conversation_ids: sale.conversations.into_iter().map(ids::opaque).collect(),
            company_id: sale.company.map(ids::opaque),
            owner_id: sale.owner.map(ids::opaque),
            associated_contacts: sale.contacts.into_iter().map(SaleContactView::from).collect(),
            quote_details: sale.quote.into(),
            custom_fields: sale.custom_fields,
            current_status: sale.status.into(),
            status_history: sale.history.into_iter().map(StatusView::from).collect(),
            created_at: sale.created_at,
            last_activity_at: sale.last_activity_at,
        }
    }
}

impl From<SaleContact> for SaleContactView {
    fn from(contact: SaleContact) -> Self {
        Self {
            contact_id: ids::opaque(contact.contact),
            is_primary: contact.is_primary,
        }
    }
}

impl From<StatusChange> for StatusView {
    fn from(change: StatusChange) -> Self {
        Self {
            label: change.label,
            status: change.status,
            changed_at: change.changed_at,
        }
    }
}

impl From<Quote> for QuoteView {
    fn from(quote: Quote) -> Self {
        Self {
            output: QuoteOutputView {
                currency: quote.currency,
                total_price: quote.total_price.to_plain_string(),
            },
            arguments: quote.arguments,
            agent_overrides: quote.agent_overrides,
        }
    }
}
