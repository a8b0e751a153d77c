//! Makes the read models of an organization anew.

use super::lock;
use super::sql::{self, FACTS, QUARTER};
use diesel::sql_query;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::{Result, Tx};

/// What was there, in any order.
const FORGET: [&str; 5] = [
    "DELETE FROM analytics_deltas WHERE organization_id = $1",
    "DELETE FROM analytics_counts WHERE organization_id = $1",
    "DELETE FROM activity_gaps WHERE organization_id = $1",
    "DELETE FROM conversation_agents WHERE organization_id = $1",
    "DELETE FROM conversation_facts WHERE organization_id = $1",
];

const AGENTS: &str = "\
    INSERT INTO conversation_agents (organization_id, conversation_id, agent_id) \
    SELECT DISTINCT $1, m.conversation_id, m.agent_id FROM messages AS m JOIN conversation_facts AS f \
        ON f.organization_id = $1 AND f.conversation_id = m.conversation_id \
    WHERE m.organization_id = $1 AND m.direction = 'sent' AND m.agent_id IS NOT NULL \
    AND (m.occurred_at, m.id) > (f.first_inbound_at, f.first_inbound_id)";

/// Makes all read models of the organization anew from its messages, after bulk loads that told no events, and
/// should they ever be wrong. While it runs, others who write messages of this organization wait with their commit.
///
/// # Errors
/// [`rapport_platform::Error::Unavailable`] when the database cannot be reached.
pub async fn rebuild(tx: &mut Tx) -> Result<()> {
    // It may take longer than a write of a request may.
    sql_query("SET LOCAL statement_timeout = 0")
        .execute(&mut tx.conn())
        .await?;
    lock::exclusive(tx).await?;
    for statement in FORGET {
        run(tx, statement).await?;
    }
    let facts = sql::facts("");
    run(
        tx,
        &format!(
            "INSERT INTO conversation_facts (organization_id, {FACTS}) SELECT $1, f.* FROM ({facts}) AS f"
        ),
    )
    .await?;
    run(tx, AGENTS).await?;
    run(tx, &sql::gaps("")).await?;
    run(tx, &counts()).await
}

async fn run(tx: &Tx, text: &str) -> Result<()> {
    let statement = sql_query(text).bind::<BigInt, _>(tx.organization());
    statement.execute(&mut tx.conn()).await?;
    Ok(())
}

fn counts() -> String {
    format!(
        "WITH quarters AS (SELECT d.agent_id, d.measure, {QUARTER} AS bucket, sum(d.amount) AS amount FROM ( \
             SELECT v.agent_id, v.measure, v.at, v.amount FROM messages AS m \
                 CROSS JOIN LATERAL (VALUES {messages}) AS v (agent_id, measure, at, amount) \
                 WHERE m.organization_id = $1 AND v.amount <> 0 \
             UNION ALL SELECT v.agent_id, v.measure, v.at, v.amount FROM conversation_facts AS f \
                 CROSS JOIN LATERAL (VALUES {facts}) AS v (agent_id, measure, at, amount) \
                 WHERE f.organization_id = $1 \
             UNION ALL SELECT a.agent_id, 'conversations_responded', f.first_inbound_at, 1 \
                 FROM conversation_facts AS f JOIN conversation_agents AS a \
                 ON a.organization_id = $1 AND a.conversation_id = f.conversation_id \
                 WHERE f.organization_id = $1 \
         ) AS d WHERE d.agent_id IS NOT NULL AND d.at IS NOT NULL \
         GROUP BY d.agent_id, d.measure, {QUARTER}) \
         {}",
        sql::count_up(),
        messages = sql::of_messages(),
        facts = sql::of_facts(),
    )
}
