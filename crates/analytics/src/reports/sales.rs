//! What became of sales.

use crate::Window;
use bigdecimal::{BigDecimal, RoundingMode};
use diesel::sql_types::{BigInt, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use iso_currency::Currency;
use rapport_platform::{Error, Reader, Result};
use rapport_sales_pipeline::{PgPipeline, PipelineService};
use std::collections::HashMap;
use uuid::Uuid;

/// The stage at which a sale is made.
pub(super) const ACCEPTED: &str = "accepted";
/// The stage at which a quote has gone out.
pub(super) const QUOTED: &str = "quote_sent";
/// A stage of the pipeline, and the sales that reached it in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageFigures {
    /// Its name.
    pub name: String,
    /// By what programs know it.
    pub status: Option<String>,
    /// How many sales reached it; one that did so several times counts once.
    pub volume: i64,
    /// The sum of what those in the organization's currency are worth now, with the decimals of that currency.
    pub value: BigDecimal,
}

/// The sales in a window. Drafts and deleted sales do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesReport {
    /// The stages in their order.
    pub pipeline: Vec<StageFigures>,
}

impl SalesReport {
    /// How many sales were accepted for each that entered the pipeline: the volume of the stage `accepted` over
    /// that of the first stage. Zero when none entered.
    pub fn sales_rate(&self) -> f64 {
        let volume = |stage: Option<&StageFigures>| stage.map_or(0, |stage| stage.volume);
        crate::ratio(
            volume(self.stage(ACCEPTED)),
            volume(self.pipeline.as_slice().first()),
            2,
        )
    }

    /// The stage of this status.
    pub fn stage(&self, status: &str) -> Option<&StageFigures> {
        let mut stages = self.pipeline.iter();
        stages.find(|stage| stage.status.as_deref() == Some(status))
    }
}

#[derive(QueryableByName)]
struct StageRow {
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
    #[diesel(sql_type = BigInt)]
    volume: i64,
    #[diesel(sql_type = Numeric)]
    value: BigDecimal,
}

/// The sales of the organization, or of the one agent who owns them, in `currency`.
pub(super) async fn report(
    db: &Reader,
    agent: Option<i64>,
    currency: Currency,
    window: Window,
) -> Result<SalesReport> {
    const SQL: &str = "\
        SELECT p.uuid, count(*) AS volume, coalesce(sum(r.total_price) FILTER (WHERE r.currency = $3), 0) AS value \
        FROM (SELECT DISTINCT h.stage_id, s.id, s.currency, s.total_price FROM sale_status_history AS h \
            JOIN sales AS s ON s.organization_id = $1 AND s.id = h.sale_id \
            WHERE h.organization_id = $1 AND h.changed_at >= $4 AND h.changed_at < $5 \
            AND NOT s.draft AND s.deleted_at IS NULL AND ($2 IS NULL OR s.owner_id = $2)) AS r \
        JOIN pipeline_stages AS p ON p.organization_id = $1 AND p.id = r.stage_id \
        WHERE p.organization_id = $1 GROUP BY p.uuid";
    let stages = PgPipeline.stages(db).await?;
    let statement = sql_query(SQL)
        .bind::<BigInt, _>(db.organization())
        .bind::<Nullable<BigInt>, _>(agent)
        .bind::<Text, _>(currency.code())
        .bind::<Timestamptz, _>(window.from())
        .bind::<Timestamptz, _>(window.to());
    let rows: Vec<StageRow> = statement.load(&mut db.conn()).await?;
    let reached: HashMap<_, _> = rows
        .into_iter()
        .map(|row| (row.uuid, (row.volume, row.value)))
        .collect();
    let decimals = i64::from(currency.exponent().unwrap_or_default());
    let figures = stages.into_iter().map(|stage| {
        let (volume, value) = reached.get(&stage.uuid).cloned().unwrap_or_default();
        StageFigures {
            name: stage.name,
            status: stage.status,
            volume,
            value: value.with_scale_round(decimals, RoundingMode::HalfEven),
        }
    });
    Ok(SalesReport {
        pipeline: figures.collect(),
    })
}

#[derive(QueryableByName)]
struct SpeedRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    seconds: i64,
}

/// How many sales were accepted in the window for the first time and belong to a conversation in which something
/// was received before, and the mean seconds from then to the acceptance; 0 when there are none.
pub(super) async fn speed(db: &Reader, window: Window) -> Result<(i64, i64)> {
    const SQL: &str = "\
        SELECT count(*) AS count, \
            CAST(round(coalesce(avg(\"extract\"('epoch', a.accepted_at - a.inbound_at)), 0)) AS bigint) AS seconds \
        FROM (SELECT h.changed_at AS accepted_at, (SELECT min(f.first_inbound_at) FROM sale_conversations AS c \
                JOIN conversation_facts AS f ON f.organization_id = $1 AND f.uuid = c.conversation \
                WHERE c.organization_id = $1 AND c.sale_id = h.sale_id) AS inbound_at \
            FROM sale_status_history AS h JOIN sales AS s ON s.organization_id = $1 AND s.id = h.sale_id \
            JOIN pipeline_stages AS p ON p.organization_id = $1 AND p.id = h.stage_id \
            WHERE h.organization_id = $1 AND p.organization_id = $1 AND p.status = 'accepted' \
            AND h.changed_at >= $2 AND h.changed_at < $3 AND NOT s.draft AND s.deleted_at IS NULL \
            AND NOT EXISTS (SELECT 1 FROM sale_status_history AS e WHERE e.organization_id = $1 \
                AND e.sale_id = h.sale_id AND e.stage_id = h.stage_id AND e.id < h.id)) AS a \
        WHERE a.inbound_at < a.accepted_at";
    let statement = sql_query(SQL)
        .bind::<BigInt, _>(db.organization())
        .bind::<Timestamptz, _>(window.from())
        .bind::<Timestamptz, _>(window.to());
    let mut rows: Vec<SpeedRow> = statement.load(&mut db.conn()).await?;
    let row = rows.pop().ok_or_else(|| Error::internal("a count has a row"))?;
    Ok((row.count, row.seconds))
}
