//! One statement that adds up any measures of any windows.

use crate::Window;
use crate::model::sql::{ENDED, INBOUND, MEASURES, MESSAGE_COUNTS, STARTED, of_each};
use crate::window::{Grain, Span};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::{Prepared, Reader, Result};
use std::borrow::Cow;
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
pub(super) struct Figures(HashMap<(i32, Cow<'static, str>), i64>);

impl Figures {
    pub(super) fn get(&self, key: i32, measure: &'static str) -> i64 {
        self.0
            .get(&(key, Cow::Borrowed(measure)))
            .copied()
            .unwrap_or_default()
    }

    fn add(&mut self, key: i32, measure: Cow<'static, str>, amount: i64) {
        *self.0.entry((key, measure)).or_default() += amount;
    }
}

impl FromIterator<Row> for Figures {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        let mut figures = Self::default();
        for Row {
            key,
            measure,
            amounts,
        } in rows
        {
            let named = measure.map(Cow::Owned);
            let measures = named.into_iter().chain(MEASURES.map(Cow::Borrowed));
            for (measure, amount) in measures.zip(amounts) {
                figures.add(key, measure, amount);
            }
        }
        figures
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
        static OF_ALL: LazyLock<String> = LazyLock::new(|| sql(&of_everybody()));
        static OF_ONE: LazyLock<String> = LazyLock::new(|| sql(&of_agent()));
        let text = if agent == EVERYBODY { &*OF_ALL } else { &*OF_ONE };
        let statement = sql_query(text)
            .bind::<BigInt, _>(db.organization())
            .bind::<BigInt, _>(agent)
            .bind::<Array<Integer>, _>(self.keys)
            .bind::<Array<Text>, _>(self.places)
            .bind::<Array<Timestamptz>, _>(self.from)
            .bind::<Array<Timestamptz>, _>(self.to)
            .bind::<Array<Integer>, _>(self.signs);
        let rows: Vec<Row> = Prepared(statement).load(&mut db.conn()).await?;
        Ok(rows.into_iter().collect())
    }
}

/// What a span adds to its key.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    key: i32,
    /// The measure that there is an amount of; when absent, there is one of each of the [`MEASURES`].
    #[diesel(sql_type = Nullable<Text>)]
    measure: Option<String>,
    #[diesel(sql_type = Array<BigInt>)]
    amounts: Vec<i64>,
}

/// Counters, what is not yet added to them, and `exact` selections of what is looked at itself. The arrays stand in
/// subqueries so that plans do not depend on their lengths.
fn sql(exact: &str) -> String {
    const COUNTED: &str = "w.place IN ('month', 'day', 'quarter')";
    let amounts = of_each(|measure| format!("w.sign * CAST(coalesce(sum(c.{measure}), 0) AS bigint)"));
    format!(
        "WITH wanted AS (SELECT * FROM unnest((SELECT CAST($3 AS integer[])), (SELECT CAST($4 AS text[])), \
             (SELECT CAST($5 AS timestamptz[])), (SELECT CAST($6 AS timestamptz[])), \
             (SELECT CAST($7 AS integer[]))) AS w (key, place, from_at, to_at, sign)) \
         SELECT w.key, NULL AS measure, e.amounts FROM wanted AS w CROSS JOIN LATERAL ( \
             SELECT ARRAY[{amounts}] AS amounts FROM analytics_counts AS c WHERE c.organization_id = $1 \
             AND c.agent_id = $2 AND c.grain = w.place AND c.bucket >= w.from_at AND c.bucket < w.to_at) AS e \
             WHERE {COUNTED} \
         UNION ALL SELECT a.key, a.measure, ARRAY[CAST(sum(a.amount) AS bigint)] FROM ( \
             SELECT w.key, d.measure, w.sign * d.amount AS amount FROM wanted AS w JOIN analytics_deltas AS d \
                 ON d.organization_id = $1 AND d.agent_id = $2 AND d.bucket >= w.from_at AND d.bucket < w.to_at \
                 WHERE {COUNTED} \
             {exact}) AS a GROUP BY a.key, a.measure"
    )
}

/// Selects rows of `measure` and `amount` for each span that is wanted of a source. In a subquery of its own it is
/// looked up for each by an index; a join might be planned as one over whole tables.
fn each(source: Source, select: &str) -> String {
    format!(
        "UNION ALL SELECT w.key, e.measure, w.sign * e.amount FROM wanted AS w \
         CROSS JOIN LATERAL (SELECT {select}) AS e WHERE w.place = '{}' ",
        source.name(),
    )
}

/// Of the messages `m` of a span.
const WITHIN: &str = "m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at";

/// What messages count for, for everybody or an agent.
fn messages() -> String {
    each(
        Source::Messages,
        &format!(
            "v.measure, sum(v.amount) AS amount FROM messages AS m \
             CROSS JOIN LATERAL (VALUES {MESSAGE_COUNTS}) AS v (agent_id, measure, at, amount) \
             WHERE {WITHIN} AND v.agent_id = $2 GROUP BY v.measure"
        ),
    )
}

fn of_everybody() -> String {
    let active = each(
        Source::Active,
        &format!(
            "'conversations_active' AS measure, count(DISTINCT m.conversation_id) AS amount \
             FROM messages AS m WHERE {WITHIN}"
        ),
    );
    let facts = [
        (Source::Started, "first_activity_at", STARTED),
        (Source::Ended, "last_activity_at", ENDED),
        (Source::Inbound, "first_inbound_at", INBOUND),
    ];
    let facts = facts.map(|(source, column, counts)| {
        each(
            source,
            &format!(
                "v.measure, sum(v.amount) AS amount FROM conversation_facts AS f \
                 CROSS JOIN LATERAL (VALUES {counts}) AS v (measure, at, amount) WHERE f.organization_id = $1 \
                 AND f.{column} >= w.from_at AND f.{column} < w.to_at GROUP BY v.measure"
            ),
        )
    });
    format!(
        "{}{active}{}{}",
        messages(),
        each(Source::Silent, SILENT),
        facts.concat()
    )
}

/// The conversations with a gap over a whole span. It is at least as long, and began at most twice the least length
/// of its class before the span's end.
const SILENT: &str = "'conversations_silent' AS measure, count(g.from_at) AS amount \
    FROM generate_series(1, 16) AS k (number) CROSS JOIN LATERAL (SELECT g.from_at FROM activity_gaps AS g \
        WHERE g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
        AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number)) AS g \
    WHERE INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at";

fn of_agent() -> String {
    let responded = each(
        Source::Inbound,
        "'conversations_responded' AS measure, count(*) AS amount \
         FROM conversation_facts AS f JOIN conversation_agents AS a \
         ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
         WHERE f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    );
    format!("{}{responded}", messages())
}
