//! Reports do not read the messages of their window.

use crate::stage::{Said, Stage, at, window};
use rapport_analytics::{AnalyticsService, PgAnalytics};

const DAY: i64 = 24 * 60;

#[tokio::test]
async fn a_report_of_whole_quarters_needs_no_messages() {
    let stage = Stage::new().await;
    for number in 0..6 {
        let conversation = stage.conversation(&format!("{number}@x")).await;
        let start = number * 9 * DAY;
        stage
            .say(
                conversation,
                &[Said::received(at(start)), Said::sent(at(start + 3 * DAY), 0)],
            )
            .await;
    }
    let span = window(at(15), at(40 * DAY + 30));
    let before = stage.report(span).await;
    assert_eq!(before.response.received, 4);
    assert_eq!(before.volume.conversations, 5);
    let client = stage.test.sql().await;
    client.batch_execute("TRUNCATE messages CASCADE").await.unwrap();
    assert_eq!(stage.report(span).await, before);
    stage.fold().await;
    assert_eq!(stage.report(span).await, before);
}

#[tokio::test]
async fn a_report_of_a_year_reads_a_small_part_of_the_database() {
    let stage = Stage::new().await;
    fill(&stage).await;
    stage.rebuild().await;
    let client = stage.test.sql().await;
    client.batch_execute("ANALYZE").await.unwrap();
    client
        .batch_execute("SELECT pg_stat_statements_reset()")
        .await
        .unwrap();
    // From a moment to a moment, as people ask who mean "until now".
    let span = window(at(7 * DAY + 3), at(372 * DAY + 7));
    let reader = stage.reader().await;
    // Often enough for PostgreSQL to settle on a plan.
    for _ in 0..20 {
        let report = PgAnalytics.conversations(&reader, span).await.unwrap();
        assert!(report.volume.messages_received > 5_000, "{report:?}");
        PgAnalytics
            .agent_conversations(&reader, stage.agents[0], span)
            .await
            .unwrap();
    }
    let sql = "SELECT CAST(sum(shared_blks_hit + shared_blks_read) / sum(calls) AS bigint), CAST(sum(calls) AS bigint), \
               (SELECT pg_relation_size('messages') / 8192) FROM pg_stat_statements AS s \
               JOIN pg_database AS d ON d.oid = s.dbid \
               WHERE d.datname = current_database() AND query LIKE 'WITH wanted%'";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (read, calls, messages): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(calls, 40);
    assert!(messages > 800, "{messages} pages of messages");
    assert!(read < 600, "{read} pages read, of {messages} of messages");
}

/// Two years of 20,000 messages in 2,000 conversations, told by no event.
async fn fill(stage: &Stage) {
    let seed = stage.conversation("seed@x").await;
    stage.say(seed, &[Said::received(at(0))]).await;
    let client = stage.test.sql().await;
    let organization = stage.ctx.organization;
    let fill = format!(
        "INSERT INTO conversations (organization_id, uuid, contact_id, folder, is_read, start_at, last_activity_at, \
             created_at, updated_at) \
         SELECT organization_id, gen_random_uuid(), contact_id, folder, is_read, start_at, last_activity_at, \
             created_at, updated_at FROM conversations, generate_series(1, 1999) WHERE organization_id = {organization}; \
         INSERT INTO messages (organization_id, uuid, conversation_id, agent_id, modality, direction, channel, status, \
             content, to_addresses, cc_emails, bcc_emails, occurred_at, created_at) \
         SELECT c.organization_id, gen_random_uuid(), c.id, \
             CASE n % 2 WHEN 1 THEN (SELECT min(id) FROM agents WHERE organization_id = {organization}) END, 'email', \
             CASE n % 2 WHEN 1 THEN 'sent' ELSE 'received' END, 'sandbox', 'sent', repeat('x', 300), '{{}}', '{{}}', '{{}}', \
             TIMESTAMPTZ '2026-01-01' + INTERVAL '1 minute' * (c.number * 500 + n * n * 300), now() \
         FROM (SELECT *, row_number() OVER (ORDER BY id) AS number FROM conversations \
             WHERE organization_id = {organization}) AS c, generate_series(0, 9) AS n"
    );
    client.batch_execute(&fill).await.unwrap();
}
