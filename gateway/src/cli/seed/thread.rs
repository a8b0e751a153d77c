//! One conversation: who, about what, through which channel, when.

use super::calendar::Calendar;
use super::directory::{Agent, Scene};
use super::people::Person;
use super::random::{Random, float, whole};
use super::words;
use chrono::{DateTime, Utc};

/// A conversation takes this share of the 18 months for each of its messages: most of a day.
const PACE: f64 = 0.001_5;
/// Conversations that ended within the last tenth of the time may be unread and are not yet filed.
const RECENT: f64 = 0.9;

/// Through what a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Email,
    Text,
    Call,
    Chat,
    Form,
}

/// A conversation.
pub struct Thread<'a> {
    pub kind: Kind,
    pub topic: &'static str,
    pub contact: i64,
    pub person: Person,
    /// To whom it is assigned.
    pub assigned: Option<&'a Agent>,
    /// Who answers.
    pub agent: Option<&'a Agent>,
    pub folder: &'static str,
    pub unread: bool,
    pub messages: u64,
    start: f64,
    width: f64,
}

impl<'a> Thread<'a> {
    /// The conversation that begins at this share of the time, with so many messages. Its contact is one who is
    /// known by then.
    pub fn new(
        scene: &'a Scene<'a>,
        contacts: &[i64],
        (start, messages): (f64, u64),
        random: &mut Random,
    ) -> Self {
        let known = start * float(u64::try_from(contacts.len()).unwrap_or_default());
        let number = whole(known * (1.0 - random.unit().powi(2)));
        let person = scene.people.person(number);
        let kind = kind(&person, random);
        let hurry = if matches!(kind, Kind::Chat) { 0.002 } else { 1.0 };
        let width = (float(messages) * PACE * hurry).min(1.0 - start);
        let recent = start + width > RECENT;
        let agent = random.choose(scene.agents);
        Self {
            kind,
            topic: random.pick(&words::TOPIC),
            contact: usize::try_from(number)
                .ok()
                .and_then(|number| contacts.get(number).copied())
                .unwrap_or_default(),
            person,
            assigned: agent.filter(|_| !recent || random.chance(0.7)),
            agent,
            folder: folder(recent, random),
            unread: recent && random.chance(0.4),
            messages,
            start,
            width,
        }
    }

    /// When this message was sent: the first at the start, each later than the one before.
    pub fn at(&self, calendar: &Calendar, message: u64, random: &mut Random) -> DateTime<Utc> {
        let last = message + 1 == self.messages;
        let within = match message {
            0 => 0.0,
            // The end of the conversation is told before its messages are made.
            _ if last => 0.5,
            _ => random.unit(),
        };
        calendar.at(self.start + self.width * (float(message) + within) / float(self.messages))
    }
}

fn kind(person: &Person, random: &mut Random) -> Kind {
    let both = person.email.is_some() && person.phone.is_some();
    match random.unit() {
        _ if person.phone.is_none() => Kind::Email,
        _ if person.email.is_none() => random
            .choose(&[Kind::Text, Kind::Call])
            .copied()
            .unwrap_or(Kind::Text),
        share if share < 0.45 => Kind::Email,
        share if share < 0.70 => Kind::Text,
        share if share < 0.80 => Kind::Call,
        share if share < 0.92 || !both => Kind::Chat,
        _ => Kind::Form,
    }
}

fn folder(recent: bool, random: &mut Random) -> &'static str {
    if recent && random.chance(0.8) {
        return "inbox";
    }
    random.pick(&[
        "archive",
        "archive",
        "archive",
        "sales",
        "support",
        "billing",
        "sales-follow-up",
    ])
}

impl Kind {
    /// The modality of this message of the conversation.
    pub fn modality(self, message: u64, random: &mut Random) -> &'static str {
        match self {
            Self::Text if random.chance(0.05) => "call",
            Self::Text => "text",
            Self::Call => "call",
            Self::Chat => "live_chat",
            Self::Form if message == 0 => "form_request",
            Self::Email | Self::Form => "email",
        }
    }
}
