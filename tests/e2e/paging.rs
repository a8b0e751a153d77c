//! A walk over a large list.

use rapport_test_support::TestApp;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio_postgres::Client;

const CONTACTS: i64 = 200_000;

/// Contacts named 1 to [`CONTACTS`]; always ten of one time, so that the id must decide between them.
async fn fill(sql: &Client, organization: i64) {
    let insert = "INSERT INTO contacts (organization_id, uuid, name, custom_fields, created_at, updated_at) \
                  SELECT $1, gen_random_uuid(), n::text, '{}', t, t \
                  FROM generate_series(1, $2::bigint) n, \
                       LATERAL (SELECT '2026-01-01Z'::timestamptz + n / 10 * interval '1 second') times (t)";
    sql.execute(insert, &[&organization, &CONTACTS]).await.unwrap();
    sql.batch_execute("ANALYZE contacts").await.unwrap();
}

/// How many blocks the lists of contacts have touched so far.
async fn blocks(sql: &Client) -> i64 {
    let query = "SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint FROM pg_stat_statements s \
                 JOIN pg_database d ON d.oid = s.dbid \
                 WHERE datname = current_database() AND query LIKE 'SELECT%\"contacts\"%ORDER BY%LIMIT%'";
    sql.query_one(query, &[]).await.unwrap().get(0)
}

fn next(page: &Value) -> Option<String> {
    page["pagination"]["next_cursor"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_walk_over_200_000_contacts_meets_each_once_while_others_insert() {
    TestApp::run(async |app| {
        let sql = app.database.sql().await;
        fill(&sql, app.alpha.organization).await;
        let (done, inserted) = (AtomicBool::new(false), AtomicUsize::new(0));
        let walk = async {
            let mut met = HashSet::new();
            let mut path = "contacts?limit=500".to_owned();
            let last = loop {
                let page = app.alpha.get(&path).await.expect(200).json;
                for one in page["data"].as_array().unwrap() {
                    let name = one["name"].as_str().unwrap().to_owned();
                    assert!(met.insert(name.clone()), "{name} again");
                }
                match next(&page) {
                    Some(cursor) => path = format!("contacts?limit=500&cursor={cursor}"),
                    None => break path,
                }
            };
            done.store(true, Ordering::Relaxed);
            (met, last)
        };
        let insert = async {
            while !done.load(Ordering::Relaxed) {
                let name = format!("late {}", inserted.fetch_add(1, Ordering::Relaxed));
                app.alpha
                    .post("contacts", &json!({"name": name}))
                    .await
                    .expect(201);
            }
        };
        let ((met, last), ()) = tokio::join!(walk, insert);
        let there = (1..=CONTACTS).filter(|n| met.contains(&n.to_string())).count();
        assert_eq!(i64::try_from(there).unwrap(), CONTACTS);
        assert!(inserted.into_inner() > 10, "others inserted meanwhile");

        // What a page costs, in blocks: the second, which has a cursor as all that follow, and the last.
        let second = next(&app.alpha.get("contacts?limit=500").await.expect(200).json).unwrap();
        let mut costs = [0; 2];
        for (cost, path) in costs
            .iter_mut()
            .zip([format!("contacts?limit=500&cursor={second}"), last])
        {
            let before = blocks(&sql).await;
            app.alpha.get(&path).await.expect(200);
            *cost = blocks(&sql).await - before;
        }
        let [second, last] = costs;
        assert!(second > 0, "the statement is counted");
        assert!(
            last <= second * 3 / 2,
            "the last page touches {last} blocks, the second {second}"
        );
    })
    .await;
}
