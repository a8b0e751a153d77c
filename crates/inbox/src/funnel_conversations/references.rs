//! What conversations in funnels refer to.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The numeric ids that are looked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub funnels: BTreeSet<i64>,
    pub statuses: BTreeSet<i64>,
    pub agents: BTreeSet<i64>,
}

/// A status of a funnel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Status {
    pub uuid: Uuid,
    pub funnel: i64,
}

/// What of it is there, by numeric id.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Where telephone numbers without a country belong.
    pub region: String,
    pub funnels: HashMap<i64, Uuid>,
    pub statuses: HashMap<i64, Status>,
    /// The first status of each funnel that was asked for.
    pub first: HashMap<i64, i64>,
    pub agents: HashMap<i64, Uuid>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SqlUuid)]
    uuid: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    funnel: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    region: Option<String>,
}

impl References {
    /// Reads all in one statement, and holds the agents as by `rapport_crm_core::agents::hold`.
    pub async fn read(tx: &Tx, asked: &Asked) -> Result<Self> {
        let ids = |ids: &BTreeSet<i64>| -> Vec<i64> { ids.iter().copied().collect() };
        let rows: Vec<Row> = diesel::sql_query(
            "WITH held AS MATERIALIZED (SELECT a.id, a.uuid FROM agents AS a \
                 WHERE a.organization_id = $1 AND a.id = ANY ($4) AND a.deleted_at IS NULL ORDER BY a.id FOR SHARE) \
             SELECT 'region' AS kind, o.id, o.uuid, NULL::bigint AS funnel, o.default_region AS region \
                 FROM organizations AS o WHERE o.id = $1 \
             UNION ALL SELECT 'funnel', f.id, f.uuid, NULL, NULL FROM funnels AS f \
                 WHERE f.organization_id = $1 AND f.id = ANY ($2) \
             UNION ALL SELECT 'first', s.id, s.uuid, s.funnel_id, NULL FROM funnel_statuses AS s \
                 WHERE s.organization_id = $1 AND s.funnel_id = ANY ($2) AND s.position = 0 \
             UNION ALL SELECT 'status', t.id, t.uuid, t.funnel_id, NULL FROM funnel_statuses AS t \
                 WHERE t.organization_id = $1 AND t.id = ANY ($3) \
             UNION ALL SELECT 'agent', h.id, h.uuid, NULL, NULL FROM held AS h",
        )
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<BigInt>, _>(ids(&asked.funnels))
        .bind::<Array<BigInt>, _>(ids(&asked.statuses))
        .bind::<Array<BigInt>, _>(ids(&asked.agents))
        .load(&mut tx.conn())
        .await?;
        let mut found = Self::default();
        for row in rows {
            found.take(row);
        }
        Ok(found)
    }

    fn take(&mut self, row: Row) {
        match (row.kind.as_str(), row.funnel) {
            ("region", _) => self.region = row.region.unwrap_or_default(),
            ("funnel", _) => drop(self.funnels.insert(row.id, row.uuid)),
            ("agent", _) => drop(self.agents.insert(row.id, row.uuid)),
            (kind, Some(funnel)) => {
                let uuid = row.uuid;
                self.statuses.insert(row.id, Status { uuid, funnel });
                if kind == "first" {
                    self.first.insert(funnel, row.id);
                }
            }
            _ => {}
        }
    }
}
