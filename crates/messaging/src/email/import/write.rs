//! One mail in one transaction.

use super::plan::{Person, Plan};
use super::{Importer, Mail, Outcome};
use crate::email::parse::{Attachment, Mailbox, ParsedMail};
use chrono::{DateTime, Utc};
use rapport_crm_core::contacts::{Contact, ContactPatch};
use rapport_inbox::conversations::{Conversation, NewConversation};
use rapport_inbox::files::NewAttachment;
use rapport_inbox::messages::{Envelope, Message, MessageRecord, Modality, NewMessage, Recording, Status};
use rapport_inbox::threads::{ThreadKeys, ThreadPlace};
use rapport_platform::{Error, Patch, Result, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What carried an imported message.
const CHANNEL: &str = "import";
/// How often a mail is tried when the database is out of reach or others were in the way.
const TRIES: u32 = 5;

/// What became of a mail in the database.
#[derive(Debug)]
pub(super) enum Written {
    /// It was there already.
    Duplicate,
    /// It is a message now.
    Imported(New),
}

/// What an imported mail brought along.
#[derive(Debug, Default)]
pub(super) struct New {
    /// The contacts in it and when each was made.
    pub people: Vec<(Uuid, DateTime<Utc>)>,
    pub conversation: bool,
    pub attachments: u64,
}

impl Importer {
    /// Writes a mail; tries again when that may help.
    pub(super) async fn write(&self, mut mail: Mail) -> Outcome {
        let result = self.tried(&mut mail).await;
        Outcome {
            origin: mail.origin,
            result,
            warnings: mail.plan.warnings,
            marks: mail.plan.marks,
            done: mail.done,
        }
    }

    async fn tried(&self, mail: &mut Mail) -> Result<Written> {
        let attached = std::mem::take(&mut mail.parsed.attachments);
        let attached: Vec<_> = attached.into_iter().map(Stored::new).collect();
        let mut wait = self.patience;
        for _ in 1..TRIES {
            match self.once(mail, &attached).await {
                Err(Error::Unavailable { message }) => {
                    tracing::warn!(%message, "trying again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(Error::Conflict { .. }) => {}
                done => return done,
            }
        }
        self.once(mail, &attached).await
    }

    async fn once(&self, mail: &Mail, attached: &[Stored]) -> Result<Written> {
        let mut files = Vec::with_capacity(attached.len());
        for file in attached {
            files.push(self.put(file).await?);
        }
        self.db
            .write(&self.ctx, async |tx| self.record(tx, mail, files).await)
            .await
    }

    /// Contents go to the store before the transaction that mentions them.
    async fn put(&self, file: &Stored) -> Result<NewAttachment> {
        let content = file.content.clone();
        Ok(NewAttachment {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            stored: self.services.store.put(self.ctx.organization, content).await?,
            content_id: file.content_id.clone(),
        })
    }

    async fn record(&self, tx: &mut Tx, mail: &Mail, files: Vec<NewAttachment>) -> Result<Written> {
        let Mail { parsed, plan, .. } = mail;
        if self.services.messages.is_recorded(tx, &parsed.digest).await? {
            return Ok(Written::Duplicate);
        }
        let mut new = New::default();
        let contact = self.contacts(tx, plan, &mut new).await?;
        let keys = keys(parsed, plan, contact, tx.now());
        let conversation = self.conversation(tx, &keys, &mut new).await?;
        let recording = self
            .services
            .messages
            .record(tx, conversation.uuid, record(parsed, plan));
        let Recording::Recorded(message) = recording.await? else {
            return Err(Error::conflict("the same mail was recorded at the same time"));
        };
        self.services
            .threads
            .remember(tx, conversation.uuid, &keys)
            .await?;
        new.attachments = self.attach(tx, &message, files).await?;
        Ok(Written::Imported(new))
    }

    /// Finds or makes everybody in the mail; answers whose conversation it is.
    async fn contacts(&self, tx: &mut Tx, plan: &Plan, new: &mut New) -> Result<Uuid> {
        let mut found = BTreeMap::new();
        for (address, person) in &plan.people {
            let contact = self.contact(tx, person, new).await?;
            found.insert(address, contact.uuid);
        }
        let contact = found.get(&plan.contact).copied();
        contact.ok_or_else(|| Error::internal("the contact of a mail is one of its people"))
    }

    async fn contact(&self, tx: &mut Tx, person: &Person, new: &mut New) -> Result<Contact> {
        let contacts = &self.services.contacts;
        let name = person.name.clone();
        let contact = contacts.resolve(tx, person.address.clone(), name.clone()).await?;
        new.people.push((contact.uuid, contact.created_at));
        // Somebody may have been known by a bare address until now.
        match name.filter(|_| contact.name.is_none()) {
            None => Ok(contact),
            Some(name) => {
                let patch = ContactPatch {
                    name: Patch::Set(name),
                    ..ContactPatch::default()
                };
                contacts.update(tx, contact.uuid, patch).await
            }
        }
    }

    async fn conversation(&self, tx: &mut Tx, keys: &ThreadKeys, new: &mut New) -> Result<Conversation> {
        match self.services.threads.place(tx, keys).await? {
            ThreadPlace::Existing(conversation) => Ok(conversation),
            ThreadPlace::New => {
                new.conversation = true;
                let conversation = NewConversation {
                    contact: keys.contact,
                    subject: keys.subject.clone(),
                    start_at: Some(keys.occurred_at),
                    ..NewConversation::default()
                };
                self.services.conversations.create(tx, conversation).await
            }
        }
    }

    async fn attach(&self, tx: &mut Tx, message: &Message, files: Vec<NewAttachment>) -> Result<u64> {
        let count = files.len() as u64;
        if count > 0 {
            self.services.files.attach(tx, message, files).await?;
        }
        Ok(count)
    }
}

/// An attachment whose content several tries share.
struct Stored {
    name: String,
    content_type: String,
    content_id: Option<String>,
    content: bytes::Bytes,
}

impl Stored {
    fn new(attachment: Attachment) -> Self {
        Self {
            name: attachment.name,
            content_type: attachment.content_type,
            content_id: attachment.content_id,
            content: attachment.bytes.into(),
        }
    }
}

fn keys(mail: &ParsedMail, plan: &Plan, contact: Uuid, now: DateTime<Utc>) -> ThreadKeys {
    ThreadKeys {
        message_id: mail.message_id.clone(),
        in_reply_to: plan.in_reply_to.clone(),
        references: plan.references.clone(),
        subject: mail.subject.clone(),
        contact,
        occurred_at: mail.sent_at.unwrap_or(now),
    }
}

fn record(mail: &ParsedMail, plan: &Plan) -> MessageRecord {
    let addresses = |list: &[Mailbox]| list.iter().map(|mailbox| mailbox.address.clone()).collect();
    MessageRecord {
        message: NewMessage {
            agent: plan.agent,
            subject: mail.subject.clone(),
            content: mail.text.clone(),
            html: mail.html.clone(),
            email: Envelope {
                message_id: mail.message_id.as_ref().map(|id| format!("<{id}>")),
                from: mail.from.first().map(|mailbox| mailbox.address.clone()),
                to: addresses(&mail.to),
                cc: addresses(&mail.cc),
                bcc: addresses(&mail.bcc),
            },
            sent_at: mail.sent_at,
            ..NewMessage::new(Modality::Email, plan.direction)
        },
        channel: CHANNEL.to_owned(),
        status: Status::from(plan.direction),
        drafted_at: None,
        source_digest: Some(mail.digest.to_vec()),
        unread: false,
    }
}
