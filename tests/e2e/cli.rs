//! The command line.

use crate::support::program::{Server, folder, json, make_organization, postmaster, rapport, run};
use rapport_test_support::Caller;
use serde_json::Value;
use std::process::{Output, Stdio};
use tokio::io::{AsyncBufReadExt, BufReader};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The one line on standard error of a command that failed.
#[track_caller]
fn complaint(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    assert_eq!(said.lines().count(), 1, "{said}");
    said.strip_prefix("rapport: ").expect(&said).trim_end().to_owned()
}

#[tokio::test]
async fn every_command_explains_itself_with_an_example() {
    let help = rapport(&["--help"]).output().await.unwrap();
    assert!(help.status.success());
    let help = text(&help.stdout);
    let commands: Vec<&[&str]> = vec![
        &["serve"],
        &["migrate"],
        &["seed"],
        &["analytics", "rebuild"],
        &["openapi"],
        &["jobs", "list"],
        &["jobs", "retry"],
        &["org", "create"],
        &["key", "create"],
        &["import", "email"],
    ];
    for command in commands {
        assert!(help.contains(command[0]), "{command:?} in {help}");
        let own = rapport(command).arg("--help").output().await.unwrap();
        assert!(own.status.success(), "{command:?}");
        assert!(text(&own.stdout).contains("Example"), "{command:?}");
    }
    let version = rapport(&["--version"]).output().await.unwrap();
    assert!(text(&version.stdout).starts_with("rapport "));
}

#[tokio::test]
async fn wrong_usage_is_explained() {
    for arguments in [
        &["sevre"][..],
        &[],
        &["serve", "--bind", "nowhere"],
        &["serve", "--operations-days", "0"],
        &["org", "create"],
        &["key", "create", "--organization", "1", "--scopes", "root"],
    ] {
        let output = rapport(arguments).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_document_needs_no_database() {
    let dir = folder();
    let output = rapport(&["openapi"])
        .env("PATH", "")
        .current_dir(dir.path())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let unknown = rapport(&["openapi", "--surface", "moon"]).output().await.unwrap();
    assert!(complaint(&unknown).contains("moon"));
}

#[tokio::test]
async fn what_fails_says_why_in_one_line() {
    let dir = folder();
    for (arguments, word) in [
        (
            &["migrate", "--database-url", "postgres://127.0.0.1:1/none"][..],
            "database",
        ),
        (
            &[
                "org",
                "create",
                "--name",
                "x",
                "--admin-email",
                "nobody",
                "--admin-password",
                "correct horse",
            ],
            "--admin-email",
        ),
        (
            &[
                "org",
                "create",
                "--name",
                "x",
                "--admin-email",
                "a@example.com",
                "--admin-password",
                "short",
            ],
            "--admin-password",
        ),
        (
            &["seed", "--conversations", "10", "--messages", "9"],
            "--messages",
        ),
        (&["key", "create", "--organization", "999"], "999"),
        (&["key", "create", "--organization", "acme"], "acme"),
        (
            &["import", "email", "--organization", "999", "/nowhere/at/all"],
            "/nowhere/at/all",
        ),
    ] {
        let said = complaint(&run(dir.path(), arguments).await);
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(!said.contains("correct horse"), "{said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = complaint(&run(dir.path(), &["serve", "--bind", &address]).await);
    assert!(said.contains(&address), "{said}");
}

#[tokio::test]
async fn commands_work_while_the_server_runs() {
    let dir = folder();
    let server = Server::start(dir.path()).await;
    let (one, other) = tokio::join!(make_organization(dir.path()), async {
        let arguments = [
            "org",
            "create",
            "--name",
            "Other",
            "--admin-email",
            "hal@example.com",
            "--admin-password",
            "correct horse",
            "--json",
        ];
        json(dir.path(), &arguments).await
    });
    let id = one["organization_id"].as_str().unwrap();
    assert_ne!(other["organization_id"], id);
    let caller = Caller::new(&server.origin, id).with_key(one["api_key"].as_str().unwrap());
    let agent = format!("agents/{}", one["agent_id"].as_str().unwrap());
    assert_eq!(
        caller.get(&agent).await.expect(200).text("email"),
        "kara@example.com"
    );

    let arguments = [
        "key",
        "create",
        "--organization",
        id,
        "--scopes",
        "read",
        "--json",
    ];
    let key = json(dir.path(), &arguments).await;
    let reader = caller.with_key(key["api_key"].as_str().unwrap());
    reader.get("contacts").await.expect(200);
    reader
        .post("contacts", &serde_json::json!({"name": "Hal"}))
        .await
        .expect(403);

    let migrated = run(dir.path(), &["migrate"]).await;
    assert_eq!(text(&migrated.stdout), "The schema is up to date.\n");
    caller.get("contacts").await.expect(200);
    assert!(server.stop().await);
    assert_eq!(
        postmaster(dir.path()),
        None,
        "the database ends with its last user"
    );
}

#[tokio::test]
async fn a_superuser_is_warned_that_the_audit_log_is_not_safe_from_it() {
    let database = rapport_test_support::TestDatabase::new().await;
    let superuser = database.admin_url();
    for (url, warned) in [(superuser.as_str(), true), (database.url(), false)] {
        let dir = folder();
        let mut command = rapport(&[
            "serve",
            "--bind",
            "127.0.0.1:0",
            "--log",
            "warn",
            "--database-url",
            url,
        ]);
        command.arg("--data-dir").arg(dir.path());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut ready)
            .await
            .unwrap();
        assert!(ready.contains("is ready"), "{ready}");
        child.start_kill().unwrap();
        let said = child.wait_with_output().await.unwrap().stderr;
        let said = String::from_utf8_lossy(&said);
        assert_eq!(said.matches("audit log").count(), usize::from(warned), "{said}");
    }
}

#[tokio::test]
async fn jobs_that_were_given_up_are_listed_and_tried_again() {
    let database = rapport_test_support::TestDatabase::new().await;
    let (sql, dir) = (database.sql().await, folder());
    let insert = "INSERT INTO jobs (kind, payload, state, run_at, attempts, max_attempts, unique_key, last_error, created_at) \
                  VALUES ('one', '{}', 'dead', '2026-03-01T00:00:00Z', 20, 20, 'key', 'out of reach', now()), \
                         ('two', '{}', 'dead', '2026-03-02T00:00:00Z', 3, 3, NULL, NULL, now()), \
                         ('three', '{}', 'ready', '2026-03-02T00:00:00Z', 0, 3, NULL, NULL, now())";
    sql.batch_execute(insert).await.unwrap();
    let jobs = async |arguments: &[&str]| {
        let arguments = [&["jobs"], arguments, &["--database-url", database.url()]].concat();
        run(dir.path(), &arguments).await
    };
    let listed = async || -> Vec<Value> {
        let output = jobs(&["list", "--dead", "--json"]).await;
        let lines = text(&output.stdout);
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let dead = listed().await;
    let kinds: Vec<_> = dead.iter().map(|job| job["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["two", "one"]);
    assert_eq!(
        (&dead[1]["attempts"], &dead[1]["error"]),
        (&20.into(), &"out of reach".into())
    );
    assert_eq!(dead[1]["died_at"], "2026-03-01T00:00:00Z");
    let shown = text(&jobs(&["list", "--dead", "--limit", "1"]).await.stdout);
    assert!(shown.contains("two") && shown.lines().count() == 1, "{shown}");

    let id = dead[1]["id"].to_string();
    let again = jobs(&["retry", &id]).await;
    assert_eq!(text(&again.stdout), format!("job {id} will be tried again\n"));
    assert_eq!(listed().await.len(), 1);
    let row = sql
        .query_one("SELECT state, attempts FROM jobs WHERE kind = 'one'", &[])
        .await
        .unwrap();
    assert_eq!((row.get(0), row.get(1)), ("ready", 0));
    assert!(complaint(&jobs(&["retry", &id]).await).contains("not found"));
    // One that another like it has replaced stays.
    let twin = "INSERT INTO jobs (kind, payload, state, run_at, attempts, max_attempts, unique_key, created_at) \
                VALUES ('one', '{}', 'dead', now(), 1, 1, 'key', now()) RETURNING id";
    let twin: i64 = sql.query_one(twin, &[]).await.unwrap().get(0);
    assert!(complaint(&jobs(&["retry", &twin.to_string()]).await).contains("waits or runs"));
    assert_eq!(listed().await.len(), 2);
}
