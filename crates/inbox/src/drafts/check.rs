//! What a draft must be like.

use super::Recipient;
use crate::html;
use crate::messages::{Modality, limits};
use rapport_crm_core::address::Address;
use rapport_crm_core::text;
use rapport_platform::{Error, Result, Tx};

/// The recipient's texts trimmed, with an address of each kind that is given.
///
/// # Errors
/// `Invalid` of `modality`, or of the address that is malformed or that the modality lacks.
pub(super) async fn recipient(tx: &Tx, modality: Modality, given: Recipient) -> Result<Recipient> {
    let recipient = Recipient {
        name: text::optional("to_user_name", given.name, text::NAME)?,
        email: text::optional("to_email", given.email, text::NAME)?,
        phone_number: text::optional("to_phone_number", given.phone_number, text::NAME)?,
    };
    if let Some(email) = &recipient.email {
        Address::email(email).map_err(|error| of_field("to_email", error))?;
    }
    if let Some(phone) = &recipient.phone_number {
        let phone = Address::phone_of(tx, phone).await;
        phone.map_err(|error| of_field("to_phone_number", error))?;
    }
    let (address, field) = match modality {
        Modality::Email => (&recipient.email, "to_email"),
        Modality::Text => (&recipient.phone_number, "to_phone_number"),
        Modality::Call | Modality::LiveChat | Modality::FormRequest => {
            return Err(Error::invalid("modality", "must be email or text"));
        }
    };
    if address.is_none() {
        let message = format!("is required when modality is {}", modality.name());
        return Err(Error::invalid(field, message));
    }
    Ok(recipient)
}

/// The error under the name of the field in which callers gave the value.
fn of_field(field: &'static str, error: Error) -> Error {
    match error {
        Error::Invalid { message, .. } => Error::invalid(field, message),
        other => other,
    }
}

/// The body made harmless; none when that leaves nothing.
pub(super) fn body(html: Option<String>) -> Result<Option<String>> {
    const FIELD: &str = "body_html";
    let Some(html) = html else { return Ok(None) };
    if html.contains('\0') {
        return Err(Error::invalid(FIELD, "must not contain NUL characters"));
    }
    limits::body(FIELD, &html)?;
    let clean = html::sanitise(&html);
    Ok(Some(clean).filter(|html| !html.trim().is_empty()))
}

/// Refuses a body that leaves nothing to send as a text: a text has no subject, and shows no pictures.
///
/// # Errors
/// `Invalid` of `body_html`.
pub(super) fn says_something(way: Modality, body: Option<&str>) -> Result<()> {
    let silent = || body.is_none_or(|html| html::text_of_sanitised(html).trim().is_empty());
    if way == Modality::Text && silent() {
        return Err(Error::invalid(
            "body_html",
            "must hold some text when it is sent as a text",
        ));
    }
    Ok(())
}

/// Addresses of copies.
pub(super) fn copies(cc: &[String], bcc: &[String]) -> Result<()> {
    limits::addresses("cc_emails", cc)?;
    limits::addresses("bcc_emails", bcc)
}
