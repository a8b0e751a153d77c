//! Which sales are wanted.

use crate::http::{ApiError, DateQuery};
use bigdecimal::BigDecimal;
use rapport_platform::{Result, ids};
use rapport_sales_pipeline::decimal::{TOTAL, parse};
use rapport_sales_pipeline::sales::{Drafts, SaleFilter};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Whether drafts are wanted.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftsName {
    /// Only what is no draft.
    #[default]
    Exclude,
    /// Drafts and what is none.
    Include,
    /// Only drafts.
    Only,
}

impl From<DraftsName> for Drafts {
    fn from(name: DraftsName) -> Self {
        match name {
            DraftsName::Exclude => Self::Exclude,
            DraftsName::Include => Self::Include,
            DraftsName::Only => Self::Only,
        }
    }
}

/// Whether drafts are wanted, a native addition.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DraftsQuery {
    /// Whether drafts are among what is found: `exclude` them (when absent), `include` them, or `only` them.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "exclude")]
    pub drafts: DraftsName,
}

/// Filters of the list of sales, native additions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SaleQuery {
    /// Only those of this agent, who may be deleted.
    #[param(example = json!(null))]
    owner_id: Option<String>,
    /// Only those with this company.
    #[param(example = json!(null))]
    company_id: Option<String>,
    /// Only those that stand in this stage.
    #[param(example = json!(null))]
    stage_id: Option<String>,
    /// Only those that stand in the stage with this status.
    #[param(example = "quote_sent")]
    status: Option<String>,
    /// Only those with this total price or more, whatever the currency: a decimal with at most 38 digits before
    /// the point and 12 after it.
    #[param(example = "100.00")]
    min_value: Option<String>,
    /// Only those with this total price or less, whatever the currency: a decimal with at most 38 digits before
    /// the point and 12 after it.
    #[param(example = "5000.00")]
    max_value: Option<String>,
}

impl SaleQuery {
    pub(super) fn into_filter(self, dates: &DateQuery, drafts: DraftsQuery) -> Result<SaleFilter, ApiError> {
        let dates = dates.read()?;
        Ok(SaleFilter {
            from: dates.from,
            to: dates.to,
            owner: id("owner_id", self.owner_id.as_deref())?,
            company: id("company_id", self.company_id.as_deref())?,
            stage: id("stage_id", self.stage_id.as_deref())?,
            status: self.status,
            min_value: value("min_value", self.min_value.as_deref())?,
            max_value: value("max_value", self.max_value.as_deref())?,
            drafts: drafts.drafts.into(),
        })
    }
}

fn id(name: &'static str, text: Option<&str>) -> Result<Option<Uuid>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let id = ids::parse_opaque(text);
    id.map(Some)
        .ok_or_else(|| ApiError::BadRequest(format!("Invalid {name}")))
}

fn value(name: &'static str, text: Option<&str>) -> Result<Option<BigDecimal>> {
    text.map(|text| parse(name, text, TOTAL)).transpose()
}
