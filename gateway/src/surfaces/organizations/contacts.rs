//! Contacts.

use super::fields::reference;
use super::params::ContactId;
use super::{moved, time};
use crate::http::{Answer, App, Auth, Body, ListView, Once, PageQuery, PathId, Query, Read, Write, ok};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use chrono::{DateTime, Utc};
use rapport_crm_core::{Contact, ContactPatch, NewContact};
use rapport_platform::{Error, Patch, RawJson, ids};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const PAGE: i64 = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_contact)
        .service(list_contacts)
        .service(create_contact);
    config
        .service(update_contact)
        .service(archive_contact)
        .service(delete_contact);
}

/// A person outside the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfE")]
    contact_id: String,
    #[schema(example = "Diana Prince")]
    name: Option<String>,
    #[schema(example = "diana@example.com")]
    email: Option<String>,
    /// As it was typed.
    #[schema(example = "513-867-5309")]
    phone_number: Option<String>,
    #[serde(with = "time")]
    #[schema(example = "2026-03-12T00:32:13.782565Z")]
    created_at: DateTime<Utc>,
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfF")]
    company_id: Option<String>,
    /// The organization's own fields.
    #[schema(value_type = HashMap<String, Value>, example = json!({"notes": "Prefers SMS"}))]
    custom_fields: RawJson,
    #[schema(example = "Facilities Manager")]
    company_role: Option<String>,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            contact_id: ids::opaque(contact.uuid),
            name: contact.name,
            email: contact.email,
            phone_number: contact.phone_number,
            created_at: contact.created_at,
            company_id: contact.company.map(ids::opaque),
            custom_fields: contact.custom_fields,
            company_role: contact.company_role,
        }
    }
}

/// A new contact: at least one of `name`, `email` and `phone_number`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContactBody {
    #[schema(max_length = 255, example = "Hal Jordan")]
    name: Option<String>,
    /// No other contact of the organization may have it; matched in lower case.
    #[schema(max_length = 254, example = "hal@example.com")]
    email: Option<String>,
    /// No other contact of the organization may have it; matched by E.164.
    #[schema(max_length = 255, example = "+14155550199")]
    phone_number: Option<String>,
    /// A company of the organization.
    #[schema(example = json!(null))]
    company_id: Option<String>,
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Primary billing contact"}))]
    custom_fields: Option<RawJson>,
    #[schema(max_length = 255, example = "Controller")]
    company_role: Option<String>,
}

impl NewContactBody {
    fn into_domain(self) -> Result<NewContact, Error> {
        Ok(NewContact {
            name: self.name,
            email: self.email,
            phone_number: self.phone_number,
            company: self
                .company_id
                .map(|id| reference("company_id", &id))
                .transpose()?,
            company_role: self.company_role,
            custom_fields: self.custom_fields,
        })
    }
}

/// Changes to a contact. An absent key leaves the field, `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatchBody {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Diana Prince")]
    name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, example = "diana@example.com")]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "513-867-5309")]
    phone_number: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = json!(null))]
    company_id: Patch<String>,
    /// Replaces the whole object.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!({"notes": "Prefers e-mail"}))]
    custom_fields: Patch<RawJson>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255, example = "Facilities Manager")]
    company_role: Patch<String>,
}

impl ContactPatchBody {
    fn into_domain(self) -> Result<ContactPatch, Error> {
        Ok(ContactPatch {
            name: self.name,
            email: self.email,
            phone_number: self.phone_number,
            company: self.company_id.try_map(|id| reference("company_id", &id))?,
            company_role: self.company_role,
            custom_fields: self.custom_fields,
        })
    }
}

/// Whether a contact is to be out of the way.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactArchiveBody {
    /// `true` archives the contact, `false` takes it back.
    #[schema(example = true)]
    archived: bool,
}

/// List contacts
///
/// The contacts of the organization, newest first.
#[utoipa::path(tag = "contacts", params(PageQuery), responses((status = 200, body = ListView<ContactView>)))]
#[get("")]
async fn list_contacts(auth: Auth<Read>, page: Query<PageQuery>, app: App) -> Answer {
    let page = page.0.of(&app, &auth.ctx, "contacts", "", PAGE)?;
    let found = app
        .contacts
        .list(&app.reader(&auth.ctx).await?, &page.request)
        .await?;
    ok(&page.view::<_, ContactView>(found))
}

/// Get a contact
///
/// One contact of the organization. The id of a contact that was merged leads to the one it became part of.
#[utoipa::path(tag = "contacts", responses((status = 200, body = ContactView), 
    (status = 301, body = moved::MovedView, headers(("Location" = String, description = "The path of the other record")),
        description = "The record was merged into another one")))]
#[get("/{contact_id}")]
async fn get_contact(auth: Auth<Read>, id: PathId<ContactId>, app: App, request: HttpRequest) -> Answer {
    let reader = app.reader(&auth.ctx).await?;
    match app.contacts.get(&reader, id.0).await {
        Ok(contact) => ok(&ContactView::from(contact)),
        Err(error) => moved::contact(&app, &reader, (id.0, &request), error.into()).await,
    }
}

/// Create a contact
///
/// At least one of `name`, `email` and `phone_number` is needed. 409 when another contact has the address.
#[utoipa::path(tag = "contacts", request_body = NewContactBody, responses(
    (status = 201, body = ContactView),
    (status = 409, description = "email: another contact has this address"),
))]
#[post("")]
async fn create_contact(auth: Auth<Write>, app: App, once: Once, body: Body<NewContactBody>) -> Answer {
    once.created(&app, &auth, body, async |tx, body| {
        Ok(ContactView::from(
            app.contacts.create(tx, body.into_domain()?).await?,
        ))
    })
    .await
}

/// Update a contact
///
/// An absent key leaves the field, `null` clears it. Of a contact with several e-mail addresses or telephone numbers, as
/// after a merge, the first of each is shown and changed; without it, the next one is shown.
#[utoipa::path(tag = "native", request_body = ContactPatchBody, responses(
    (status = 200, body = ContactView),
    (status = 409, description = "email: another contact has this address"),
))]
#[patch("/{contact_id}")]
async fn update_contact(
    auth: Auth<Write>,
    id: PathId<ContactId>,
    app: App,
    body: Body<ContactPatchBody>,
) -> Answer {
    let patch = body.value.into_domain()?;
    let contact = app
        .db
        .write(&auth.ctx, async |tx| app.contacts.update(tx, id.0, patch).await)
        .await?;
    ok(&ContactView::from(contact))
}

/// Archive a contact
///
/// Puts the contact out of the way, or takes it back. The engagement surface leaves archived contacts out of its list,
/// and out of its search unless that asks for them; all else stays as it is.
#[utoipa::path(tag = "native", request_body = ContactArchiveBody, responses(
    (status = 200, body = ContactView),
    (status = 409, description = "The contact was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[put("/{contact_id}/archive")]
async fn archive_contact(
    auth: Auth<Write>,
    id: PathId<ContactId>,
    app: App,
    body: Body<ContactArchiveBody>,
) -> Answer {
    let archived = body.value.archived;
    let contact = app
        .db
        .write(&auth.ctx, async |tx| {
            app.contact_details.archive(tx, id.0, archived).await
        })
        .await?;
    ok(&ContactView::from(contact))
}

/// Delete a contact
///
/// Its addresses become free for others; its conversations remain. Its sales remain without it: each gets a new version,
/// and the first contact that is left becomes the primary one if it was.
#[utoipa::path(tag = "native", responses(
    (status = 204), (status = 409, description = "The contact was merged into HR_id_0001sTvKHLu1nfyQT7mTfK"),
))]
#[delete("/{contact_id}")]
async fn delete_contact(auth: Auth<Write>, id: PathId<ContactId>, app: App) -> Answer {
    app.db
        .write(&auth.ctx, async |tx| app.contacts.delete(tx, id.0).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
