//! Power cuts: what was acknowledged is there.

use crate::support::program::{Server, folder, make_organization};
use rapport_test_support::Caller;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;
const PATIENCE: Duration = Duration::from_mins(1);

struct Organization {
    id: String,
    key: String,
}

async fn organization(data_dir: &Path) -> Organization {
    let made = make_organization(data_dir).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Organization {
        id: text("organization_id"),
        key: text("api_key"),
    }
}

fn caller(server: &Server, organization: &Organization) -> Caller {
    Caller::new(&server.origin, &organization.id).with_key(&organization.key)
}

/// What the server has acknowledged so far.
#[derive(Default)]
struct Acknowledged(Mutex<Vec<String>>);

impl Acknowledged {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Creates contacts until the server does not answer any more.
    async fn write(&self, caller: &Caller) {
        let body = json!({"name": "Hal Jordan", "custom_fields": {"notes": "x".repeat(500)}});
        loop {
            let request = caller.request(Method::POST, "contacts").json(&body);
            let Ok(response) = request.send().await else {
                return;
            };
            if response.status() != 201 {
                return;
            }
            let Ok(made) = response.json::<Value>().await else {
                return;
            };
            let id = made["contact_id"].as_str().unwrap().to_owned();
            self.0.lock().unwrap().push(id);
        }
    }

    async fn write_together(&self, caller: &Caller) {
        let writers: [_; WRITERS] = std::array::from_fn(|_| self.write(caller));
        let [a, b, c, d] = writers;
        tokio::join!(a, b, c, d);
    }

    async fn reached(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.count() < count {
            assert!(Instant::now() < deadline, "{} writes", self.count());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn assert_there(self, caller: &Caller) {
        for id in self.0.into_inner().unwrap() {
            caller.get(&format!("contacts/{id}")).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_killed_server_and_database_lose_nothing_acknowledged() {
    let dir = folder();
    let organization = organization(dir.path()).await;
    let mut server = Server::start(dir.path()).await;
    let acknowledged = Acknowledged::default();
    let caller_before = caller(&server, &organization);
    let kill = async {
        acknowledged.reached(200).await;
        server.kill_database();
        server.kill().await;
    };
    tokio::join!(acknowledged.write_together(&caller_before), kill);

    let server = Server::start(dir.path()).await;
    let caller = caller(&server, &organization);
    acknowledged.assert_there(&caller).await;
    caller
        .post("contacts", &json!({"name": "Kyle"}))
        .await
        .expect(201);
    assert!(server.stop().await);
}

#[tokio::test]
async fn a_killed_server_alone_loses_nothing_acknowledged() {
    let dir = folder();
    let organization = organization(dir.path()).await;
    let mut server = Server::start(dir.path()).await;
    let acknowledged = Acknowledged::default();
    let caller_before = caller(&server, &organization);
    let kill = async {
        acknowledged.reached(100).await;
        server.kill().await;
    };
    tokio::join!(acknowledged.write_together(&caller_before), kill);

    let server = Server::start(dir.path()).await;
    acknowledged.assert_there(&caller(&server, &organization)).await;
    assert!(server.stop().await);
}

#[tokio::test]
async fn the_server_recovers_from_the_loss_of_its_database() {
    let dir = folder();
    let organization = organization(dir.path()).await;
    let server = Server::start(dir.path()).await;
    let caller = caller(&server, &organization);
    let acknowledged = Acknowledged::default();
    let kill = async {
        acknowledged.reached(100).await;
        server.kill_database();
    };
    tokio::join!(acknowledged.write_together(&caller), kill);

    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = caller.get("contacts").await;
        if answer.status == 200 {
            break;
        }
        // Until then it says so, and for whom to look it up in the log.
        assert_eq!(answer.status, 503, "{}", answer.detail());
        assert!(
            answer.detail().contains(answer.header("x-request-id")),
            "{}",
            answer.detail()
        );
        assert!(Instant::now() < deadline, "the server does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    acknowledged.assert_there(&caller).await;
    caller
        .post("contacts", &json!({"name": "Kyle"}))
        .await
        .expect(201);
    assert!(server.stop().await);
}
