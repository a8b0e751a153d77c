//! The test database keeps what it promises.

use rapport_platform::Ids;
use rapport_test_support::{SeededIds, TestDatabase, epoch};

#[tokio::test]
async fn tests_do_not_see_each_other() {
    let (one, other) = tokio::join!(TestDatabase::new(), TestDatabase::new());
    let insert = "INSERT INTO instance_secrets (name, value) VALUES ('mine', '\\x00')";
    one.sql().await.batch_execute(insert).await.unwrap();
    let count = "SELECT count(*) FROM instance_secrets WHERE name = 'mine'";
    let seen: i64 = one.sql().await.query_one(count, &[]).await.unwrap().get(0);
    let elsewhere: i64 = other.sql().await.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!((seen, elsewhere), (1, 0));
}

#[tokio::test]
async fn the_clock_stands_until_it_is_moved() {
    let test = TestDatabase::new().await;
    assert_eq!(test.db.now(), epoch());
    test.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(test.db.now() - epoch(), chrono::TimeDelta::hours(1));
    assert_eq!(epoch().to_rfc3339(), "2026-03-12T00:32:13.782565+00:00");
}

#[test]
fn ids_repeat_with_their_seed_only() {
    let ids = |seed| {
        let ids = SeededIds::new(seed);
        [ids.uuid(epoch()), ids.uuid(epoch())]
    };
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
    let [first, second] = ids(1);
    assert_ne!(first, second);
    assert_eq!(first.get_version_num(), 7);
}
