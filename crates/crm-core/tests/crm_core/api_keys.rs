//! API keys and the sandboxes they open.

use crate::stage::{ALL, Stage, invalid, is_not_found};
use chrono::TimeDelta;
use rapport_crm_core::api_keys::{self, ApiKey, ApiKeyService, Credential, NewApiKey, PgApiKeys, Refusal};
use rapport_crm_core::organizations::Tenant;
use rapport_crm_core::{OrganizationService, PgOrganizations};
use rapport_platform::{Ctx, PageRequest, Result, Scopes, Tx};

fn new_key() -> NewApiKey {
    NewApiKey {
        name: "Website".to_owned(),
        scopes: Scopes::all(),
        ..NewApiKey::default()
    }
}

fn test_key(stage: &Stage) -> NewApiKey {
    NewApiKey {
        test: true,
        agent: Some(stage.acme.agent),
        ..new_key()
    }
}

async fn make(stage: &Stage, new: NewApiKey) -> Result<(ApiKey, String)> {
    let made = stage.write(&stage.acme, async |tx| PgApiKeys.create(tx, new).await);
    made.await
}

async fn find(stage: &Stage, key: &str) -> Option<Credential> {
    let directory = stage.test.db.directory().await.unwrap();
    api_keys::find(&directory, key).await.unwrap()
}

#[tokio::test]
async fn a_key_opens_until_it_is_deleted() {
    let stage = Stage::new().await;
    let (stored, key) = make(&stage, new_key()).await.unwrap();
    assert!(key.starts_with("sk_live_") && key.len() == 51, "{key}");
    assert!(key.starts_with(&stored.prefix));
    assert_eq!(stored.organization.uuid, stage.acme.organization_uuid);
    assert!(find(&stage, &key).await.is_some());
    let deleted = stage.write(&stage.other, async |tx| PgApiKeys.delete(tx, stored.uuid).await);
    assert!(is_not_found(&deleted.await));
    let deleted = stage.write(&stage.acme, async |tx| PgApiKeys.delete(tx, stored.uuid).await);
    deleted.await.unwrap();
    assert!(find(&stage, &key).await.is_none());
}

#[tokio::test]
async fn a_key_ends_at_its_time() {
    let stage = Stage::new().await;
    let end = stage.test.db.now() + TimeDelta::hours(1);
    let new = NewApiKey {
        expires_at: Some(end),
        ..new_key()
    };
    let (_, key) = make(&stage, new.clone()).await.unwrap();
    let credential = find(&stage, &key).await.unwrap();
    assert_eq!(credential.check(end - TimeDelta::microseconds(1)), Ok(()));
    assert_eq!(credential.check(end), Err(Refusal::Expired));
    stage.test.clock.advance(TimeDelta::hours(1));
    assert_eq!(invalid(make(&stage, new).await), "expires_at");
}

#[tokio::test]
async fn a_key_acts_for_agents_of_its_organization_only() {
    let stage = Stage::new().await;
    let foreign = NewApiKey {
        agent: Some(stage.other.agent),
        ..new_key()
    };
    assert_eq!(invalid(make(&stage, foreign).await), "agent_id");
}

#[tokio::test]
async fn a_test_key_opens_the_sandbox_alone() {
    let stage = Stage::new().await;
    let (stored, key) = make(&stage, test_key(&stage)).await.unwrap();
    assert!(key.starts_with("sk_test_"), "{key}");
    assert_eq!(stored.agent, Some(stage.acme.agent));
    let credential = find(&stage, &key).await.unwrap();
    let [home] = credential.organizations.as_slice() else {
        panic!("one organization: {credential:?}")
    };
    assert_eq!(home.uuid, stored.organization.uuid);
    let ctx = Ctx::system(home.organization, "test");
    let sandbox = PgOrganizations
        .get(&stage.test.db.reader(&ctx).await.unwrap())
        .await;
    let sandbox = sandbox.unwrap();
    assert_eq!(sandbox.name, "Acme (sandbox)");
    assert_eq!(sandbox.sandbox_of, Some(stage.acme.organization_uuid));
    let acting = credential.agent_in(home.organization);
    let agent = "SELECT organization_id FROM agents WHERE id = $1";
    let agent = stage.test.sql().await.query_one(agent, &[&acting]).await;
    assert_eq!(agent.unwrap().get::<_, i64>(0), home.organization);
}

#[tokio::test]
async fn a_live_key_manages_the_sandbox() {
    let stage = Stage::new().await;
    let (stored, _) = make(&stage, test_key(&stage)).await.unwrap();
    let live = find(&stage, &stage.acme.api_key).await.unwrap();
    assert!(live.membership(stored.organization.uuid).is_some());
    let other = find(&stage, &stage.other.api_key).await.unwrap();
    assert!(other.membership(stored.organization.uuid).is_none());
    let ctx = Ctx::system(stored.organization.organization, "test");
    let sandbox = PgApiKeys
        .list(&stage.test.db.reader(&ctx).await.unwrap(), &ALL)
        .await;
    assert_eq!(sandbox.unwrap().items[0].uuid, stored.uuid);
}

/// Walks through the list of a tenant, so many keys at a time.
async fn names(stage: &Stage, tenant: &Tenant, limit: i64) -> Vec<String> {
    let reader = stage.reader(tenant).await;
    let (mut names, mut after) = (vec![], None);
    loop {
        let page = PageRequest { limit, after };
        let found = PgApiKeys.list(&reader, &page).await.unwrap();
        names.extend(found.items.into_iter().map(|key| key.name));
        after = found.next;
        if after.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn test_keys_stand_in_the_list_of_the_organization_that_made_them() {
    let stage = Stage::new().await;
    let own = names(&stage, &stage.acme, 25).await;
    let mut expected = vec![];
    for number in 0..5 {
        stage.test.clock.advance(TimeDelta::seconds(1));
        let new = NewApiKey {
            name: format!("Key {number}"),
            test: number % 2 == 0,
            ..new_key()
        };
        expected.insert(0, new.name.clone());
        make(&stage, new).await.unwrap();
    }
    expected.extend(own);
    for limit in 1..=7 {
        assert_eq!(
            names(&stage, &stage.acme, limit).await,
            expected,
            "{limit} at a time"
        );
    }
    assert_eq!(names(&stage, &stage.other, 25).await.len(), 1);
}

#[tokio::test]
async fn a_test_key_is_deleted_by_the_organization_that_made_it() {
    let stage = Stage::new().await;
    let (stored, key) = make(&stage, test_key(&stage)).await.unwrap();
    let delete = async |tx: &mut Tx| PgApiKeys.delete(tx, stored.uuid).await;
    assert!(is_not_found(&stage.write(&stage.other, delete).await));
    assert!(find(&stage, &key).await.is_some());
    stage.write(&stage.acme, delete).await.unwrap();
    assert!(find(&stage, &key).await.is_none());
    let entries = "SELECT count(*) FROM audit_logs l JOIN organizations o ON o.id = l.organization_id \
                   WHERE l.record_type = 'api_key' AND o.sandbox_of IS NULL AND l.action_type = 'delete'";
    assert_eq!(stage.count(entries).await, 1);
}

#[tokio::test]
async fn the_audit_log_tells_for_whom_a_key_acts() {
    let stage = Stage::new().await;
    make(&stage, test_key(&stage)).await.unwrap();
    let told = "SELECT count(*) FROM audit_logs WHERE request_id = 'test' AND record_type = 'api_key' \
                AND changes @> '[{\"field\": \"agent_id\", \"from\": null}]'";
    assert_eq!(stage.count(told).await, 1);
}

#[tokio::test]
async fn test_keys_made_at_once_share_one_sandbox() {
    let stage = Stage::new().await;
    let (one, two, three) = tokio::join!(
        make(&stage, test_key(&stage)),
        make(&stage, test_key(&stage)),
        make(&stage, test_key(&stage))
    );
    let homes = [one, two, three].map(|made| made.unwrap().0.organization.organization);
    assert!(homes.iter().all(|home| *home == homes[0]), "{homes:?}");
    let sandboxes = "SELECT count(*) FROM organizations WHERE sandbox_of IS NOT NULL";
    assert_eq!(stage.count(sandboxes).await, 1);
}

#[tokio::test]
async fn keys_made_in_a_sandbox_are_test_keys() {
    let stage = Stage::new().await;
    let (stored, _) = make(&stage, test_key(&stage)).await.unwrap();
    let ctx = Ctx::system(stored.organization.organization, "test");
    let work = async |tx: &mut Tx| PgApiKeys.create(tx, new_key()).await;
    let (inner, key) = stage.test.db.write(&ctx, work).await.unwrap();
    assert!(key.starts_with("sk_test_"), "{key}");
    assert_eq!(inner.organization.uuid, stored.organization.uuid);
}
