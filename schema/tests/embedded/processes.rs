//! Several processes on one cluster, and processes that are killed.

use crate::support::{
    connect, eventually, first_answer, folder, options, other_process, query, server_pid, start,
};
use rapport_schema::embedded::{Embedded, Ephemeral};
use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Not a test of its own: what the other process does. It says where its cluster is and waits for the end of
/// its input.
#[tokio::test]
#[ignore = "run as another process by the tests here"]
async fn other_process_runs() {
    let Ok(mode) = env::var("RAPPORT_TEST_MODE") else {
        return;
    };
    let mut input = std::io::stdin();
    if mode == "ephemeral" {
        let database = Ephemeral::start(Vec::new()).await.unwrap();
        println!("\nready: {}", database.home().display());
        input.read_to_end(&mut Vec::new()).unwrap();
    } else {
        let dir = PathBuf::from(env::var_os("RAPPORT_TEST_DIR").unwrap());
        let database = Embedded::start(options(&dir)).await.unwrap();
        println!("\nready: {}", database.home().display());
        input.read_to_end(&mut Vec::new()).unwrap();
        database.stop().await.unwrap();
    }
}

#[tokio::test]
async fn another_process_keeps_the_server_running() {
    let dir = folder();
    let mut other = other_process("hold", dir.path()).spawn().unwrap();
    let home = first_answer(&mut other).await;
    let database = start(dir.path()).await;
    assert_eq!(database.home(), Path::new(&home));
    let url = database.url();
    assert!(!database.stop().await.unwrap());
    assert!(connect(&url).await.is_ok());
    drop(other.stdin.take());
    assert!(other.wait().await.unwrap().success());
    assert!(connect(&url).await.is_err());
}

#[tokio::test]
async fn the_server_of_a_killed_process_is_joined() {
    let dir = folder();
    let mut other = other_process("hold", dir.path()).spawn().unwrap();
    let home = first_answer(&mut other).await;
    let server = server_pid(Path::new(&home));
    other.kill().await.unwrap();
    let database = start(dir.path()).await;
    assert_eq!(server_pid(database.home()), server);
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn an_ephemeral_cluster_ends_with_a_killed_process() {
    let mut other = other_process("ephemeral", Path::new("")).spawn().unwrap();
    let home = first_answer(&mut other).await;
    let server = PathBuf::from(format!("/proc/{}", server_pid(Path::new(&home))));
    assert!(Path::new(&home).exists());
    other.kill().await.unwrap();
    eventually("the cluster is removed", || async {
        !Path::new(&home).exists() && !server.exists()
    })
    .await;
}

#[tokio::test]
async fn missing_binaries_are_reported_with_what_to_install() {
    let dir = folder();
    let output = other_process("hold", dir.path())
        .env("RAPPORT_PG_BIN", dir.path())
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let said = format!("{output:?}");
    assert!(
        said.contains("apt-get install postgresql") && said.contains("make tools"),
        "{said}"
    );
    assert!(!dir.path().join("postgres/data").exists());
}
