//! The same figures, read from the messages themselves.

use crate::stage::Stage;
use chrono::{DateTime, SecondsFormat, Utc};
use rapport_analytics::{
    AgentReport, ConversationReport, ModalityFigures, ResponseFigures, VolumeFigures, Window,
};
use uuid::Uuid;

/// Each conversation with its first message received and the time of the first message sent after it.
const RECEIVED: &str = "\
    WITH inbound AS (SELECT DISTINCT ON (conversation_id) conversation_id, id, occurred_at, modality FROM messages \
        WHERE organization_id = $1 AND direction = 'received' ORDER BY conversation_id, occurred_at, id), \
    received AS (SELECT i.*, (SELECT min(m.occurred_at) FROM messages AS m \
            WHERE m.organization_id = $1 AND m.conversation_id = i.conversation_id AND m.direction = 'sent' \
            AND (m.occurred_at, m.id) > (i.occurred_at, i.id)) AS reply_at \
        FROM inbound AS i WHERE i.occurred_at >= CAST(CAST($2 AS text) AS timestamptz) \
        AND i.occurred_at < CAST(CAST($3 AS text) AS timestamptz)) ";

const MESSAGES: &str = "FROM messages WHERE organization_id = $1 \
    AND occurred_at >= CAST(CAST($2 AS text) AS timestamptz) AND occurred_at < CAST(CAST($3 AS text) AS timestamptz)";

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The figures that `sql` selects, each a bigint.
async fn figures<const N: usize>(stage: &Stage, sql: &str, window: Window) -> [i64; N] {
    let client = stage.test.sql().await;
    let (from, to) = (text(window.from()), text(window.to()));
    let row = client
        .query_one(sql, &[&stage.ctx.organization, &from, &to])
        .await
        .unwrap();
    std::array::from_fn(|column| row.get(column))
}

pub async fn conversations(stage: &Stage, window: Window) -> ConversationReport {
    let sql = format!(
        "{RECEIVED} SELECT count(*), count(reply_at), \
         CAST(coalesce(sum(extract(epoch FROM reply_at - occurred_at) * 1000000), 0) AS bigint), \
         count(*) FILTER (WHERE modality = 'text'), count(*) FILTER (WHERE modality = 'call'), \
         count(*) FILTER (WHERE modality = 'email'), count(*) FILTER (WHERE modality = 'live_chat'), \
         count(*) FILTER (WHERE modality = 'form_request') FROM received"
    );
    let [
        received,
        responded,
        response_microseconds,
        texts,
        calls,
        emails,
        live_chats,
        form_requests,
    ] = figures(stage, &sql, window).await;
    let sql = format!(
        "SELECT count(*) FILTER (WHERE direction = 'received'), count(*) FILTER (WHERE direction = 'sent'), \
         count(DISTINCT conversation_id) {MESSAGES}"
    );
    let [messages_received, messages_sent, conversations] = figures(stage, &sql, window).await;
    ConversationReport {
        response: ResponseFigures {
            received,
            responded,
            response_microseconds,
        },
        volume: VolumeFigures {
            messages_received,
            messages_sent,
            conversations,
        },
        modality: ModalityFigures {
            texts,
            calls,
            emails,
            live_chats,
            form_requests,
        },
    }
}

pub async fn agent(stage: &Stage, agent: Uuid, window: Window) -> AgentReport {
    let own = format!("(SELECT id FROM agents WHERE organization_id = $1 AND uuid = '{agent}')");
    let sql = format!(
        "{RECEIVED} SELECT count(*) FROM received AS r WHERE EXISTS (SELECT 1 FROM messages AS m \
         WHERE m.organization_id = $1 AND m.conversation_id = r.conversation_id AND m.direction = 'sent' \
         AND (m.occurred_at, m.id) > (r.occurred_at, r.id) AND m.agent_id = {own})"
    );
    let [responded] = figures(stage, &sql, window).await;
    let sql = format!("SELECT count(*) {MESSAGES} AND direction = 'sent' AND agent_id = {own}");
    let [messages_sent] = figures(stage, &sql, window).await;
    AgentReport {
        responded,
        messages_sent,
    }
}
