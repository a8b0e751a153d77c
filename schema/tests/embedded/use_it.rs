//! Starting, using and stopping.

use crate::support::{connect, folder, options, query, start};
use rapport_schema::embedded::{Embedded, Ephemeral, Options};
use std::fs;
use std::os::unix::fs::MetadataExt;

#[tokio::test]
async fn a_fresh_start_gives_a_private_durable_database() {
    let dir = folder();
    let database = Embedded::start(Options::new(dir.path().join("data")))
        .await
        .unwrap();
    for (setting, value) in [
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("unix_socket_permissions", "0700"),
    ] {
        assert_eq!(
            query(&database, &format!("SHOW {setting}")).await,
            value,
            "{setting}"
        );
    }
    assert_eq!(
        query(
            &database,
            "SELECT lower('ÄÇ') || current_user || current_database()"
        )
        .await,
        "äçrapportrapport"
    );
    assert_eq!(fs::metadata(database.socket_dir()).unwrap().mode() & 0o777, 0o700);
    let url = database.url();
    assert!(database.stop().await.unwrap());
    assert!(connect(&url).await.is_err());
}

#[tokio::test]
async fn data_is_there_after_a_restart() {
    let dir = folder();
    let database = start(dir.path()).await;
    let client = connect(&database.url()).await.unwrap();
    client
        .batch_execute("CREATE TABLE kept AS SELECT 'kept'::text AS word")
        .await
        .unwrap();
    assert!(database.stop().await.unwrap());
    let database = start(dir.path()).await;
    assert_eq!(query(&database, "SELECT word FROM kept").await, "kept");
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn the_last_user_stops_the_server() {
    let dir = folder();
    let first = start(dir.path()).await;
    let second = start(dir.path()).await;
    assert_eq!(first.url(), second.url());
    assert!(!first.stop().await.unwrap());
    assert_eq!(query(&second, "SELECT 'alive'").await, "alive");
    assert!(second.stop().await.unwrap());
}

#[tokio::test]
async fn users_that_start_at_once_share_one_server() {
    let dir = folder();
    let (first, second, third) = tokio::join!(start(dir.path()), start(dir.path()), start(dir.path()));
    let begun = "SELECT pg_postmaster_start_time()::text";
    assert_eq!(query(&first, begun).await, query(&third, begun).await);
    let (a, b, c) = tokio::join!(first.stop(), second.stop(), third.stop());
    let stopped = [a.unwrap(), b.unwrap(), c.unwrap()];
    assert_eq!(stopped.iter().filter(|stopped| **stopped).count(), 1);
}

#[tokio::test]
async fn settings_reach_the_server_and_other_databases_have_urls() {
    let dir = folder();
    let settings = vec![("shared_preload_libraries".into(), "auto_explain".into())];
    let database = Embedded::start(Options {
        settings,
        ..options(dir.path())
    })
    .await
    .unwrap();
    assert_eq!(
        query(&database, "SHOW shared_preload_libraries").await,
        "auto_explain"
    );
    let client = connect(&database.url()).await.unwrap();
    client.batch_execute("CREATE DATABASE \"a b/ü\"").await.unwrap();
    let other = connect(&database.url_for("a b/ü")).await.unwrap();
    let name: String = other
        .query_one("SELECT current_database()::text", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(name, "a b/ü");
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn the_log_holds_no_statements_and_no_values() {
    let dir = folder();
    let database = start(dir.path()).await;
    let client = connect(&database.url()).await.unwrap();
    client
        .batch_execute("CREATE TABLE unique_words (word text PRIMARY KEY)")
        .await
        .unwrap();
    let insert = "INSERT INTO unique_words VALUES ('confidential')";
    client.batch_execute(insert).await.unwrap();
    client.batch_execute(insert).await.unwrap_err();
    let log = database.home().join("postgres.log");
    assert!(database.stop().await.unwrap());
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("duplicate key") && !log.contains("confidential"),
        "{log}"
    );
}

#[tokio::test]
async fn an_ephemeral_cluster_leaves_nothing() {
    let database = Ephemeral::start(Vec::new()).await.unwrap();
    assert_eq!(query(&database, "SHOW fsync").await, "off");
    let (home, url) = (database.home().to_path_buf(), database.url());
    drop(database);
    assert!(!home.exists() && !home.parent().unwrap().exists());
    assert!(connect(&url).await.is_err());
}
