//! One statement that adds up any measures of any windows.

use crate::Window;
use crate::model::sql::{ENDED, INBOUND, STARTED};
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
    measures: Vec<&'static str>,
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

impl Wanted {
    /// Adds measures of a window.
    pub(super) fn of(mut self, key: i32, measures: &[&'static str], window: Window) -> Self {
        for span in window.spans() {
            for measure in measures {
                self.push(key, measure, span);
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
        self.push(key, measure, span);
        self
    }

    fn push(&mut self, key: i32, measure: &'static str, span: Span) {
        self.keys.push(key);
        self.measures.push(measure);
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
            .bind::<Array<Text>, _>(self.measures)
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
    let counted = each(
        "w.grain <> 'exact'",
        "sum(c.amount) AS amount FROM analytics_counts AS c WHERE c.organization_id = $1 AND c.agent_id = $2 \
         AND c.measure = w.measure AND c.grain = w.grain AND c.bucket >= w.from_at AND c.bucket < w.to_at",
    );
    format!(
        "WITH wanted AS (SELECT * FROM unnest((SELECT CAST($3 AS integer[])), (SELECT CAST($4 AS text[])), \
             (SELECT CAST($5 AS text[])), (SELECT CAST($6 AS timestamptz[])), (SELECT CAST($7 AS timestamptz[])), \
             (SELECT CAST($8 AS integer[]))) AS w (key, measure, grain, from_at, to_at, sign)) \
         SELECT a.key, a.measure, CAST(coalesce(sum(a.amount), 0) AS bigint) AS amount FROM ( \
             SELECT w.key, w.measure, w.sign * d.amount AS amount FROM wanted AS w JOIN analytics_deltas AS d \
                 ON d.organization_id = $1 AND d.agent_id = $2 AND d.measure = w.measure \
                 AND d.bucket >= w.from_at AND d.bucket < w.to_at \
                 WHERE w.grain <> 'exact' \
             {counted} {exact} \
         ) AS a GROUP BY a.key, a.measure"
    )
}

/// Selects an aggregate of one row `amount` for each that is wanted under a condition. In a subquery of its own it is
/// looked up for each by an index; a join might be planned as one over whole tables.
fn each(condition: &str, select: &str) -> String {
    format!(
        "UNION ALL SELECT w.key, w.measure, w.sign * e.amount FROM wanted AS w CROSS JOIN LATERAL (SELECT {select}) AS e \
         WHERE {condition} "
    )
}

/// The messages `m` of a span.
const MESSAGES: &str = "FROM messages AS m WHERE m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at";

fn of_everybody() -> String {
    let messages = each(
        "w.grain = 'exact' AND w.measure IN ('messages_received', 'messages_sent')",
        &format!("count(*) AS amount {MESSAGES} AND w.measure = 'messages_' || m.direction"),
    );
    let by_ai = each(
        "w.grain = 'exact' AND w.measure IN ('ai_sent', 'ai_sent_unchanged')",
        &format!(
            "count(*) AS amount {MESSAGES} \
             AND (m.authorship = 'ai' OR (m.authorship = 'ai_edited' AND w.measure = 'ai_sent'))"
        ),
    );
    let active = each(
        "w.measure = 'conversations_active'",
        &format!("count(DISTINCT m.conversation_id) AS amount {MESSAGES}"),
    );
    let facts = [
        ("first_activity_at", STARTED, "'conversations_started'"),
        ("last_activity_at", ENDED, "'conversations_ended'"),
        (
            "first_inbound_at",
            INBOUND,
            "'conversations_received', 'conversations_responded', 'response_microseconds', 'received_by_email', \
             'received_by_text', 'received_by_call', 'received_by_live_chat', 'received_by_form_request'",
        ),
    ];
    let facts = facts.map(|(column, counts, measures)| {
        each(
            &format!("w.grain = 'exact' AND w.measure IN ({measures})"),
            &format!(
                "sum(v.amount) AS amount FROM conversation_facts AS f \
                 CROSS JOIN LATERAL (VALUES {counts}) AS v (measure, at, amount) WHERE f.organization_id = $1 \
                 AND f.{column} >= w.from_at AND f.{column} < w.to_at AND v.measure = w.measure"
            ),
        )
    });
    format!("{messages}{by_ai}{active}{SILENT}{}", facts.concat())
}

/// The conversations with a gap over a whole span. It is at least as long, and began at most twice the least length
/// of its class before the span's end.
const SILENT: &str = "\
    UNION ALL SELECT w.key, w.measure, e.amount FROM wanted AS w CROSS JOIN generate_series(1, 16) AS k (number) \
        CROSS JOIN LATERAL (SELECT count(*) AS amount FROM activity_gaps AS g \
            WHERE g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
            AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number)) AS e \
        WHERE w.measure = 'conversations_silent' AND INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at ";

fn of_agent() -> String {
    let messages = each(
        "w.grain = 'exact' AND w.measure = 'messages_sent'",
        &format!("count(*) AS amount {MESSAGES} AND m.direction = 'sent' AND m.agent_id = $2"),
    );
    let responded = each(
        "w.grain = 'exact' AND w.measure = 'conversations_responded'",
        "count(*) AS amount FROM conversation_facts AS f JOIN conversation_agents AS a \
         ON a.organization_id = $1 AND a.conversation_id = f.conversation_id AND a.agent_id = $2 \
         WHERE f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at",
    );
    format!("{messages}{responded}")
}
