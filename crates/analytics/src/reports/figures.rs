//! One statement that adds up any measures of any windows.

use crate::Window;
use crate::model::sql::{MEASURES, of_each};
use crate::window::{Grain, Span};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Reader, Result};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The agent that stands for the whole organization.
pub(super) const EVERYBODY: i64 = 0;

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
    fn name(self) -> &'static str {
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

/// What is wanted of windows, each under a key that tells it apart.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    keys: Vec<i32>,
    /// Where a span is looked up: the grain of the counters, which tell all measures, or the name of a [`Source`].
    places: Vec<&'static str>,
    from: Vec<DateTime<Utc>>,
    to: Vec<DateTime<Utc>>,
    signs: Vec<i32>,
}

/// What was found; what has nothing to count is 0.
#[derive(Debug, Default)]
pub(super) struct Figures(HashMap<(i32, &'static str), i64>);

impl Figures {
    pub(super) fn get(&self, key: i32, measure: &'static str) -> i64 {
        self.0.get(&(key, measure)).copied().unwrap_or_default()
    }

    /// Adds a row of a statement in which `sources` tell something.
    fn add(&mut self, row: Row, sources: &[Told]) {
        let told = sources.iter().find(|told| told.source.name() == row.name);
        let one = MEASURES.iter().filter(|measure| **measure == row.name);
        let measures: Vec<_> = match told {
            Some(told) => told.amounts.iter().map(|(measure, _)| *measure).collect(),
            None if row.name == COUNTERS => MEASURES.to_vec(),
            None => one.copied().collect(),
        };
        for (measure, amount) in measures.into_iter().zip(row.amounts) {
            *self.0.entry((row.key, measure)).or_default() += i64::from(row.sign) * amount;
        }
    }
}

impl Wanted {
    /// Adds the measures that `sources` tell of a window. Those of others are not whole.
    pub(super) fn of(mut self, key: i32, sources: &[Source], window: Window) -> Self {
        for span in window.spans() {
            match span.grain {
                Grain::Exact => {
                    for source in sources {
                        self.push(key, source.name(), span);
                    }
                }
                grain => self.push(key, grain.name(), span),
            }
        }
        self
    }

    /// Adds the measure of a source that has no counters.
    pub(super) fn exactly(mut self, key: i32, source: Source, window: Window) -> Self {
        let span = Span {
            grain: Grain::Exact,
            from: window.from(),
            to: window.to(),
            sign: 1,
        };
        self.push(key, source.name(), span);
        self
    }

    fn push(&mut self, key: i32, place: &'static str, span: Span) {
        self.keys.push(key);
        self.places.push(place);
        self.from.push(span.from);
        self.to.push(span.to);
        self.signs.push(span.sign);
    }

    /// The figures of an agent, or of [`EVERYBODY`]; all of one moment.
    pub(super) async fn find(self, db: &Reader, agent: i64) -> Result<Figures> {
        static ALL: LazyLock<String> = LazyLock::new(|| sql(OF_ALL));
        static ONE: LazyLock<String> = LazyLock::new(|| sql(OF_ONE));
        let (text, sources) = match agent {
            EVERYBODY => (&*ALL, OF_ALL),
            _ => (&*ONE, OF_ONE),
        };
        let statement = sql_query(text)
            .bind::<BigInt, _>(db.organization())
            .bind::<BigInt, _>(agent)
            .bind::<Array<Integer>, _>(self.keys)
            .bind::<Array<Text>, _>(self.places)
            .bind::<Array<Timestamptz>, _>(self.from)
            .bind::<Array<Timestamptz>, _>(self.to)
            .bind::<Array<Integer>, _>(self.signs);
        let rows: Vec<Row> = Prepared(statement).load(&mut db.conn()).await?;
        let mut figures = Figures::default();
        rows.into_iter().for_each(|row| figures.add(row, sources));
        Ok(figures)
    }
}

/// What a span adds to its key, or takes away.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    key: i32,
    #[diesel(sql_type = Integer)]
    sign: i32,
    /// A [`Source`], or [`COUNTERS`], whose measures the amounts are of; or the measure of a single one.
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<BigInt>)]
    amounts: Vec<i64>,
}

/// The name of rows that have an amount of each of the [`MEASURES`].
const COUNTERS: &str = "counters";

/// What a source tells of a span `w`.
struct Told {
    source: Source,
    /// The measures, and what adds them up.
    amounts: &'static [(&'static str, &'static str)],
    /// Where from.
    from: &'static str,
}

/// What is told of everybody.
const OF_ALL: &[Told] = &[
    Told {
        source: Source::Messages,
        amounts: &[
            (
                "messages_received",
                "count(*) FILTER (WHERE m.direction = 'received')",
            ),
            ("messages_sent", "count(*) FILTER (WHERE m.direction = 'sent')"),
            (
                "ai_sent",
                "count(*) FILTER (WHERE m.authorship IN ('ai', 'ai_edited'))",
            ),
            ("ai_sent_unchanged", "count(*) FILTER (WHERE m.authorship = 'ai')"),
        ],
        from: "messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at",
    },
    Told {
        source: Source::Active,
        amounts: &[("conversations_active", "count(DISTINCT m.conversation_id)")],
        from: "messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at",
    },
    // Conversations with a gap over a whole span. It is at least as long, and began at most twice the least length
    // of its class before the span's end.
    Told {
        source: Source::Silent,
        amounts: &[("conversations_silent", "count(g.from_at)")],
        from: "generate_series(1, 16) AS k (number) CROSS JOIN LATERAL (SELECT g.from_at FROM activity_gaps AS g \
            WHERE g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
            AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number)) AS g \
            WHERE INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at",
    },
    Told {
        source: Source::Started,
        amounts: &[("conversations_started", "count(*)")],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.first_activity_at >= w.from_at AND f.first_activity_at < w.to_at",
    },
    Told {
        source: Source::Ended,
        amounts: &[("conversations_ended", "count(*)")],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.last_activity_at >= w.from_at AND f.last_activity_at < w.to_at",
    },
    Told {
        source: Source::Inbound,
        amounts: &[
            ("conversations_received", "count(*)"),
            (
                "received_by_email",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'email')",
            ),
            (
                "received_by_text",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'text')",
            ),
            (
                "received_by_call",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'call')",
            ),
            (
                "received_by_live_chat",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'live_chat')",
            ),
            (
                "received_by_form_request",
                "count(*) FILTER (WHERE f.first_inbound_modality = 'form_request')",
            ),
            ("conversations_responded", "count(f.first_reply_at)"),
            ("response_microseconds", RESPONSE),
        ],
        from: "conversation_facts AS f WHERE f.organization_id = $1 \
            AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    },
];

const RESPONSE: &str = "CAST(coalesce(sum(\"extract\"('epoch', f.first_reply_at - f.first_inbound_at)), 0) \
    * 1000000 AS bigint)";

/// What is told of an agent.
const OF_ONE: &[Told] = &[
    Told {
        source: Source::Messages,
        amounts: &[("messages_sent", "count(*)")],
        from: "messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
            AND m.agent_id = $2 AND m.direction = 'sent'",
    },
    Told {
        source: Source::Inbound,
        amounts: &[("conversations_responded", "count(*)")],
        from: "conversation_facts AS f JOIN conversation_agents AS a \
            ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
            WHERE f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    },
];

impl Told {
    /// Selects what is told of each span that is wanted. In a subquery of its own it is looked up for each by an
    /// index; a join might be planned as one over whole tables.
    fn sql(&self) -> String {
        let amounts: Vec<_> = self.amounts.iter().map(|(_, amount)| *amount).collect();
        format!(
            "UNION ALL SELECT w.key, w.sign, w.place, e.amounts FROM wanted AS w \
             CROSS JOIN LATERAL (SELECT ARRAY[{}] AS amounts FROM {}) AS e WHERE w.place = '{}' ",
            amounts.join(", "),
            self.from,
            self.source.name(),
        )
    }
}

/// Counters, what is not yet added to them, and what `sources` tell. The arrays stand in subqueries so that plans do
/// not depend on their lengths.
fn sql(sources: &[Told]) -> String {
    const COUNTED: &str = "w.place IN ('month', 'day', 'quarter')";
    let amounts = of_each(|measure| format!("CAST(sum(c.{measure}) AS bigint)"));
    let told: String = sources.iter().map(Told::sql).collect();
    format!(
        "WITH wanted AS (SELECT * FROM unnest((SELECT CAST($3 AS integer[])), (SELECT CAST($4 AS text[])), \
             (SELECT CAST($5 AS timestamptz[])), (SELECT CAST($6 AS timestamptz[])), \
             (SELECT CAST($7 AS integer[]))) AS w (key, place, from_at, to_at, sign)) \
         SELECT w.key, w.sign, '{COUNTERS}' AS name, e.amounts FROM wanted AS w CROSS JOIN LATERAL ( \
             SELECT ARRAY[{amounts}] AS amounts FROM analytics_counts AS c WHERE c.organization_id = $1 \
             AND c.agent_id = $2 AND c.grain = w.place AND c.bucket >= w.from_at AND c.bucket < w.to_at \
             HAVING count(*) > 0) AS e WHERE {COUNTED} \
         UNION ALL SELECT w.key, w.sign, d.measure, ARRAY[CAST(sum(d.amount) AS bigint)] FROM wanted AS w \
             JOIN analytics_deltas AS d ON d.organization_id = $1 AND d.agent_id = $2 \
             AND d.bucket >= w.from_at AND d.bucket < w.to_at \
             WHERE {COUNTED} GROUP BY w.key, w.sign, d.measure {told}"
    )
}
