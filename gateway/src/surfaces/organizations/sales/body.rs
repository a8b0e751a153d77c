//! Sales as they are asked for.

use super::super::fields::reference;
use super::quote::QuoteBody;
use crate::http::object::objects;
use rapport_platform::{Error, Patch, RawJson, Result, ids};
use rapport_sales_pipeline::sales::{NewSale, NewSaleContact, SalePatch, StageChoice};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new sale. It begins in the first stage of the pipeline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSaleBody {
    /// Whether it is still being drafted: not shown among sales, and not counted. `false` when absent.
    #[serde(default)]
    #[schema(example = false)]
    draft: bool,
    /// An agent of the organization.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    owner_id: Option<String>,
    /// A company of the organization.
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: Option<String>,
    /// Contacts of the organization: `{"contact_id", "is_primary"}`. Exactly one of several must be the primary one; a
    /// single one is it by itself.
    #[schema(max_items = 100, example = json!([]))]
    associated_contacts: Option<Vec<SaleContactBody>>,
    /// Conversations of the organization.
    #[schema(max_items = 100, example = json!([]))]
    associated_conversation_ids: Option<Vec<String>>,
    /// No products when absent.
    quote_details: Option<QuoteBody>,
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Wants slate"}))]
    custom_fields: Option<RawJson>,
}

/// A contact for a sale.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct SaleContactBody {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    contact_id: String,
    #[schema(example = true)]
    is_primary: Option<bool>,
}

objects!(SaleContactBody);

/// Changes to a sale. An absent key leaves the field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalePatchBody {
    /// `false` ends the drafting; a sale that is none cannot become a draft.
    #[serde(default)]
    #[schema(value_type = bool, example = false)]
    draft: Patch<bool>,
    /// `null` takes it from its owner.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "HR_id_0001sTvKHLu1nfyQT7mTfG")]
    owner_id: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: Patch<String>,
    /// Replaces all contacts.
    #[serde(default)]
    #[schema(value_type = Option<Vec<SaleContactBody>>, max_items = 100, example = json!([]))]
    associated_contacts: Patch<Vec<SaleContactBody>>,
    /// Replaces all conversations.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!([]))]
    associated_conversation_ids: Patch<Vec<String>>,
    /// Replaces the whole quote; it cannot be cleared.
    #[serde(default)]
    #[schema(value_type = QuoteBody)]
    quote_details: Patch<QuoteBody>,
    /// Replaces the whole object.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Wants slate"}))]
    custom_fields: Patch<RawJson>,
}

/// The stage that a sale reaches, by its status or by its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleStatusBody {
    /// The status of the stage; `null` is the one stage without a status.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "quote_sent")]
    status: Patch<String>,
    /// The id of the stage.
    #[schema(example = json!(null))]
    stage_id: Option<String>,
}

impl NewSaleBody {
    pub(super) fn into_domain(self) -> Result<NewSale> {
        let quote = self.quote_details.map(QuoteBody::into_domain).transpose()?;
        Ok(NewSale {
            draft: self.draft,
            owner: self.owner_id.map(|id| reference("owner_id", &id)).transpose()?,
            company: self
                .company_id
                .map(|id| reference("company_id", &id))
                .transpose()?,
            contacts: contacts(self.associated_contacts.unwrap_or_default())?,
            conversations: conversations(&self.associated_conversation_ids.unwrap_or_default())?,
            quote: quote.unwrap_or_default(),
            custom_fields: self.custom_fields,
        })
    }
}

impl SalePatchBody {
    pub(super) fn into_domain(self) -> Result<SalePatch> {
        Ok(SalePatch {
            draft: self.draft,
            owner: self.owner_id.try_map(|id| reference("owner_id", &id))?,
            company: self.company_id.try_map(|id| reference("company_id", &id))?,
            contacts: self.associated_contacts.try_map(contacts)?,
            conversations: self
                .associated_conversation_ids
                .try_map(|ids| conversations(&ids))?,
            quote: self.quote_details.try_map(QuoteBody::into_domain)?,
            custom_fields: self.custom_fields,
        })
    }
}

impl SaleStatusBody {
    pub(super) fn into_domain(self) -> Result<StageChoice> {
        match (self.stage_id, self.status) {
            (Some(id), Patch::Keep | Patch::Clear) => reference("stage_id", &id).map(StageChoice::Stage),
            (None, Patch::Keep) => Err(Error::invalid("status", "or stage_id is required")),
            (Some(_), Patch::Set(_)) => Err(Error::invalid("status", "and stage_id exclude each other")),
            (None, status) => Ok(StageChoice::Status(status.set())),
        }
    }
}

fn contacts(bodies: Vec<SaleContactBody>) -> Result<Vec<NewSaleContact>> {
    let contact = |(index, body): (usize, SaleContactBody)| {
        Ok(NewSaleContact {
            contact: listed(
                format!("associated_contacts[{index}].contact_id"),
                &body.contact_id,
            )?,
            is_primary: body.is_primary,
        })
    };
    bodies.into_iter().enumerate().map(contact).collect()
}

fn conversations(ids: &[String]) -> Result<Vec<Uuid>> {
    let ids = ids.iter().enumerate();
    ids.map(|(index, id)| listed(format!("associated_conversation_ids[{index}]"), id))
        .collect()
}

/// The id of a list in the field that says where.
fn listed(field: String, id: &str) -> Result<Uuid> {
    ids::parse_opaque(id).ok_or_else(|| Error::invalid(field, "is not an id"))
}
