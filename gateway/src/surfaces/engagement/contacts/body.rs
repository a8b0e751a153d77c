//! Contacts as they are sent.

use crate::http::body::Ignored;
use crate::surfaces::engagement::kept::with_kept_keys;
use crate::surfaces::engagement::number::Number;
use rapport_crm_core::address::ChannelType;
use rapport_crm_core::contacts::DetailsPatch;
use rapport_platform::{Error, Patch, RawJson};
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

with_kept_keys! {
    /// An address of a contact.
    pub struct NewAddressBody {
        /// `WHATSAPP`, `PHONE`, `EMAIL`, `SMS`, `INSTAGRAM`, `MESSENGER`, `TELEGRAM`, `VIBER` or `WEBCHAT`.
        #[schema(example = "WHATSAPP")]
        channel_type: String,
        /// Telephone numbers without a country belong to the organization's default region.
        #[schema(max_length = 255, example = "+56912345678")]
        address: String,
        #[serde(default, rename = "contactId")]
        #[schema(ignore)]
        _contact_id: Ignored,
    }
}

with_kept_keys! {
    /// Changes to a contact. An absent key leaves the field, `null` clears it.
    #[schema(example = json!({"firstName": "Janet", "customFields": {"priority": "high"}}))]
    pub struct ContactBody {
        /// The user who looks after the contact.
        #[serde(default)]
        #[schema(value_type = Option<f64>, example = json!(null))]
        user_id: Patch<Number>,
        /// The custom fields that change; the others stay.
        #[serde(default)]
        #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"source": "web"}))]
        custom_fields: Patch<RawJson>,
        /// Any JSON value.
        #[serde(default)]
        #[schema(value_type = Option<Value>, example = json!({"campaign": 7}))]
        metadata: Patch<RawJson>,
        /// What another system calls the contact.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "crm-7")]
        provider_id: Patch<String>,
        /// That system.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "legacy-crm")]
        provider_name: Patch<String>,
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "12.345.678-5")]
        national_id: Patch<String>,
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "Jane")]
        first_name: Patch<String>,
        /// With the first name and a space it has at most 255 characters.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "Doe")]
        last_name: Patch<String>,
        /// The first `EMAIL` address.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 254, example = "jane@example.com")]
        email: Patch<String>,
        /// The first `PHONE` address.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "+56912345678")]
        phone: Patch<String>,
        /// A company of the organization.
        #[serde(default)]
        #[schema(value_type = Option<f64>, example = json!(null))]
        contact_company_id: Patch<Number>,
        /// What the contact does there.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 255, example = "Buyer")]
        company_position: Patch<String>,
        /// All addresses.
        #[serde(default)]
        #[schema(value_type = Option<Vec<NewAddressBody>>)]
        addresses: Patch<Vec<NewAddressBody>>,
    }
}

impl ContactBody {
    /// The change that the body describes.
    ///
    /// # Errors
    /// `Invalid` naming an address whose channel is none.
    pub fn into_domain(self) -> Result<DetailsPatch, Error> {
        Ok(DetailsPatch {
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone,
            addresses: self.addresses.try_map(addresses)?,
            company: self.contact_company_id.try_map(|id| Ok::<_, Error>(id.0))?,
            company_role: self.company_position,
            national_id: self.national_id,
            provider_id: self.provider_id,
            provider_name: self.provider_name,
            metadata: self.metadata,
            agent: self.user_id.try_map(|id| Ok::<_, Error>(id.0))?,
            custom_fields: self.custom_fields,
        })
    }
}

/// A new contact.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct NewContactBody(ContactBody);

impl NewContactBody {
    /// What is said of the new contact.
    ///
    /// # Errors
    /// As [`ContactBody::into_domain`].
    pub fn into_domain(self) -> Result<DetailsPatch, Error> {
        self.0.into_domain()
    }
}

/// The keys are those of a change.
impl PartialSchema for NewContactBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = ContactBody::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.description = Some("A new contact.".to_owned());
            object.example = Some(json!({
                "firstName": "Jane", "lastName": "Doe", "companyPosition": "Buyer",
                "nationalId": "12.345.678-5", "customFields": {"source": "web"},
                "addresses": [
                    {"channelType": "PHONE", "address": "+56912345678"},
                    {"channelType": "EMAIL", "address": "jane@example.com"}
                ],
            }));
        }
        schema
    }
}

impl ToSchema for NewContactBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ContactBody::schemas(schemas);
    }
}

fn addresses(bodies: Vec<NewAddressBody>) -> Result<Vec<(ChannelType, String)>, Error> {
    let read = |(index, body): (usize, NewAddressBody)| {
        let channel = ChannelType::of(&body.channel_type).ok_or_else(|| {
            let known = ChannelType::ALL.map(ChannelType::name).join(", ");
            Error::invalid(
                format!("addresses[{index}].channelType"),
                format!("must be one of {known}"),
            )
        })?;
        Ok((channel, body.address))
    };
    bodies.into_iter().enumerate().map(read).collect()
}

/// An error in the names of this surface's fields.
pub fn named(error: Error) -> Error {
    let Error::Invalid { field, message } = error else {
        return error;
    };
    let name = match &*field {
        "phone_number" => "phone",
        "company_id" => "contactCompanyId",
        "company_role" => "companyPosition",
        "agent_id" => "userId",
        "first_name" => "firstName",
        "last_name" => "lastName",
        "national_id" => "nationalId",
        "provider_id" => "providerId",
        "provider_name" => "providerName",
        other => {
            let custom = other.strip_prefix("custom_fields");
            let name = custom.map(|key| format!("customFields{key}"));
            return Error::invalid(name.unwrap_or_else(|| other.to_owned()), message);
        }
    };
    Error::invalid(name, message)
}
