//! One statement that adds up any measures of any windows.

use super::sources::{Source, Told, of_all, of_one};
use crate::Window;
use crate::model::measures;
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
        let told = sources.iter().find_map(|told| told.measures(&row.name));
        let measures = match told {
            Some(told) => told.to_vec(),
            None if row.name == COUNTERS => measures::names().collect(),
            None => measures::names().filter(|measure| *measure == row.name).collect(),
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
        static ALL: LazyLock<Statement> = LazyLock::new(|| Statement::of(of_all()));
        static ONE: LazyLock<Statement> = LazyLock::new(|| Statement::of(of_one()));
        let Statement { sources, sql } = if agent == EVERYBODY { &*ALL } else { &*ONE };
        let statement = sql_query(sql)
            .bind::<BigInt, _>(db.organization())
            .bind::<BigInt, _>(agent)
            .bind::<Array<Integer>, _>(self.keys)
            .bind::<Array<Text>, _>(self.places)
            .bind::<Array<Timestamptz>, _>(self.from)
            .bind::<Array<Timestamptz>, _>(self.to)
            .bind::<Array<Integer>, _>(self.signs);
        let rows: Vec<Row> = Prepared(statement).load(&mut db.conn()).await?;
        let mut figures = Figures::default();
        for row in rows {
            figures.add(row, sources);
        }
        Ok(figures)
    }
}

/// A statement, and the sources that tell something in it.
struct Statement {
    sources: Vec<Told>,
    sql: String,
}

impl Statement {
    fn of(sources: Vec<Told>) -> Self {
        let sql = sql(&sources);
        Self { sources, sql }
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

/// The name of rows that have an amount of each measure that has counters.
const COUNTERS: &str = "counters";

/// Counters, what is not yet added to them, and what `sources` tell. The arrays stand in subqueries so that plans do
/// not depend on their lengths.
fn sql(sources: &[Told]) -> String {
    const COUNTED: &str = "w.place IN ('month', 'day', 'quarter')";
    let amounts = measures::of_each(|measure| format!("CAST(sum(c.{measure}) AS bigint)"));
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
