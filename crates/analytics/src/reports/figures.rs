//! One statement that adds up any measures of any windows.

use crate::Window;
use crate::model::sql::{ENDED, INBOUND, MESSAGE_COUNTS, STARTED};
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

/// What is wanted: measures, each of a window, under a key that tells windows apart.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    keys: Vec<i32>,
    /// What is read: a measure of the counters, or the [`source`] of an exact span, which tells all its measures.
    subjects: Vec<&'static str>,
    grains: Vec<&'static str>,
    from: Vec<DateTime<Utc>>,
    to: Vec<DateTime<Utc>>,
    signs: Vec<i32>,
}

/// What was found; what has nothing to count is 0.
#[derive(Debug, Default)]
pub(super) struct Figures(HashMap<(i32, String), i64>);

impl Figures {
    pub(super) fn get(&self, key: i32, measure: &str) -> i64 {
        self.0
            .get(&(key, measure.to_owned()))
            .copied()
            .unwrap_or_default()
    }
}

/// Where a measure of an exact span is looked up.
fn source(measure: &str) -> &'static str {
    match measure {
        "messages_received" | "messages_sent" | "ai_sent" | "ai_sent_unchanged" => "messages",
        "conversations_active" => "active",
        "conversations_silent" => "silent",
        "conversations_started" => "started",
        "conversations_ended" => "ended",
        _ => "inbound",
    }
}

impl Wanted {
    /// Adds measures of a window.
    pub(super) fn of(mut self, key: i32, measures: &[&'static str], window: Window) -> Self {
        for span in window.spans() {
            for measure in measures {
                match span.grain {
                    Grain::Exact => self.push_exact(key, source(measure), span),
                    _ => self.push(key, measure, span),
                }
            }
        }
        self
    }

    /// Adds a measure that has no counters.
    pub(super) fn exactly(mut self, key: i32, measure: &'static str, window: Window) -> Self {
        let span = Span {
            grain: Grain::Exact,
            from: window.from(),
            to: window.to(),
            sign: 1,
        };
        self.push_exact(key, source(measure), span);
        self
    }

    /// Adds a source of a span, once.
    fn push_exact(&mut self, key: i32, source: &'static str, span: Span) {
        let is_known = |place: usize| {
            let of = (self.keys.get(place), self.subjects.get(place));
            let at = (self.from.get(place), self.to.get(place));
            of == (Some(&key), Some(&source)) && at == (Some(&span.from), Some(&span.to))
        };
        if !(0..self.keys.len()).any(is_known) {
            self.push(key, source, span);
        }
    }

    fn push(&mut self, key: i32, subject: &'static str, span: Span) {
        self.keys.push(key);
        self.subjects.push(subject);
        self.grains.push(span.grain.name());
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
            .bind::<Array<Text>, _>(self.subjects)
            .bind::<Array<Text>, _>(self.grains)
            .bind::<Array<Timestamptz>, _>(self.from)
            .bind::<Array<Timestamptz>, _>(self.to)
            .bind::<Array<Integer>, _>(self.signs);
        let rows: Vec<Row> = Prepared(statement).load(&mut db.conn()).await?;
        Ok(Figures(
            rows.into_iter()
                .map(|row| ((row.key, row.measure), row.amount))
                .collect(),
        ))
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    key: i32,
    #[diesel(sql_type = Text)]
    measure: String,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// Counters, what is not yet added to them, and `exact` selections of what is looked at itself. The arrays stand in
/// subqueries so that plans do not depend on their lengths.
fn sql(exact: &str) -> String {
    format!(
        "WITH wanted AS (SELECT * FROM unnest((SELECT CAST($3 AS integer[])), (SELECT CAST($4 AS text[])), \
             (SELECT CAST($5 AS text[])), (SELECT CAST($6 AS timestamptz[])), (SELECT CAST($7 AS timestamptz[])), \
             (SELECT CAST($8 AS integer[]))) AS w (key, subject, grain, from_at, to_at, sign)) \
         SELECT a.key, a.measure, CAST(coalesce(sum(a.amount), 0) AS bigint) AS amount FROM ( \
             SELECT w.key, w.subject AS measure, w.sign * d.amount AS amount \
                 FROM wanted AS w JOIN analytics_deltas AS d \
                 ON d.organization_id = $1 AND d.agent_id = $2 AND d.measure = w.subject \
                 AND d.bucket >= w.from_at AND d.bucket < w.to_at \
                 WHERE w.grain <> 'exact' \
             UNION ALL SELECT w.key, w.subject, w.sign * e.amount FROM wanted AS w CROSS JOIN LATERAL ( \
                 SELECT sum(c.amount) AS amount FROM analytics_counts AS c WHERE c.organization_id = $1 \
                 AND c.agent_id = $2 AND c.measure = w.subject AND c.grain = w.grain \
                 AND c.bucket >= w.from_at AND c.bucket < w.to_at) AS e WHERE w.grain <> 'exact' \
             {exact} \
         ) AS a GROUP BY a.key, a.measure"
    )
}

/// Selects rows of `measure` and `amount` for each span that is wanted of a [`source`]. In a subquery of its own it is
/// looked up for each by an index; a join might be planned as one over whole tables.
fn each(source: &str, select: &str) -> String {
    format!(
        "UNION ALL SELECT w.key, e.measure, w.sign * e.amount FROM wanted AS w \
         CROSS JOIN LATERAL (SELECT {select}) AS e WHERE w.grain = 'exact' AND w.subject = '{source}' "
    )
}

/// Of the messages `m` of a span.
const WITHIN: &str = "m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at";

/// What messages count for, for everybody or an agent.
fn messages() -> String {
    each(
        "messages",
        &format!(
            "v.measure, sum(v.amount) AS amount FROM messages AS m \
             CROSS JOIN LATERAL (VALUES {MESSAGE_COUNTS}) AS v (agent_id, measure, at, amount) \
             WHERE {WITHIN} AND v.agent_id = $2 GROUP BY v.measure"
        ),
    )
}

fn of_everybody() -> String {
    let active = each(
        "active",
        &format!(
            "'conversations_active' AS measure, count(DISTINCT m.conversation_id) AS amount \
             FROM messages AS m WHERE {WITHIN}"
        ),
    );
    let facts = [
        ("started", "first_activity_at", STARTED),
        ("ended", "last_activity_at", ENDED),
        ("inbound", "first_inbound_at", INBOUND),
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
        each("silent", SILENT),
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
        "inbound",
        "'conversations_responded' AS measure, count(*) AS amount \
         FROM conversation_facts AS f JOIN conversation_agents AS a \
         ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
         WHERE f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    );
    format!("{}{responded}", messages())
}
