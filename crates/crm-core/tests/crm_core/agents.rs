//! Agents and the users behind them.

use crate::stage::{ALL, PASSWORD, Stage, invalid, is_conflict, is_not_found};
use rapport_crm_core::agents::AgentRemoval;
use rapport_crm_core::api_keys::{self, ApiKeyService, NewApiKey, PgApiKeys, Refusal};
use rapport_crm_core::organizations::Tenant;
use rapport_crm_core::users::password::{self, PasswordHash};
use rapport_crm_core::{Agent, AgentPatch, AgentService, NewAgent, PgAgents, Role};
use rapport_platform::{Patch, Result, Scope};
use serde_json::json;

fn barry() -> NewAgent {
    NewAgent {
        name: "Barry Allen".to_owned(),
        email: "Barry@Acme.example".to_owned(),
        ..NewAgent::default()
    }
}

async fn make(stage: &Stage, tenant: &Tenant, new: NewAgent) -> Result<Agent> {
    let made = stage.write(tenant, async |tx| PgAgents.create(tx, new).await);
    made.await
}

async fn change(stage: &Stage, id: uuid::Uuid, patch: AgentPatch) -> Result<Agent> {
    let changed = stage.write(&stage.acme, async |tx| PgAgents.update(tx, id, patch).await);
    changed.await
}

async fn stored_password(stage: &Stage, email: &str) -> PasswordHash {
    let sql = "SELECT password_hash FROM users WHERE email = $1";
    let row = stage.test.sql().await.query_one(sql, &[&email]).await.unwrap();
    PasswordHash::from(row.get::<_, String>(0))
}

fn demotion() -> AgentPatch {
    AgentPatch {
        role: Patch::Set(Role::Agent),
        ..AgentPatch::default()
    }
}

#[tokio::test]
async fn an_agent_is_made_with_a_login() {
    let stage = Stage::new().await;
    let hash = password::hash("password", PASSWORD).await.unwrap();
    let new = NewAgent {
        password: Some(hash),
        ..barry()
    };
    let made = make(&stage, &stage.acme, new).await.unwrap();
    let read = PgAgents.get(&stage.reader(&stage.acme).await, made.uuid).await;
    let read = read.unwrap();
    assert_eq!(
        (read.name.as_str(), read.email.as_str()),
        ("Barry Allen", "Barry@Acme.example")
    );
    assert_eq!((read.role, read.active), (Role::Agent, true));
    let stored = stored_password(&stage, "barry@acme.example").await;
    assert!(password::verify(PASSWORD, &stored).await.unwrap());
    let audit = stage.audit(&stage.acme).await;
    let [(action, changes)] = audit.as_slice() else {
        panic!("one entry: {audit:?}")
    };
    assert_eq!(action, "insert agent");
    let masked = serde_json::json!({"field": "password", "from": "***", "to": "***"});
    assert!(changes.as_array().unwrap().contains(&masked));
    assert!(!changes.to_string().contains("argon2"));
}

#[tokio::test]
async fn who_joins_a_second_organization_keeps_the_password() {
    let stage = Stage::new().await;
    let hash = password::hash("password", "another password").await.unwrap();
    let new = NewAgent {
        name: "Kara Danvers".to_owned(),
        email: "KARA@acme.example".to_owned(),
        password: Some(hash),
        ..NewAgent::default()
    };
    make(&stage, &stage.other, new).await.unwrap();
    let stored = stored_password(&stage, "kara@acme.example").await;
    assert!(password::verify(PASSWORD, &stored).await.unwrap());
    let changes = stage.audit(&stage.other).await.remove(0).1;
    assert!(!changes.to_string().contains("password"), "{changes}");
    let users = "SELECT count(*) FROM users WHERE email LIKE 'kara@%'";
    assert_eq!(stage.count(users).await, 1);
}

#[tokio::test]
async fn of_two_agents_with_one_address_one_is_made() {
    let stage = Stage::new().await;
    let (one, two) = tokio::join!(
        make(&stage, &stage.acme, barry()),
        make(&stage, &stage.acme, barry())
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert!(is_conflict(&one) || is_conflict(&two));
    assert!(is_conflict(&make(&stage, &stage.acme, barry()).await));
    make(&stage, &stage.other, barry()).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named() {
    let stage = Stage::new().await;
    let unnamed = NewAgent {
        name: " ".to_owned(),
        ..barry()
    };
    assert_eq!(invalid(make(&stage, &stage.acme, unnamed).await), "name");
    let unreachable = NewAgent {
        email: "barry".to_owned(),
        ..barry()
    };
    assert_eq!(invalid(make(&stage, &stage.acme, unreachable).await), "email");
    let cleared = AgentPatch {
        role: Patch::Clear,
        ..AgentPatch::default()
    };
    assert_eq!(invalid(change(&stage, stage.acme.agent, cleared).await), "role");
}

#[tokio::test]
async fn the_last_active_admin_remains() {
    let stage = Stage::new().await;
    let away = AgentPatch {
        active: Patch::Set(false),
        ..AgentPatch::default()
    };
    let inactive = NewAgent {
        role: Role::Admin,
        ..barry()
    };
    let inactive = make(&stage, &stage.acme, inactive).await.unwrap();
    change(&stage, inactive.uuid, away.clone()).await.unwrap();
    assert!(is_conflict(&change(&stage, stage.acme.agent, demotion()).await));
    assert!(is_conflict(&change(&stage, stage.acme.agent, away).await));
    let renamed = AgentPatch {
        name: Patch::Set("Kara Zor-El".to_owned()),
        ..AgentPatch::default()
    };
    assert!(change(&stage, stage.acme.agent, renamed).await.is_ok());
}

#[tokio::test]
async fn two_admins_cannot_dismiss_each_other() {
    let stage = Stage::new().await;
    let second = NewAgent {
        role: Role::Admin,
        ..barry()
    };
    let second = make(&stage, &stage.acme, second).await.unwrap();
    let (one, two) = tokio::join!(
        change(&stage, stage.acme.agent, demotion()),
        change(&stage, second.uuid, demotion())
    );
    assert!(is_conflict(&one) != is_conflict(&two), "{one:?} {two:?}");
    let agents = PgAgents
        .list(&stage.reader(&stage.acme).await, &ALL)
        .await
        .unwrap();
    assert_eq!(
        agents
            .items
            .iter()
            .filter(|agent| agent.is_active_admin())
            .count(),
        1
    );
}

#[tokio::test]
async fn no_key_acts_for_a_deleted_agent() {
    let stage = Stage::new().await;
    let barry = make(&stage, &stage.acme, barry()).await.unwrap();
    let new = NewApiKey {
        name: "His".to_owned(),
        scopes: [Scope::Read].into_iter().collect(),
        agent: Some(barry.uuid),
        ..NewApiKey::default()
    };
    let key = stage.write(&stage.acme, async |tx| PgApiKeys.create(tx, new).await);
    let (_, key) = key.await.unwrap();
    let refused = async || {
        let directory = stage.test.db.directory().await.unwrap();
        let credential = api_keys::find(&directory, &key).await.unwrap().unwrap();
        credential.check(stage.test.db.now()).err()
    };
    assert_eq!(refused().await, None);
    let removal = AgentRemoval::new([]);
    let deleted = stage.write(&stage.acme, async |tx| removal.delete(tx, barry.uuid).await);
    deleted.await.unwrap();
    assert_eq!(refused().await, Some(Refusal::Inactive));
    let audit = stage.audit(&stage.acme).await;
    let ended = (
        "update api_key".to_owned(),
        json!([{"field": "active", "from": true, "to": false}]),
    );
    assert!(audit.contains(&ended), "{audit:?}");
    // Nor does one that was made at the same moment.
    let made = "UPDATE api_keys SET active = true";
    stage.test.sql().await.batch_execute(made).await.unwrap();
    assert_eq!(refused().await, Some(Refusal::Inactive));
}

#[tokio::test]
async fn another_tenant_sees_and_touches_nothing() {
    let stage = Stage::new().await;
    let reader = stage.reader(&stage.acme).await;
    assert!(is_not_found(&PgAgents.get(&reader, stage.other.agent).await));
    assert!(is_not_found(&change(&stage, stage.other.agent, demotion()).await));
    let agents = PgAgents.list(&reader, &ALL).await.unwrap();
    assert_eq!(agents.items.len(), 1);
}
