//! What a page costs does not depend on how many contacts there are.

use super::world::{define, find};
use crate::stage::Stage;
use rapport_crm_core::custom_fields::FieldType;
use rapport_crm_core::query::{Direction, Filter, Listed, Search, Sort, Start, Window};
use serde_json::{Value, json};
use tokio_postgres::Client;

const CONTACTS: i64 = 100_000;

/// Contacts of which 70 in 100 have one tier, 27 another and 3 the last; their scores are spread.
async fn fill(stage: &Stage) -> Client {
    let [tier, score] = [
        define(stage, "tier", FieldType::List).await,
        define(stage, "score", FieldType::Number).await,
    ];
    let sql = stage.test.sql().await;
    let organization = stage.acme.organization;
    let contacts = "INSERT INTO contacts (organization_id, uuid, name, custom_fields, created_at, updated_at) \
                    SELECT $1, gen_random_uuid(), md5(n::text), jsonb_build_object('tier', CASE \
                    WHEN n % 100 < 70 THEN 'none' WHEN n % 100 < 97 THEN 'silver' ELSE 'gold' END, \
                    'score', n * 7919 % 100003), \
                    '2026-01-01Z'::timestamptz + n * 7919 % 100003 * interval '1 minute', now() \
                    FROM generate_series(1, $2::bigint) n";
    sql.execute(contacts, &[&organization, &CONTACTS]).await.unwrap();
    let values = "INSERT INTO custom_field_values \
                  (organization_id, definition_id, entity_id, entity_created_at, text_value) \
                  SELECT organization_id, $2, id, created_at, custom_fields ->> 'tier' FROM contacts \
                  WHERE organization_id = $1";
    sql.execute(values, &[&organization, &tier]).await.unwrap();
    let values = values
        .replace("text_value", "number_value")
        .replace("custom_fields ->> 'tier'", "(custom_fields ->> 'score')::numeric");
    sql.execute(&values, &[&organization, &score]).await.unwrap();
    // As migrations for sorts by other columns have them.
    let index = "CREATE INDEX contacts_name ON contacts (organization_id, name, id)";
    sql.batch_execute(index).await.unwrap();
    sql.batch_execute("VACUUM ANALYZE").await.unwrap();
    sql
}

/// How many blocks the searches of contacts have touched so far.
async fn blocks(sql: &Client) -> i64 {
    let query = "SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint FROM pg_stat_statements s \
                 JOIN pg_database d ON d.oid = s.dbid \
                 WHERE datname = current_database() AND query LIKE 'SELECT%CAST(ARRAY[%LIMIT%'";
    sql.query_one(query, &[]).await.unwrap().get(0)
}

fn search(filters: &[(&str, &str, Value)], sort: &[(&str, Direction)]) -> Search {
    let filter = |(field, operator, value): &(&str, &str, Value)| {
        Filter::named((*field).to_owned(), operator, value.clone(), false).unwrap()
    };
    let order = |(field, direction): &(&str, Direction)| Sort {
        field: (*field).to_owned(),
        direction: *direction,
    };
    Search {
        filters: filters.iter().map(filter).collect(),
        sort: sort.iter().map(order).collect(),
        text: None,
    }
}

#[tokio::test]
async fn a_page_of_a_filtered_and_sorted_list_touches_few_blocks() {
    use Direction::{Asc, Desc};
    let stage = Stage::new().await;
    let sql = fill(&stage).await;
    let tier = |value| ("customFields.tier", "eq", json!(value));
    let above = |value| ("customFields.score", "gt", json!(value));
    // All of the list has more than 1,000 blocks, and so have all records with the most frequent tier.
    for (name, search, most) in [
        ("frequent, by time", search(&[tier("none")], &[]), 160),
        (
            "seldom, by time",
            search(&[tier("gold")], &[("createdAt", Asc)]),
            160,
        ),
        ("nobody", search(&[tier("lead")], &[]), 20),
        (
            "frequent, by name",
            search(&[tier("none")], &[("name", Asc)]),
            400,
        ),
        ("half, by time", search(&[above(50_000)], &[]), 250),
        ("few, by time", search(&[above(99_990)], &[]), 140),
        (
            "range, by the same",
            search(&[above(50_000)], &[("customFields.score", Asc)]),
            160,
        ),
        (
            "all, by a number",
            search(&[], &[("customFields.score", Desc)]),
            160,
        ),
        (
            "two values, by time",
            search(&[tier("gold"), above(50_000)], &[]),
            400,
        ),
    ] {
        let reader = stage.reader(&stage.acme).await;
        let mut start = Start::Top;
        for page in 1..=3 {
            let window = Window {
                start,
                limit: 20,
                total: false,
            };
            let before = blocks(&sql).await;
            let Listed { items, next, .. } = find(&reader, &search, &window).await.unwrap();
            let touched = blocks(&sql).await - before;
            assert!(touched > 0, "{name}: the statement is counted");
            assert!(touched <= most, "page {page} of {name} touches {touched} blocks");
            assert_eq!(items.is_empty(), name == "nobody", "{name}");
            match next {
                Some(after) => start = Start::After(after),
                None => break,
            }
        }
    }
}
