//! What these tests share.

use rapport_schema::embedded::{Embedded, Options};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_postgres::{Client, NoTls};

/// A folder the unprivileged account can pass through when root runs the tests.
pub fn folder() -> TempDir {
    tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o711))
        .tempdir()
        .unwrap()
}

/// Without durability, which most tests do not need.
pub fn options(data_dir: &Path) -> Options {
    Options {
        durable: false,
        ..Options::new(data_dir)
    }
}

pub async fn start(data_dir: &Path) -> Embedded {
    Embedded::start(options(data_dir)).await.unwrap()
}

pub async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Connects as the superuser.
pub async fn admin(database: &Embedded) -> Client {
    connect(&database.admin_url_for("rapport")).await.unwrap()
}

pub async fn query(database: &Embedded, sql: &str) -> String {
    let client = connect(&database.url()).await.unwrap();
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// The process number of the server.
pub fn server_pid(home: &Path) -> i32 {
    let file = fs::read_to_string(home.join("data/postmaster.pid")).unwrap();
    file.lines().next().unwrap().parse().unwrap()
}

pub fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// The account the server's files belong to.
pub fn owner(home: &Path) -> (u32, u32) {
    let data = fs::metadata(home.join("data")).unwrap();
    (data.uid(), data.gid())
}

/// Polls until `met` holds; fails after 20 seconds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, met: impl Fn() -> F) {
    for _ in 0..2000 {
        if met().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 20 seconds: {what}");
}

/// Another process, which runs `processes::other_process_runs` in `mode` until its input ends.
pub fn other_process(mode: &str, data_dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "processes::other_process_runs",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env("RAPPORT_TEST_MODE", mode)
        .env("RAPPORT_TEST_DIR", data_dir);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What the other process says once its server answers.
pub async fn first_answer(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, answer)) = line.split_once("ready: ") {
            return answer.to_owned();
        }
    }
    panic!("the other process ended");
}
