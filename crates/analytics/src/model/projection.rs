//! Keeps the read models in the transactions that change what they are made of.

use super::lock;
use super::sql::{self, FACTS, QUARTER};
use async_trait::async_trait;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rapport_platform::events::{Event, Projection};
use rapport_platform::{Prepared, Result, Tx};
use std::sync::LazyLock;
use uuid::Uuid;

/// Keeps all read models of this crate. Whoever writes messages holds their conversation, so what is read here of a
/// conversation is not changed by others before the commit.
#[derive(Debug, Default)]
pub struct ReadModels;

#[async_trait]
impl Projection for ReadModels {
    async fn apply(&self, tx: &Tx, events: &[Event]) -> Result<()> {
        let touched = Touched::by(events);
        if touched.messages.is_empty() && touched.merged.is_empty() {
            return Ok(());
        }
        // First, and by itself: the statements must see what was committed while this waited.
        lock::shared(tx).await?;
        count(tx, &touched).await?;
        if !touched.merged.is_empty() {
            read_gaps(tx, &touched.merged).await?;
        }
        split_gaps(tx, &touched.messages).await
    }
}

/// What a transaction has done, as far as it matters here.
#[derive(Debug, Default)]
struct Touched {
    /// New messages.
    messages: Vec<Uuid>,
    /// Conversations that messages were moved from and to.
    merged: Vec<Uuid>,
}

impl Touched {
    /// Messages move when threads are merged: some conversations are deleted then, and those that get the messages
    /// are updated.
    fn by(events: &[Event]) -> Self {
        let subjects = |kinds: &[&str]| -> Vec<Uuid> {
            let of = events.iter().filter(|event| kinds.contains(&event.kind));
            of.map(|event| event.subject_id).collect()
        };
        let merge = events.iter().any(|event| event.kind == "conversation.deleted");
        Self {
            messages: subjects(&["message.created"]),
            merged: if merge {
                subjects(&["conversation.deleted", "conversation.updated"])
            } else {
                Vec::new()
            },
        }
    }
}

/// Brings facts and agents up to date, and counts the difference: what is so now, less what was so before.
async fn count(tx: &Tx, touched: &Touched) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(count_sql);
    let statement = sql_query(&*SQL)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<SqlUuid>, _>(&touched.messages)
        .bind::<Array<SqlUuid>, _>(&touched.merged);
    Prepared(statement).execute(&mut tx.conn()).await?;
    Ok(())
}

fn count_sql() -> String {
    let fresh = sql::facts("AND c.id IN (SELECT t.conversation_id FROM touched AS t)");
    let set: Vec<_> = FACTS
        .split(", ")
        .skip(1)
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let set = set.join(", ");
    format!(
        "WITH created AS (SELECT m.id, m.conversation_id, m.agent_id, m.direction, m.occurred_at, m.authorship \
             FROM messages AS m WHERE m.organization_id = $1 AND m.uuid = ANY($2)), \
         touched AS (SELECT c.conversation_id FROM created AS c \
             UNION SELECT p.id FROM conversations AS p WHERE p.organization_id = $1 AND p.uuid = ANY($3) \
             UNION SELECT f.conversation_id FROM conversation_facts AS f \
                 WHERE f.organization_id = $1 AND f.uuid = ANY($3)), \
         stale AS (SELECT {FACTS} FROM conversation_facts AS f WHERE f.organization_id = $1 \
             AND f.conversation_id IN (SELECT t.conversation_id FROM touched AS t)), \
         fresh AS ({fresh}), \
         gone AS (SELECT s.conversation_id FROM stale AS s EXCEPT SELECT f.conversation_id FROM fresh AS f), \
         {agents}, \
         no_facts AS (DELETE FROM conversation_facts AS f USING gone AS g \
             WHERE f.organization_id = $1 AND f.conversation_id = g.conversation_id), \
         no_agents AS (DELETE FROM conversation_agents AS a USING gone AS g \
             WHERE a.organization_id = $1 AND a.conversation_id = g.conversation_id), \
         no_gaps AS (DELETE FROM activity_gaps AS a USING gone AS g \
             WHERE a.organization_id = $1 AND a.conversation_id = g.conversation_id), \
         new_facts AS (INSERT INTO conversation_facts (organization_id, {FACTS}) \
             SELECT $1, n.* FROM (SELECT * FROM fresh EXCEPT SELECT * FROM stale) AS n \
             ON CONFLICT (organization_id, conversation_id) DO UPDATE SET {set}), \
         new_agents AS (INSERT INTO conversation_agents (organization_id, conversation_id, agent_id) \
             SELECT $1, r.conversation_id, r.agent_id FROM repliers AS r ON CONFLICT DO NOTHING) \
         INSERT INTO analytics_deltas (organization_id, agent_id, measure, bucket, amount) \
         SELECT $1, d.agent_id, d.measure, {QUARTER}, sum(d.amount) FROM ( \
             SELECT v.agent_id, v.measure, v.at, v.amount FROM created AS m \
                 CROSS JOIN LATERAL (VALUES {messages}) AS v (agent_id, measure, at, amount) \
             UNION ALL SELECT v.agent_id, v.measure, v.at, v.amount FROM fresh AS f \
                 CROSS JOIN LATERAL (VALUES {facts}) AS v (agent_id, measure, at, amount) \
             UNION ALL SELECT v.agent_id, v.measure, v.at, -v.amount FROM stale AS f \
                 CROSS JOIN LATERAL (VALUES {facts}) AS v (agent_id, measure, at, amount) \
             UNION ALL SELECT a.agent_id, 'conversations_responded', a.at, 1 FROM fresh_agents AS a \
             UNION ALL SELECT a.agent_id, 'conversations_responded', a.at, -1 FROM stale_agents AS a \
         ) AS d WHERE d.agent_id IS NOT NULL AND d.at IS NOT NULL \
         GROUP BY 2, 3, 4 HAVING sum(d.amount) <> 0",
        agents = agents_sql(),
        messages = sql::of_messages(),
        facts = sql::of_facts(),
    )
}

/// `repliers` are the agents who may be new to a conversation: of its new messages, or of all when its first message
/// received has become another or messages were moved to it. Who has replied before has so now, because the first
/// message received only ever gets earlier.
fn agents_sql() -> &'static str {
    "repliers AS (SELECT f.conversation_id, c.agent_id FROM fresh AS f \
             JOIN created AS c ON c.conversation_id = f.conversation_id \
             WHERE c.direction = 'sent' AND c.agent_id IS NOT NULL \
             AND (c.occurred_at, c.id) > (f.first_inbound_at, f.first_inbound_id) \
         UNION SELECT f.conversation_id, m.agent_id FROM fresh AS f \
             LEFT JOIN stale AS s ON s.conversation_id = f.conversation_id \
             JOIN messages AS m ON m.organization_id = $1 AND m.conversation_id = f.conversation_id \
             WHERE (f.uuid = ANY($3) OR s.first_inbound_id IS DISTINCT FROM f.first_inbound_id) \
             AND m.direction = 'sent' AND m.agent_id IS NOT NULL \
             AND (m.occurred_at, m.id) > (f.first_inbound_at, f.first_inbound_id)), \
     stale_agents AS (SELECT a.conversation_id, a.agent_id, s.first_inbound_at AS at FROM stale AS s \
             JOIN conversation_agents AS a ON a.organization_id = $1 AND a.conversation_id = s.conversation_id), \
     fresh_agents AS (SELECT f.conversation_id, a.agent_id, f.first_inbound_at AS at FROM fresh AS f \
             JOIN (SELECT conversation_id, agent_id FROM stale_agents \
                 UNION SELECT conversation_id, agent_id FROM repliers) AS a \
             ON a.conversation_id = f.conversation_id)"
}

/// Finds the gaps of conversations that messages were moved to anew.
async fn read_gaps(tx: &Tx, merged: &[Uuid]) -> Result<()> {
    const FORGET: &str = "DELETE FROM activity_gaps AS g USING conversations AS c \
         WHERE g.organization_id = $1 AND c.organization_id = $1 AND c.uuid = ANY($2) AND g.conversation_id = c.id";
    static FIND: LazyLock<String> = LazyLock::new(|| {
        sql::gaps(
            "AND m.conversation_id IN (SELECT c.id FROM conversations AS c \
             WHERE c.organization_id = $1 AND c.uuid = ANY($2))",
        )
    });
    for text in [FORGET, &*FIND] {
        let statement = sql_query(text)
            .bind::<BigInt, _>(tx.organization())
            .bind::<Array<SqlUuid>, _>(merged);
        Prepared(statement).execute(&mut tx.conn()).await?;
    }
    Ok(())
}

/// Ends the gaps in which the new messages lie, and finds those before and after each.
async fn split_gaps(tx: &Tx, messages: &[Uuid]) -> Result<()> {
    const SQL: &str = "\
        WITH created AS (SELECT DISTINCT m.conversation_id, m.occurred_at FROM messages AS m \
            WHERE m.organization_id = $1 AND m.uuid = ANY($2)), \
        closed AS (DELETE FROM activity_gaps AS g USING created AS c WHERE g.organization_id = $1 \
            AND g.conversation_id = c.conversation_id AND g.from_at < c.occurred_at AND g.to_at > c.occurred_at), \
        near AS (SELECT c.conversation_id, c.occurred_at AS at, \
            (SELECT max(m.occurred_at) FROM messages AS m WHERE m.organization_id = $1 \
                AND m.conversation_id = c.conversation_id AND m.occurred_at < c.occurred_at) AS previous_at, \
            (SELECT min(m.occurred_at) FROM messages AS m WHERE m.organization_id = $1 \
                AND m.conversation_id = c.conversation_id AND m.occurred_at > c.occurred_at) AS next_at \
            FROM created AS c) \
        INSERT INTO activity_gaps (organization_id, conversation_id, from_at, to_at) \
        SELECT $1, n.conversation_id, v.from_at, v.to_at FROM near AS n \
            CROSS JOIN LATERAL (VALUES (n.previous_at, n.at), (n.at, n.next_at)) AS v (from_at, to_at) \
            WHERE v.to_at - v.from_at >= INTERVAL '1 day' ON CONFLICT DO NOTHING";
    let statement = sql_query(SQL)
        .bind::<BigInt, _>(tx.organization())
        .bind::<Array<SqlUuid>, _>(messages);
    Prepared(statement).execute(&mut tx.conn()).await?;
    Ok(())
}
