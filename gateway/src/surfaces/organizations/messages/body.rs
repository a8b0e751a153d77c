//! How a new message is given.

use super::super::fields::reference;
use super::super::time;
use super::view::{AuthorshipName, DirectionName, ModalityName};
use crate::http::object::objects;
use chrono::{DateTime, Utc};
use rapport_inbox::messages::{Envelope, NewMessage};
use rapport_platform::{Error, RawJson};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new message: it needs a subject, a text, HTML, a form or a transcript.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessageBody {
    #[schema(example = "email")]
    modality: ModalityName,
    #[schema(example = "sent")]
    message_direction: DirectionName,
    /// The agent who wrote it; for a sent one the key's agent when absent.
    #[schema(example = json!(null))]
    agent_id: Option<String>,
    /// One line.
    #[schema(max_length = 998, example = "Following up on your inquiry")]
    subject: Option<String>,
    /// The text; taken from `body_html` when absent.
    #[schema(example = "Hi Diana, just checking in on the quote we sent over last week.")]
    content: Option<String>,
    /// The HTML form of the text; sanitised before it is stored.
    #[schema(example = "<p>Hi Diana, just checking in on the quote we sent over last week.</p>")]
    body_html: Option<String>,
    /// What was filled in.
    #[schema(value_type = Option<HashMap<String, Value>>, example = json!(null))]
    form_request_body: Option<RawJson>,
    #[schema(example = json!(null))]
    call_transcript: Option<String>,
    /// When it was sent (RFC 3339); now when absent.
    #[serde(default, with = "time::option")]
    #[schema(example = json!(null))]
    sent_at: Option<DateTime<Utc>>,
    /// Who wrote it, of a sent one: analytics count what the AI wrote. Unknown when absent.
    #[schema(example = json!(null))]
    authorship: Option<AuthorshipName>,
    #[serde(default)]
    email_metadata: EmailMetadataBody,
    #[serde(default)]
    call_metadata: CallMetadataBody,
}

/// The Message-ID and the addresses of an e-mail.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct EmailMetadataBody {
    #[schema(example = json!(null))]
    email_message_id: Option<String>,
    #[serde(default)]
    #[schema(example = json!([]))]
    cc_emails: Vec<String>,
    #[serde(default)]
    #[schema(example = json!([]))]
    bcc_emails: Vec<String>,
}

/// What is known of a call.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct CallMetadataBody {
    /// In seconds.
    #[schema(minimum = 0, example = json!(null))]
    duration: Option<i32>,
}

objects!(EmailMetadataBody, CallMetadataBody);

impl NewMessageBody {
    /// The message as the inbox takes it.
    pub fn into_domain(self) -> Result<NewMessage, Error> {
        Ok(NewMessage {
            modality: self.modality.into(),
            direction: self.message_direction.into(),
            agent: self.agent_id.map(|id| reference("agent_id", &id)).transpose()?,
            subject: self.subject,
            content: self.content,
            html: self.body_html,
            form_request_body: self.form_request_body,
            call_transcript: self.call_transcript,
            call_duration_seconds: self.call_metadata.duration,
            email: Envelope {
                message_id: self.email_metadata.email_message_id,
                cc: self.email_metadata.cc_emails,
                bcc: self.email_metadata.bcc_emails,
                ..Envelope::default()
            },
            sent_at: self.sent_at,
            authorship: self.authorship.map(Into::into),
        })
    }
}
