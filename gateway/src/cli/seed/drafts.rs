//! Drafts: responses that wait in unread conversations, and first messages to contacts.

use super::copy::Rows;
use super::directory::Scene;
use super::load::{Ids, Load};
use super::random::Random;
use super::text;
use super::thread::Thread;
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_platform::ids::uuid_v7;

const STREAM: u64 = 6;
/// How many unread conversations have a response drafted, and how many of these the AI wrote.
const ANSWERED: f64 = 0.5;
const WRITTEN_BY_AI: f64 = 0.7;
/// How many conversations there are to a draft of a first message.
const FIRST_MESSAGES: f64 = 0.01;
/// How long after the last message a draft was written, at most, in minutes.
const LATER: u64 = 90;

/// Drafts on their way into the database.
pub struct Drafts<'a> {
    scene: &'a Scene<'a>,
    random: Random,
    ids: Ids,
    rows: Rows,
}

impl<'a> Drafts<'a> {
    /// Drafts in and beside so many conversations.
    pub fn new(scene: &'a Scene<'a>, conversations: u64) -> Self {
        Self {
            scene,
            random: Random::new(scene.seed, STREAM),
            ids: Ids::of("drafts", conversations / 20),
            rows: Rows::of(
                "drafts",
                "organization_id, id, uuid, kind, status, generation, conversation_id, agent_id, modality, \
                 to_user_name, to_email, to_phone_number, subject, folder, body_html, cc_emails, bcc_emails, \
                 authorship, created_at, updated_at",
            ),
        }
    }

    /// The table.
    pub fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Adds what is drafted after the last message of a conversation.
    ///
    /// # Errors
    /// When the database gives no id.
    pub async fn add(
        &mut self,
        load: &Load,
        thread: &Thread<'_>,
        (conversation, last): (i64, DateTime<Utc>),
    ) -> Result<()> {
        if thread.unread && self.random.chance(ANSWERED) {
            let ai = self.random.chance(WRITTEN_BY_AI);
            self.push(load, thread, last, (Some(conversation), ai)).await?;
        }
        if self.random.chance(FIRST_MESSAGES) {
            self.push(load, thread, last, (None, false)).await?;
        }
        Ok(())
    }

    async fn push(
        &mut self,
        load: &Load,
        thread: &Thread<'_>,
        last: DateTime<Utc>,
        (conversation, ai): (Option<i64>, bool),
    ) -> Result<()> {
        let later = TimeDelta::minutes(i64::try_from(self.random.below(LATER))?);
        let at = (last + later).min(self.scene.calendar.now());
        let (person, first) = (&thread.person, conversation.is_none());
        let modality = if person.email.is_some() { "email" } else { "text" };
        let from = thread.agent.map_or("The office", |agent| agent.name.as_str());
        let body = text::html(&text::letter(&mut self.random, true, person.first, from));
        let none: Vec<String> = Vec::new();
        self.rows.push(&[
            &self.scene.organization,
            &self.ids.next(load).await?,
            &uuid_v7(at, self.random.uuid_bits()),
            &(if first { "message" } else { "response" }),
            &"pending",
            &1_i32,
            &conversation,
            &thread.agent.map(|agent| agent.id),
            &first.then_some(modality),
            &first.then(|| person.name.clone()),
            &person.email.clone().filter(|_| first),
            &person.phone.clone().filter(|_| first),
            &(first && modality == "email").then_some(thread.topic),
            &first.then(|| self.random.pick(&["drafts", "sales-follow-up"])),
            &body,
            &none,
            &none,
            &(if ai { "ai" } else { "human" }),
            &at,
            &at,
        ]);
        Ok(())
    }
}
