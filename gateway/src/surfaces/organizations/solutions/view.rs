//! The figures of a solution as the first version of the API shows them.

#![expect(
    clippy::struct_field_names,
    reason = "the names are those of the published reference"
)]

use bigdecimal::BigDecimal;
use rapport_analytics::{LeadFigures, SolutionReport, mean_seconds, ratio};
use rapport_platform::{Error, RawJson, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether leads were answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionResponseRateView {
    /// Messages sent in the window.
    #[schema(example = 118)]
    num_chats_sent: i64,
    /// Leads whose last message was received: they wait for an answer.
    #[schema(example = 3)]
    num_pending_chats: i64,
    /// Leads that were answered over all leads, to four decimals; 0 when there are none.
    #[schema(example = 0.7)]
    response_rate: f64,
}

/// How soon leads were answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionResponseTimeView {
    /// The mean time from the first message of a lead to the first answer, in whole seconds; 0 when there is none.
    #[schema(example = 3600)]
    response_time: i64,
    /// The mean of what of that time was in the organization's business hours, in whole seconds.
    #[schema(example = 900)]
    response_time_business_hours: i64,
    /// Leads that were answered.
    #[schema(example = 14)]
    num_responses: i64,
    /// Those of them whose first answer was sent in business hours.
    #[schema(example = 12)]
    num_responses_business_hours: i64,
}

/// How soon sales were made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionSalesView {
    /// The mean time from the first message received in a sale's conversations to the sale's first acceptance, in
    /// whole seconds, over the sales counted; 0 when there are none.
    #[schema(example = 432_000)]
    average_speed_to_sale: i64,
    /// Sales first accepted in the window that have such a message.
    #[schema(example = 11)]
    num_sales_counted: i64,
}

/// What sales are worth, in the organization's currency. Exact decimal numbers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionValuesView {
    /// The worth of the sales that were accepted in the window.
    #[schema(value_type = f64, example = 13200.00)]
    sales_value: RawJson,
    /// The worth of the sales for which a quote was sent in the window.
    #[schema(value_type = f64, example = 21600.00)]
    quote_value: RawJson,
}

/// Where leads came from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionSourceView {
    /// Leads that began with an e-mail that was not forwarded.
    #[schema(example = 12)]
    sessions_direct_email: i64,
    /// Leads that began with an e-mail whose subject says that it was forwarded.
    #[schema(example = 3)]
    sessions_indirect_email: i64,
    /// Leads that began with a form.
    #[schema(example = 5)]
    sessions_form_request: i64,
}

/// How far leads have come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionResponseView {
    /// Leads that wrote again after they were answered.
    #[schema(example = 9)]
    sessions_lead_responded: i64,
    /// Leads whose last message is ours and has been unanswered for 7 days.
    #[schema(example = 2)]
    sessions_ghosted: i64,
    /// Leads that were answered.
    #[schema(example = 14)]
    sessions_response_sent: i64,
    /// Leads that were never answered.
    #[schema(example = 6)]
    sessions_pending_outreach: i64,
}

/// What leads have come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionOutcomeView {
    /// Leads with a sale for which a quote has been sent.
    #[schema(example = 7)]
    sessions_quoted: i64,
}

/// What was sold to leads.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionSaleView {
    /// Leads with a sale that has been accepted.
    #[schema(example = 4)]
    sessions_sale: i64,
}

/// The leads of the window on their way to a sale.
#[derive(Debug, Serialize, ToSchema)]
pub struct SolutionFunnelView {
    source: SolutionSourceView,
    response: SolutionResponseView,
    outcome: SolutionOutcomeView,
    sale: SolutionSaleView,
}

/// How much of what the AI writes is sent as it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionAutonomyView {
    /// Messages written by the AI and sent in the window that a person changed before.
    #[schema(example = 10)]
    chats_sent_with_changes: i64,
    /// Those that nobody changed.
    #[schema(example = 30)]
    chats_sent_without_changes: i64,
    /// The latter over both, to four decimals; 0 when there are none.
    #[schema(example = 0.75)]
    autonomy_rate: f64,
}

/// All figures of a solution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SolutionAnalyticsView {
    response_rate_stats: SolutionResponseRateView,
    response_time_stats: SolutionResponseTimeView,
    sales_stats: SolutionSalesView,
    value_stats: SolutionValuesView,
    sales_funnel_stats: SolutionFunnelView,
    autonomy_rate_stats: SolutionAutonomyView,
    /// Conversations whose first message was received, in the window.
    #[schema(example = 20)]
    num_leads: i64,
    /// Leads whose last message is ours.
    #[schema(example = 17)]
    leads_handled: i64,
    /// Leads with a sale that has been accepted over all leads, to four decimals; 0 when there are none.
    #[schema(example = 0.2)]
    sales_rate: f64,
    /// Leads with a sale for which a quote has been sent over all leads, to four decimals; 0 when there are none.
    #[schema(example = 0.35)]
    quote_rate: f64,
    /// Leads that were ghosted over leads that were answered, to four decimals; 0 when there are none.
    #[schema(example = 0.1429)]
    ghost_rate: f64,
    /// From 0 to 100: the percentage of the leads that were answered within one hour of business hours.
    #[schema(example = 55)]
    lead_response_score: i64,
}

impl SolutionAnalyticsView {
    /// The view of a report.
    ///
    /// # Errors
    /// Never: a decimal is a JSON number.
    pub fn of(report: &SolutionReport) -> Result<Self> {
        let leads = &report.leads;
        let with_changes = report.ai_sent - report.ai_sent_unchanged;
        Ok(Self {
            response_rate_stats: SolutionResponseRateView {
                num_chats_sent: report.messages_sent,
                num_pending_chats: leads.pending,
                response_rate: ratio(leads.answered, leads.leads, 4),
            },
            response_time_stats: leads.into(),
            sales_stats: SolutionSalesView {
                average_speed_to_sale: report.seconds_to_sale,
                num_sales_counted: report.sales_with_start,
            },
            value_stats: SolutionValuesView {
                sales_value: worth(report, "accepted")?,
                quote_value: worth(report, "quote_sent")?,
            },
            sales_funnel_stats: leads.into(),
            autonomy_rate_stats: SolutionAutonomyView {
                chats_sent_with_changes: with_changes,
                chats_sent_without_changes: report.ai_sent_unchanged,
                autonomy_rate: ratio(report.ai_sent_unchanged, report.ai_sent, 4),
            },
            num_leads: leads.leads,
            leads_handled: leads.handled,
            sales_rate: ratio(leads.sold, leads.leads, 4),
            quote_rate: ratio(leads.quoted, leads.leads, 4),
            ghost_rate: ratio(leads.ghosted, leads.answered, 4),
            lead_response_score: percent(leads.answered_soon, leads.leads),
        })
    }
}

impl From<&LeadFigures> for SolutionResponseTimeView {
    fn from(leads: &LeadFigures) -> Self {
        Self {
            response_time: mean_seconds(leads.response_microseconds, leads.answered),
            response_time_business_hours: mean_seconds(leads.open_seconds * 1_000_000, leads.answered),
            num_responses: leads.answered,
            num_responses_business_hours: leads.answered_while_open,
        }
    }
}

impl From<&LeadFigures> for SolutionFunnelView {
    fn from(leads: &LeadFigures) -> Self {
        Self {
            source: SolutionSourceView {
                sessions_direct_email: leads.direct_emails,
                sessions_indirect_email: leads.forwarded_emails,
                sessions_form_request: leads.forms,
            },
            response: SolutionResponseView {
                sessions_lead_responded: leads.responded,
                sessions_ghosted: leads.ghosted,
                sessions_response_sent: leads.answered,
                sessions_pending_outreach: leads.unanswered,
            },
            outcome: SolutionOutcomeView {
                sessions_quoted: leads.quoted,
            },
            sale: SolutionSaleView {
                sessions_sale: leads.sold,
            },
        }
    }
}

/// What the sales that reached a stage are worth; nothing when there is no such stage. A decimal as it stands is a
/// JSON number: it passes through no float.
fn worth(report: &SolutionReport, status: &str) -> Result<RawJson> {
    let stage = report.sales.stage(status);
    let text = stage.map_or_else(
        || "0".to_owned(),
        |stage| BigDecimal::to_plain_string(&stage.value),
    );
    serde_json::from_str(&text).map_err(Error::internal)
}

/// `part` of `whole` in percent, rounded; 0 when there is no whole.
fn percent(part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    (part * 200 + whole) / (whole * 2)
}
