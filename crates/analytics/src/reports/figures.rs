//! One statement that adds up any measures of any windows.

use crate::Window;
use crate::model::sql::{ENDED, INBOUND, STARTED};
use crate::statement::Prepared;
use crate::window::{Grain, Span};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use rapport_platform::{Reader, Result};
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
    }

    /// The figures of an agent, or of [`EVERYBODY`]; all of one moment.
    pub(super) async fn find(self, db: &Reader, agent: i64) -> Result<Figures> {
        static OF_ALL: LazyLock<String> = LazyLock::new(|| sql(&of_everybody()));
        static OF_ONE: LazyLock<String> = LazyLock::new(|| sql(OF_AGENT));
        let text = if agent == EVERYBODY { &*OF_ALL } else { &*OF_ONE };
        let statement = sql_query(text)
            .bind::<BigInt, _>(db.organization())
            .bind::<BigInt, _>(agent)
            .bind::<Array<Integer>, _>(self.keys)
            .bind::<Array<Text>, _>(self.measures)
            .bind::<Array<Text>, _>(self.grains)
            .bind::<Array<Timestamptz>, _>(self.from)
            .bind::<Array<Timestamptz>, _>(self.to);
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

/// Counters, what is not yet added to them, and `exact` selections of what is looked at itself.
fn sql(exact: &str) -> String {
    format!(
        "WITH wanted AS (SELECT * FROM unnest($3, $4, $5, $6, $7) AS w (key, measure, grain, from_at, to_at)) \
         SELECT a.key, a.measure, CAST(sum(a.amount) AS bigint) AS amount FROM ( \
             SELECT w.key, w.measure, c.amount FROM wanted AS w JOIN analytics_counts AS c \
                 ON c.organization_id = $1 AND c.agent_id = $2 AND c.measure = w.measure AND c.grain = w.grain \
                 AND c.bucket >= w.from_at AND c.bucket < w.to_at \
             UNION ALL SELECT w.key, w.measure, d.amount FROM wanted AS w JOIN analytics_deltas AS d \
                 ON d.organization_id = $1 AND d.agent_id = $2 AND d.measure = w.measure \
                 AND d.bucket >= w.from_at AND d.bucket < w.to_at \
                 WHERE w.grain <> 'exact' \
             {exact} \
         ) AS a GROUP BY a.key, a.measure"
    )
}

fn of_everybody() -> String {
    const MESSAGES: &str = "\
        UNION ALL SELECT w.key, w.measure, 1 FROM wanted AS w JOIN messages AS m \
            ON m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
            WHERE w.grain = 'exact' AND w.measure IN ('messages_received', 'messages_sent') \
            AND w.measure = 'messages_' || m.direction \
        UNION ALL SELECT w.key, w.measure, 1 FROM wanted AS w JOIN messages AS m \
            ON m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
            WHERE w.grain = 'exact' AND w.measure IN ('ai_sent', 'ai_sent_unchanged') \
            AND (m.authorship = 'ai' OR (m.authorship = 'ai_edited' AND w.measure = 'ai_sent')) \
        UNION ALL SELECT w.key, w.measure, count(DISTINCT m.conversation_id) FROM wanted AS w JOIN messages AS m \
            ON m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
            WHERE w.measure = 'conversations_active' GROUP BY w.key, w.measure ";
    // A gap over the whole window is at least as long, and began at most twice the least length of its class before
    // the window's end.
    const GAPS: &str = "\
        UNION ALL SELECT w.key, w.measure, 1 FROM wanted AS w \
            CROSS JOIN generate_series(1, 16) AS k (number) JOIN activity_gaps AS g \
            ON g.organization_id = $1 AND g.class = k.number AND g.from_at < w.from_at AND g.to_at >= w.to_at \
            AND g.from_at >= w.to_at - INTERVAL '24 hours' * (1 << k.number) \
            WHERE w.measure = 'conversations_silent' AND INTERVAL '24 hours' * (1 << k.number) > w.to_at - w.from_at ";
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
        format!(
            "UNION ALL SELECT w.key, w.measure, v.amount FROM wanted AS w JOIN conversation_facts AS f \
                     ON f.organization_id = $1 AND f.{column} >= w.from_at AND f.{column} < w.to_at \
                     CROSS JOIN LATERAL (VALUES {counts}) AS v (measure, at, amount) \
                     WHERE w.grain = 'exact' AND w.measure IN ({measures}) AND v.measure = w.measure "
        )
    });
    format!("{MESSAGES}{GAPS}{}", facts.concat())
}

const OF_AGENT: &str = "\
    UNION ALL SELECT w.key, w.measure, 1 FROM wanted AS w JOIN messages AS m \
        ON m.organization_id = $1 AND m.occurred_at >= w.from_at AND m.occurred_at < w.to_at \
        WHERE w.grain = 'exact' AND w.measure = 'messages_sent' AND m.direction = 'sent' AND m.agent_id = $2 \
    UNION ALL SELECT w.key, w.measure, 1 FROM wanted AS w JOIN conversation_facts AS f \
        ON f.organization_id = $1 AND f.first_inbound_at >= w.from_at AND f.first_inbound_at < w.to_at \
        JOIN conversation_agents AS a ON a.organization_id = $1 AND a.conversation_id = f.conversation_id \
        AND a.agent_id = $2 \
        WHERE w.grain = 'exact' AND w.measure = 'conversations_responded'";
