//! Example data: `rapport seed` and `rapport serve --demo`.

use crate::support::program::{Server, folder, json, postmaster, run};
use chrono::DateTime;
use rapport_test_support::Caller;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

const SEED: [&str; 12] = [
    "seed",
    "--json",
    "--organizations",
    "2",
    "--contacts",
    "21",
    "--conversations",
    "31",
    "--messages",
    "402",
    "--seed",
    "7",
];

/// All of a list that fits one page.
async fn all(caller: &Caller, path: &str) -> Vec<Value> {
    let answer = caller.get(&format!("{path}?limit=500")).await.expect(200);
    assert_eq!(answer.json["pagination"]["has_more"], false);
    answer.json["data"].as_array().unwrap().clone()
}

fn caller_of(server: &Server, organization: &Value) -> Caller {
    let text = |name: &str| organization[name].as_str().unwrap();
    Caller::new(&server.origin, text("organization_id")).with_key(text("api_key"))
}

/// The messages of a conversation, whose times are those of its first and its last.
async fn messages_of(caller: &Caller, conversation: &Value) -> Vec<Value> {
    let id = conversation["conversation_id"].as_str().unwrap();
    let messages = all(caller, &format!("conversations/{id}/messages")).await;
    let (newest, oldest) = (messages.first().unwrap(), messages.last().unwrap());
    assert_eq!(conversation["last_activity_at"], newest["sent_at"]);
    assert_eq!(conversation["start_at"], oldest["sent_at"]);
    if conversation["is_read"] == false {
        assert_eq!(newest["message_direction"], "received");
    }
    messages
}

/// How many messages and conversations the reports of an organization know, until now.
async fn volume(caller: &Caller) -> (i64, i64) {
    let answer = caller.get("contacts?limit=1").await.expect(200);
    let now = DateTime::parse_from_rfc2822(answer.header("date"))
        .unwrap()
        .to_utc();
    let path = format!(
        "analytics/conversations/volume?start_date=2000-01-01&end_date={}",
        now.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let volume = caller.get(&path).await.expect(200).json;
    let figure = |name: &str| volume[name].as_i64().unwrap();
    let messages = figure("numMessagesReceived") + figure("numMessagesSent");
    (messages, figure("totalConversations"))
}

#[tokio::test]
async fn what_is_seeded_is_whole_and_can_be_used_at_once() {
    let dir = folder();
    let server = Server::start(dir.path()).await;
    let report = json(dir.path(), &SEED).await;
    assert_eq!(report["counts"]["messages"], 402);
    let (mut contacts, mut conversations, mut messages) = (0, 0, 0);
    for organization in report["organizations"].as_array().unwrap() {
        let caller = caller_of(&server, organization);
        let known = all(&caller, "contacts").await;
        let ids: BTreeSet<_> = known.iter().map(|c| c["contact_id"].as_str().unwrap()).collect();
        let threads = all(&caller, "conversations").await;
        for thread in &threads {
            assert!(ids.contains(thread["contact_id"].as_str().unwrap()));
            messages += messages_of(&caller, thread).await.len();
        }
        contacts += known.len();
        conversations += threads.len();
        assert!(all(&caller, "agents").await.len() >= 3);

        // Addresses are taken, and ids go on where the seed ended.
        let taken = known
            .iter()
            .find_map(|contact| contact["email"].as_str())
            .unwrap();
        let body = json!({"name": "Hal", "email": taken.to_uppercase()});
        caller.post("contacts", &body).await.expect(409);
        caller.post("contacts", &json!({"name": "Hal"})).await.expect(201);
    }
    assert_eq!((contacts, conversations, messages), (21, 31, 402));
    // Reports know all of it, also when they are made anew beside the running server.
    for _ in 0..2 {
        let mut known = (0, 0);
        for organization in report["organizations"].as_array().unwrap() {
            let (messages, conversations) = volume(&caller_of(&server, organization)).await;
            known = (known.0 + messages, known.1 + conversations);
        }
        assert_eq!(known, (402, 31));
        let rebuilt = run(dir.path(), &["analytics", "rebuild"]).await;
        assert!(rebuilt.status.success(), "{rebuilt:?}");
        let said = String::from_utf8(rebuilt.stdout).unwrap();
        assert!(said.starts_with("rebuilt 2 organizations in "), "{said}");
    }
    assert!(server.stop().await);
}

#[tokio::test]
async fn a_seed_gives_the_same_people_again_beside_the_first_ones() {
    let dir = folder();
    let server = Server::start(dir.path()).await;
    let mut people = Vec::new();
    for _ in 0..2 {
        let report = json(dir.path(), &SEED).await;
        let caller = caller_of(&server, &report["organizations"][0]);
        let names = all(&caller, "contacts").await;
        people.push(
            names
                .iter()
                .map(|contact| contact["name"].clone())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(people[0], people[1]);
    assert!(server.stop().await);
}

struct Demo {
    server: Server,
    organization: String,
    key: String,
}

impl Demo {
    async fn start(dir: &std::path::Path) -> Self {
        let (server, lines) = Server::saying(dir, &["--demo"], 4).await;
        let word = |label: &str| {
            let rest = lines.iter().find_map(|line| line.trim().strip_prefix(label));
            rest.expect(label).split_whitespace().next().unwrap().to_owned()
        };
        assert_eq!(word("documentation"), format!("{}/docs/", server.origin));
        let (organization, key) = (word("organization"), word("API key"));
        let command = lines.last().unwrap();
        assert!(
            command.contains(&key) && command.contains(&organization),
            "{command}"
        );
        Self {
            server,
            organization,
            key,
        }
    }

    async fn contacts(&self) -> usize {
        let caller = Caller::new(&self.server.origin, &self.organization).with_key(&self.key);
        all(&caller, "contacts").await.len()
    }
}

#[tokio::test]
async fn the_demo_is_made_once_and_its_key_kept_while_it_works() {
    let dir = folder();
    let first = Demo::start(dir.path()).await;
    assert_eq!(first.contacts().await, 60);
    assert!(first.server.stop().await);

    let file = dir.path().join("demo-key");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), first.key);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let second = Demo::start(dir.path()).await;
    assert_eq!(
        (&second.key, &second.organization),
        (&first.key, &first.organization)
    );
    assert!(second.server.stop().await);

    std::fs::write(&file, "sk_live_unknown\n").unwrap();
    let third = Demo::start(dir.path()).await;
    assert_eq!(third.organization, first.organization);
    assert_ne!(third.key, first.key);
    assert_eq!(third.contacts().await, 60);
    assert!(third.server.stop().await);
}

#[tokio::test]
async fn told_to_end_as_soon_as_it_is_ready_the_server_ends_its_database_too() {
    let dir = folder();
    for _ in 0..3 {
        assert!(Server::start(dir.path()).await.stop().await);
        assert_eq!(postmaster(dir.path()), None);
    }
}
