//! The migrations: forward, all the way back, and forward again.

#![expect(
    clippy::unwrap_used,
    reason = "a failed step fails the test, also in what tests share"
)]

use rapport_schema::embedded::{Ephemeral, binaries};
use rapport_schema::migrations::{apply, revert_all};
use std::process::Command;
use tokio_postgres::{Client, NoTls};

/// The database without its rows, as `pg_dump` writes it.
fn schema(url: &str) -> String {
    let mut pg_dump = Command::new(binaries().unwrap().path("pg_dump"));
    let output = pg_dump
        .args(["--schema-only", "--no-owner", url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    // Newer minor versions put a random word into these lines.
    let lines = text.lines().filter(|line| !line.starts_with('\\'));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_migration_can_be_reverted_and_applied_again() {
    let database = Ephemeral::start(Vec::new()).await.unwrap();
    let url = database.url();

    let applied = apply(&url).await.unwrap();
    assert!(!applied.is_empty());
    assert!(apply(&url).await.unwrap().is_empty());
    let first = schema(&url);

    let mut reverted = revert_all(&url).await.unwrap();
    reverted.reverse();
    assert_eq!(reverted, applied);
    let left = schema(&url);
    let created = left.lines().filter(|line| line.starts_with("CREATE "));
    let created: Vec<_> = created
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect();
    assert!(created.is_empty(), "left behind: {created:?}");

    assert_eq!(apply(&url).await.unwrap(), applied);
    assert_eq!(schema(&url), first);
}

/// The rows that `sql` selects, each a text.
async fn lines(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn counters_are_carried_over_to_one_row_for_all_measures_and_back() {
    const UP: &str = include_str!("../migrations/2026-11-21-000016_wide_counters/up.sql");
    const DOWN: &str = include_str!("../migrations/2026-11-21-000016_wide_counters/down.sql");
    const ROWS: &str = "SELECT CAST(t AS text) FROM analytics_counts AS t ORDER BY t";
    let database = Ephemeral::start(Vec::new()).await.unwrap();
    let url = database.url();
    apply(&url).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);

    client.batch_execute(DOWN).await.unwrap();
    // Of each measure another amount, so that none can be taken for another.
    let fill = "INSERT INTO analytics_counts (organization_id, agent_id, measure, grain, bucket, amount) \
        SELECT o, a, m, g, TIMESTAMPTZ '2026-01-01Z', o * 100000 + a * 10000 + length(g) * 1000 + n FROM \
        unnest('{messages_received,messages_sent,ai_sent,ai_sent_unchanged,conversations_started,conversations_ended,\
            conversations_received,conversations_responded,response_microseconds,received_by_email,received_by_text,\
            received_by_call,received_by_live_chat,received_by_form_request}'::text[]) WITH ORDINALITY AS m (m, n), \
        generate_series(1, 2) AS o, generate_series(0, 1) AS a, unnest('{quarter,day,month}'::text[]) AS g; \
        INSERT INTO analytics_counts VALUES (3, 4, 'ai_sent', 'day', '2026-02-01Z', -5)";
    client.batch_execute(fill).await.unwrap();
    let narrow = lines(&client, ROWS).await;
    assert_eq!(narrow.len(), 14 * 2 * 2 * 3 + 1);

    client.batch_execute(UP).await.unwrap();
    assert_eq!(lines(&client, ROWS).await.len(), 2 * 2 * 3 + 1);
    let one = "SELECT format('%s %s %s', messages_received, ai_sent, conversations_ended) FROM analytics_counts \
        WHERE organization_id = 2 AND agent_id = 1 AND grain = 'day' \
        UNION ALL SELECT format('%s %s', messages_sent, ai_sent) FROM analytics_counts WHERE organization_id = 3";
    assert_eq!(lines(&client, one).await, ["213001 213003 213006", "0 -5"]);

    client.batch_execute(DOWN).await.unwrap();
    assert_eq!(lines(&client, ROWS).await, narrow);
}
