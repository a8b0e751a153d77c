//! Erasing contacts.

use super::params::ContactId;
use crate::http::{Admin, Answer, App, Auth, Body, Once, PathId};
use actix_web::post;
use rapport_platform::Error;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes_of_contacts(config: &mut ServiceConfig) {
    config.service(erase_contact);
}

/// That it is meant: what is erased cannot be brought back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureBody {
    /// Must be `true`.
    #[schema(example = true)]
    confirm: bool,
}

/// Erase a contact
///
/// Removes all that is kept of the person, for good: name, addresses, custom fields and company of the contact,
/// deleted or not; what was said in its conversations, with subjects, addresses, transcripts, forms and attachments;
/// drafts in them and to its addresses, of which those not sent are deleted and never sent, and copies to it of drafts to
/// others; and the values in the audit log, where it then says `[erased]`. Conversations, messages and sales stay without it,
/// so that reports stay as they are. The contact is then found no more, its addresses are free, and a later message
/// from one of them makes a new contact. Copies of its addresses in conversations of others are not touched; answers
/// kept for an `Idempotency-Key` go within 24 hours. Needs the scope `admin`.
#[utoipa::path(tag = "native", request_body = ErasureBody, responses((status = 204)))]
#[post("/{contact_id}/erase")]
async fn erase_contact(
    auth: Auth<Admin>,
    id: PathId<ContactId>,
    app: App,
    once: Once,
    body: Body<ErasureBody>,
) -> Answer {
    once.done(&app, &auth, body, async |tx, body| {
        if !body.confirm {
            return Err(Error::invalid("confirm", "must be true"));
        }
        app.erasure.erase(tx, id.0).await
    })
    .await
}
