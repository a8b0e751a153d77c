//! What reports look at besides counters, and what each tells.

use crate::model::measures::{Counted, ENDED, INBOUND, MESSAGES, MESSAGES_OF_AGENT, STARTED};

/// What is looked at itself where a window ends within a quarter of an hour, and what has no counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Messages: received, sent, and written by the AI.
    Messages,
    /// Conversations by their first message received.
    Inbound,
    /// Conversations by their first message.
    Started,
    /// Conversations by their last message.
    Ended,
    /// `conversations_active`: conversations that have a message in a window.
    Active,
    /// `conversations_silent`: conversations that have messages before and after a window, and none in it.
    Silent,
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Inbound => "inbound",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Active => "active",
            Self::Silent => "silent",
        }
    }
}

/// What a source tells of a span `w`.
#[derive(Debug)]
pub(super) struct Told {
    source: Source,
    /// The measures whose amounts it selects, in their order.
    measures: Vec<&'static str>,
    select: String,
}

/// What is told of everybody.
pub(super) fn of_all() -> Vec<Told> {
    let messages = "messages AS m WHERE m.organization_id = $1";
    let facts = "conversation_facts AS f WHERE f.organization_id = $1";
    vec![
        Told::counted(Source::Messages, &MESSAGES, messages),
        Told::counted(Source::Started, &STARTED, facts),
        Told::counted(Source::Ended, &ENDED, facts),
        Told::counted(Source::Inbound, &INBOUND, facts),
        Told::one(
            Source::Active,
            "conversations_active",
            "count(DISTINCT m.conversation_id)",
            &format!("{messages} AND {}", within(MESSAGES.at)),
        ),
        Told::one(Source::Silent, "conversations_silent", "count(g.from_at)", SILENT),
    ]
}

/// What is told of an agent.
pub(super) fn of_one() -> Vec<Told> {
    let replied = "conversation_facts AS f JOIN conversation_agents AS a \
        ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
        WHERE f.organization_id = $1";
    vec![
        Told::counted(
            Source::Messages,
            &MESSAGES_OF_AGENT,
            "messages AS m WHERE m.organization_id = $1 AND m.agent_id = $2",
        ),
        Told::one(
            Source::Inbound,
            "conversations_responded",
            "count(*)",
            &format!("{replied} AND {}", within(INBOUND.at)),
        ),
    ]
}

/// Conversations with a gap over a whole span. It is at least as long, and began at most twice the least length of
/// its class before the span's end.
const SILENT: &str = "generate_series(1, 16) AS k (number) CROSS JOIN LATERAL (SELECT g.from_at FROM activity_gaps AS g \
    WHERE g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
    AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number)) AS g \
    WHERE INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at";

/// That a time lies in the span.
fn within(at: &str) -> String {
    format!("{at} >= w.from_at AND {at} < w.to_at")
}

impl Told {
    /// What has counters, of `rows`.
    fn counted(source: Source, counted: &Counted, rows: &str) -> Self {
        let (amounts, within) = (counted.sums(), within(counted.at));
        Self {
            source,
            measures: counted.names().collect(),
            select: format!("SELECT ARRAY[{amounts}] AS amounts FROM {rows} AND {within}"),
        }
    }

    /// A single amount of the `rows` of a span.
    fn one(source: Source, measure: &'static str, amount: &str, rows: &str) -> Self {
        Self {
            source,
            measures: vec![measure],
            select: format!("SELECT ARRAY[{amount}] AS amounts FROM {rows}"),
        }
    }

    /// The measures of a row of this name, if that is this source.
    pub(super) fn measures(&self, name: &str) -> Option<&[&'static str]> {
        (self.source.name() == name).then_some(&self.measures)
    }

    /// Selects what is told of each span that is wanted. In a subquery of its own it is looked up for each by an
    /// index; a join might be planned as one over whole tables.
    pub(super) fn sql(&self) -> String {
        format!(
            "UNION ALL SELECT w.key, w.sign, w.place, e.amounts FROM wanted AS w \
             CROSS JOIN LATERAL ({}) AS e WHERE w.place = '{}' ",
            self.select,
            self.source.name(),
        )
    }
}
