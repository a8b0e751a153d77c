//! Kills and what they leave behind.

use crate::support::{admin, connect, eventually, folder, kill, owner, query, server_pid, start};
use rapport_schema::embedded::{Embedded, Options};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

async fn killed_with_data(data_dir: &Path) -> Embedded {
    let database = Embedded::start(Options::new(data_dir)).await.unwrap();
    let client = connect(&database.url()).await.unwrap();
    client
        .batch_execute("CREATE TABLE kept AS SELECT 'kept'::text AS word")
        .await
        .unwrap();
    kill(server_pid(database.home()));
    database
}

#[tokio::test]
async fn a_killed_server_recovers_what_was_committed() {
    let dir = folder();
    drop(killed_with_data(dir.path()).await);
    let database = start(dir.path()).await;
    assert_eq!(query(&database, "SELECT word FROM kept").await, "kept");
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn watching_brings_a_killed_server_back_each_time() {
    let dir = folder();
    let database = start(dir.path()).await;
    let (home, url) = (database.home(), database.url());
    let kills = async {
        for _ in 0..2 {
            let killed = server_pid(home);
            kill(killed);
            eventually("another server answers", || async {
                connect(&url).await.is_ok() && server_pid(home) != killed
            })
            .await;
        }
    };
    tokio::select! {
        never = database.watch() => match never {},
        () = kills => {}
    }
    assert!(database.stop().await.unwrap());
}

#[tokio::test]
async fn a_reused_process_number_does_not_keep_the_server_down() {
    let dir = folder();
    let database = killed_with_data(dir.path()).await;
    let (uid, gid) = owner(database.home());
    let mut command = Command::new("cat");
    let mut other = command
        .uid(uid)
        .gid(gid)
        .current_dir("/")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let pidfile = database.home().join("data/postmaster.pid");
    let text = fs::read_to_string(&pidfile).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&pidfile, format!("{}\n{rest}", other.id())).unwrap();
    drop(database);
    let database = start(dir.path()).await;
    assert_eq!(query(&database, "SELECT word FROM kept").await, "kept");
    assert!(other.try_wait().unwrap().is_none());
    assert!(database.stop().await.unwrap());
    drop(other.stdin.take());
    other.wait().unwrap();
}

#[tokio::test]
async fn processes_of_a_killed_server_are_waited_for() {
    let dir = folder();
    let database = start(dir.path()).await;
    let client = admin(&database).await;
    // A session that computes does not notice that its server is gone. This one ends with a file.
    let flag = dir.path().join("flag");
    fs::write(&flag, "").unwrap();
    let busy = format!(
        "DO $$BEGIN WHILE (pg_stat_file('{}', true)).size IS NOT NULL LOOP NULL; END LOOP; END$$",
        flag.display()
    );
    let busy = tokio::spawn(async move { client.batch_execute(&busy).await });
    let running = "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'";
    eventually("the session computes", || async {
        let row = admin(&database).await.query_one(running, &[]).await;
        row.unwrap().get::<_, String>(0) == "1"
    })
    .await;
    let log = database.home().join("postgres.log");
    kill(server_pid(database.home()));
    drop(database);

    let refused = async {
        eventually("a start is refused", || async {
            fs::read_to_string(&log)
                .unwrap()
                .contains("pre-existing shared memory block")
        })
        .await;
        fs::remove_file(&flag).unwrap();
    };
    let (database, ()) = tokio::join!(start(dir.path()), refused);
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(database.stop().await.unwrap());
    // What the orphan could still say, it said to nobody.
    let _outcome = busy.await.unwrap();
}

#[tokio::test]
async fn an_interrupted_making_of_the_cluster_starts_afresh() {
    let dir = folder();
    let half = dir.path().join("postgres/data.unfinished");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    let reachable = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    fs::set_permissions(half.parent().unwrap(), reachable).unwrap();
    let database = start(dir.path()).await;
    assert_eq!(query(&database, "SELECT 'alive'").await, "alive");
    assert!(!half.exists());
    assert!(database.stop().await.unwrap());
}
