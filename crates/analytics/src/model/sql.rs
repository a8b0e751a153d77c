//! What the statements of the read models have in common. `$1` is the organization in all of them.

use super::measures::{ENDED, INBOUND, MESSAGES, MESSAGES_OF_AGENT, STARTED, of_each};

/// The quarter of an hour that the column `at` is in.
pub(crate) const QUARTER: &str = "date_bin('15 minutes', at, '2000-01-01 00:00:00Z')";

/// The columns of `conversation_facts`, in the order in which [`facts`] selects them.
pub(crate) const FACTS: &str = "conversation_id, uuid, is_lead, first_activity_at, last_activity_at, last_direction, \
    first_inbound_id, first_inbound_at, first_inbound_modality, first_inbound_forwarded, first_reply_at, \
    last_inbound_at";

/// Selects the facts of conversations `c` that have messages, a few index look-ups each; `which` says of which.
pub(crate) fn facts(which: &str) -> String {
    format!(
        "SELECT c.id AS conversation_id, c.uuid, head.direction = 'received' AS is_lead, \
         head.occurred_at AS first_activity_at, tail.occurred_at AS last_activity_at, \
         tail.direction AS last_direction, inbound.id AS first_inbound_id, inbound.occurred_at AS first_inbound_at, \
         inbound.modality AS first_inbound_modality, inbound.forwarded AS first_inbound_forwarded, \
         reply.occurred_at AS first_reply_at, latest.occurred_at AS last_inbound_at \
         FROM conversations AS c \
         CROSS JOIN LATERAL (SELECT m.occurred_at, m.direction FROM messages AS m \
             WHERE m.organization_id = $1 AND m.conversation_id = c.id \
             ORDER BY m.occurred_at, m.id LIMIT 1) AS head \
         CROSS JOIN LATERAL (SELECT m.occurred_at, m.direction FROM messages AS m \
             WHERE m.organization_id = $1 AND m.conversation_id = c.id \
             ORDER BY m.occurred_at DESC, m.id DESC LIMIT 1) AS tail \
         LEFT JOIN LATERAL (SELECT m.id, m.occurred_at, m.modality, {FORWARDED} AS forwarded FROM messages AS m \
             WHERE m.organization_id = $1 AND m.conversation_id = c.id AND m.direction = 'received' \
             ORDER BY m.occurred_at, m.id LIMIT 1) AS inbound ON true \
         LEFT JOIN LATERAL (SELECT m.occurred_at FROM messages AS m \
             WHERE m.organization_id = $1 AND m.conversation_id = c.id AND m.direction = 'sent' \
             AND (m.occurred_at, m.id) > (inbound.occurred_at, inbound.id) \
             ORDER BY m.occurred_at, m.id LIMIT 1) AS reply ON true \
         LEFT JOIN LATERAL (SELECT m.occurred_at FROM messages AS m \
             WHERE m.organization_id = $1 AND m.conversation_id = c.id AND m.direction = 'received' \
             ORDER BY m.occurred_at DESC, m.id DESC LIMIT 1) AS latest ON true \
         WHERE c.organization_id = $1 {which}"
    )
}

/// Whether the subject of a message `m` begins as mail programs of various languages mark a forward.
const FORWARDED: &str = "coalesce(m.subject ~* \
    '^\\s*(fwd?|wg|vs|vb|vl|doorst|tr|i|rv|enc|pd|ilt|转发)\\s*[:：]', false)";

/// What messages `m` count for: rows of agent, measure, time and amount.
pub(crate) fn of_messages() -> String {
    format!("{}, {}", MESSAGES.rows("0"), MESSAGES_OF_AGENT.rows("m.agent_id"))
}

/// What the facts `f` of conversations count for, likewise.
pub(crate) fn of_facts() -> String {
    [STARTED, ENDED, INBOUND]
        .map(|counted| counted.rows("0"))
        .join(", ")
}

/// Makes counters of every grain of the rows of `quarters` (agent, measure, bucket, amount), in the order of their key.
pub(crate) fn count_up() -> String {
    let columns = of_each(str::to_owned);
    let amounts =
        of_each(|measure| format!("coalesce(sum(s.amount) FILTER (WHERE s.measure = '{measure}'), 0)"));
    format!(
        "INSERT INTO analytics_counts AS t (organization_id, agent_id, grain, bucket, {columns}) \
         SELECT $1, s.agent_id, s.grain, s.bucket, {amounts} FROM ( \
             SELECT q.agent_id, q.measure, g.grain, g.bucket, sum(q.amount) AS amount FROM quarters AS q \
             CROSS JOIN LATERAL (VALUES ('quarter', q.bucket), ('day', date_trunc('day', q.bucket, 'UTC')), \
                 ('month', date_trunc('month', q.bucket, 'UTC'))) AS g (grain, bucket) \
             GROUP BY q.agent_id, q.measure, g.grain, g.bucket HAVING sum(q.amount) <> 0) AS s \
         GROUP BY s.agent_id, s.grain, s.bucket ORDER BY s.agent_id, s.grain, s.bucket"
    )
}

/// Follows [`count_up`] where there may be counters already: adds to them.
pub(crate) fn add_up() -> String {
    let sums = of_each(|measure| format!("{measure} = t.{measure} + excluded.{measure}"));
    format!("ON CONFLICT (organization_id, agent_id, grain, bucket) DO UPDATE SET {sums}")
}

/// Writes the gaps between the messages `m`; `which` says of which.
pub(crate) fn gaps(which: &str) -> String {
    format!(
        "INSERT INTO activity_gaps (organization_id, conversation_id, from_at, to_at) \
         SELECT $1, g.conversation_id, g.from_at, g.to_at FROM (SELECT m.conversation_id, m.occurred_at AS from_at, \
             lead(m.occurred_at) OVER (PARTITION BY m.conversation_id ORDER BY m.occurred_at) AS to_at \
             FROM messages AS m WHERE m.organization_id = $1 {which}) AS g \
         WHERE g.to_at - g.from_at >= INTERVAL '1 day'"
    )
}
