//! Conversations with their messages.

use super::copy::Rows;
use super::directory::{Known, Scene};
use super::drafts::Drafts;
use super::load::{Ids, Load};
use super::random::{Random, float};
use super::sales::{Origin, Sales};
use super::spread::Spread;
use super::text;
use super::thread::{Kind, Thread};
use anyhow::Result;
use chrono::{DateTime, Utc};
use rapport_platform::ids::uuid_v7;

const STREAM: u64 = 3;

/// Loads so many conversations with these contacts, oldest first, as many messages in them, and what came of them:
/// sales and drafts.
///
/// # Errors
/// When the database does not take them.
pub async fn load(
    load: &Load,
    scene: &Scene<'_>,
    known: &Known,
    conversations: u64,
    messages: u64,
) -> Result<()> {
    if conversations == 0 {
        return Ok(());
    }
    let mut random = Random::new(scene.seed, STREAM);
    let spread = Spread::new(conversations, messages, &mut random);
    let mut inbox = Inbox::new(scene, conversations, messages);
    for number in 0..conversations {
        let start = (float(number) + random.unit()) / float(conversations);
        let place = (start, spread.messages(number));
        let thread = Thread::new(scene, &known.contacts, place, &mut random);
        let company = known.company(&thread.person);
        inbox.add(load, &thread, company, &mut random).await?;
    }
    inbox.send(load).await
}

struct Inbox<'a> {
    scene: &'a Scene<'a>,
    conversation_ids: Ids,
    message_ids: Ids,
    conversations: Rows,
    messages: Rows,
    references: Rows,
    sales: Sales<'a>,
    drafts: Drafts<'a>,
}

impl<'a> Inbox<'a> {
    fn new(scene: &'a Scene<'a>, conversations: u64, messages: u64) -> Self {
        Self {
            scene,
            conversation_ids: Ids::of("conversations", conversations),
            message_ids: Ids::of("messages", messages),
            conversations: Rows::of(
                "conversations",
                "organization_id, id, uuid, contact_id, agent_id, folder, is_read, subject_key, start_at, \
                 last_activity_at, created_at, updated_at",
            ),
            messages: Rows::of(
                "messages",
                "organization_id, id, uuid, conversation_id, agent_id, modality, direction, channel, status, \
                 subject, content, html, form_request_body, call_transcript, call_duration_seconds, \
                 email_message_id, from_address, to_addresses, cc_emails, bcc_emails, authorship, occurred_at, \
                 sent_at, created_at",
            ),
            references: Rows::of(
                "message_references",
                "organization_id, reference, conversation_id",
            ),
            sales: Sales::new(scene, conversations),
            drafts: Drafts::new(scene, conversations),
        }
    }

    async fn send(&mut self, load: &Load) -> Result<()> {
        load.send(&mut self.tables()).await
    }

    /// The tables, in the order in which their rows refer to one another.
    fn tables(&mut self) -> Vec<&mut Rows> {
        let mut tables = vec![&mut self.conversations, &mut self.messages, &mut self.references];
        tables.extend(self.sales.tables());
        tables.push(self.drafts.rows());
        tables
    }

    async fn add(
        &mut self,
        load: &Load,
        thread: &Thread<'_>,
        company: Option<i64>,
        random: &mut Random,
    ) -> Result<()> {
        let conversation = self.conversation_ids.next(load).await?;
        let (origin, end) = self.push_conversation(conversation, thread, random);
        load.step();
        let mut sent = thread.kind != Kind::Form && random.chance(0.25);
        for message in 0..thread.messages {
            let last = message + 1 == thread.messages;
            sent = sent && !(last && thread.unread);
            let id = self.message_ids.next(load).await?;
            let at = thread.at(self.scene.calendar, message, random);
            self.push_message((conversation, id), thread, (message, sent, at), random);
            load.step();
            sent ^= random.chance(0.85);
            load.send_when_full(&mut self.tables()).await?;
        }
        self.sales.add(load, thread, Origin { company, ..origin }).await?;
        self.drafts.add(load, thread, (conversation, end)).await
    }

    /// Answers the conversation, and when its last message was sent.
    fn push_conversation(
        &mut self,
        id: i64,
        thread: &Thread<'_>,
        random: &mut Random,
    ) -> (Origin, DateTime<Utc>) {
        let calendar = self.scene.calendar;
        let start = thread.at(calendar, 0, random);
        let last = thread.at(calendar, thread.messages - 1, random);
        let uuid = uuid_v7(start, random.uuid_bits());
        let by_mail = matches!(thread.kind, Kind::Email | Kind::Form);
        self.conversations.push(&[
            &self.scene.organization,
            &id,
            &uuid,
            &thread.contact,
            &thread.assigned.map(|agent| agent.id),
            &thread.folder,
            &!thread.unread,
            &by_mail.then(|| thread.topic.to_lowercase()),
            &start,
            &last,
            &start,
            &last,
        ]);
        let company = None;
        (Origin { uuid, start, company }, last)
    }

    fn push_message(
        &mut self,
        (conversation, id): (i64, i64),
        thread: &Thread<'_>,
        (number, sent, at): (u64, bool, DateTime<Utc>),
        random: &mut Random,
    ) {
        let modality = thread.kind.modality(number, random);
        let uuid = uuid_v7(at, random.uuid_bits());
        let body = Body::new(modality, thread, sent, random);
        let reference = (modality == "email").then(|| format!("{}@{}", uuid.simple(), self.scene.domain));
        let mail = Mail::new(thread, sent, number > 0, reference.as_deref());
        self.messages.push(&[
            &self.scene.organization,
            &id,
            &uuid,
            &conversation,
            &thread.agent.filter(|_| sent).map(|agent| agent.id),
            &modality,
            &(if sent { "sent" } else { "received" }),
            &"sandbox",
            &status(sent, random),
            &mail.subject,
            &body.content,
            &body.html,
            &body.form,
            &body.transcript,
            &body.seconds,
            &mail.message_id,
            &mail.from,
            &mail.to,
            &Vec::new(),
            &Vec::new(),
            &sent.then(|| random.pick(&["human", "human", "human", "ai", "ai", "ai_edited"])),
            &at,
            &at,
            &at,
        ]);
        if let Some(reference) = reference {
            self.references
                .push(&[&self.scene.organization, &reference, &conversation]);
        }
    }
}

fn status(sent: bool, random: &mut Random) -> &'static str {
    if sent {
        random.pick(&["sent", "delivered", "delivered", "read"])
    } else {
        "received"
    }
}

#[derive(Default)]
struct Body {
    content: Option<String>,
    html: Option<String>,
    form: Option<serde_json::Value>,
    transcript: Option<String>,
    seconds: Option<i32>,
}

impl Body {
    fn new(modality: &str, thread: &Thread<'_>, sent: bool, random: &mut Random) -> Self {
        let person = &thread.person;
        let agent = thread.agent.map_or("The office", |agent| agent.name.as_str());
        let mut body = Self::default();
        match modality {
            "email" => {
                let (to, from) = if sent {
                    (person.first, agent)
                } else {
                    ("there", person.name.as_str())
                };
                let content = text::letter(random, sent, to, from);
                body.html = random.chance(0.5).then(|| text::html(&content));
                body.content = Some(content);
            }
            "call" => {
                let seconds = 20 + i32::try_from(random.below(900)).unwrap_or_default();
                body.transcript = Some(text::transcript(random, seconds, agent, &person.name));
                body.seconds = Some(seconds);
            }
            "form_request" => {
                let (email, phone) = (person.email.as_deref(), person.phone.as_deref());
                body.form = Some(text::form(random, &person.name, email, phone, person.city));
            }
            _ => body.content = Some(text::line(random, sent)),
        }
        body
    }
}

/// The header of an e-mail; empty for anything else.
#[derive(Default)]
struct Mail {
    subject: Option<String>,
    message_id: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Mail {
    fn new(thread: &Thread<'_>, sent: bool, reply: bool, reference: Option<&str>) -> Self {
        let Some(reference) = reference else {
            return Self::default();
        };
        let ours = thread.agent.map(|agent| agent.email.clone());
        let theirs = thread.person.email.clone();
        let (from, to) = if sent { (ours, theirs) } else { (theirs, ours) };
        let topic = thread.topic;
        Self {
            subject: Some(if reply {
                format!("Re: {topic}")
            } else {
                topic.to_owned()
            }),
            message_id: Some(format!("<{reference}>")),
            from,
            to: to.into_iter().collect(),
        }
    }
}
