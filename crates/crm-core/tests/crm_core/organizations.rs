//! Organizations.

use crate::stage::{PASSWORD, Stage, invalid, is_conflict, tenant};
use rapport_crm_core::api_keys::{self, Credential};
use rapport_crm_core::organizations::{Tenant, provision};
use rapport_crm_core::users::password;
use rapport_crm_core::{
    AgentService, NewOrganization, Organization, OrganizationPatch, OrganizationService, PgAgents,
    PgOrganizations, Role,
};
use rapport_platform::{Ctx, Patch, Result, Scope};
use serde_json::json;

async fn credential(stage: &Stage, key: &str) -> Credential {
    let directory = stage.test.db.directory().await.unwrap();
    api_keys::find(&directory, key).await.unwrap().unwrap()
}

async fn branch(stage: &Stage, above: i64) -> Result<Organization> {
    let new = NewOrganization {
        name: "Acme Gutters".to_owned(),
        ..NewOrganization::default()
    };
    let ctx = Ctx::system(above, "test");
    let work = async |tx: &mut rapport_platform::Tx| PgOrganizations.create(tx, new).await;
    stage.test.db.write(&ctx, work).await
}

#[tokio::test]
async fn a_tenant_is_ready_to_be_used() {
    let stage = Stage::new().await;
    let Tenant {
        organization,
        organization_uuid,
        agent,
        ref api_key,
    } = stage.acme;
    let reader = stage.reader(&stage.acme).await;
    let made = PgOrganizations.get(&reader).await.unwrap();
    assert_eq!((made.id, made.uuid), (organization, organization_uuid));
    assert_eq!((made.name.as_str(), made.default_region.as_str()), ("Acme", "US"));
    let admin = PgAgents.get(&reader, agent).await.unwrap();
    assert_eq!((admin.name.as_str(), admin.role), ("kara", Role::Admin));
    let credential = credential(&stage, api_key).await;
    assert!(credential.scopes.allow(Scope::Admin));
    assert_eq!(credential.agent_in(organization), Some(admin.id));
    assert_eq!(
        credential.membership(organization_uuid).unwrap().organization,
        organization
    );
    let row = "SELECT password_hash FROM users WHERE email = 'kara@acme.example'";
    let hash: String = stage.test.sql().await.query_one(row, &[]).await.unwrap().get(0);
    assert!(password::verify(PASSWORD, &hash.into()).await.unwrap());
    let events = stage.events(&stage.acme).await;
    assert_eq!(
        events,
        [
            "organization.created",
            "channel.created",
            "channel.created",
            "channel.created",
            "agent.created"
        ]
    );
}

#[tokio::test]
async fn a_tenant_is_made_as_a_whole_or_not_at_all() {
    let stage = Stage::new().await;
    let before = stage.count("SELECT count(*) FROM organizations").await;
    let db = &stage.test.db;
    let mut short = tenant("Daily Planet", "perry@planet.example");
    short.admin_password = "short".to_owned();
    assert_eq!(invalid(provision(db, "test", short).await), "admin_password");
    let unreachable = tenant("Daily Planet", "perry");
    assert_eq!(invalid(provision(db, "test", unreachable).await), "admin_email");
    let unnamed = tenant("", "perry@planet.example");
    assert_eq!(invalid(provision(db, "test", unnamed).await), "name");
    assert_eq!(stage.count("SELECT count(*) FROM organizations").await, before);
}

#[tokio::test]
async fn a_key_opens_the_organizations_below_its_own() {
    let stage = Stage::new().await;
    let below = branch(&stage, stage.acme.organization).await.unwrap();
    assert_eq!(below.parent, Some(stage.acme.organization_uuid));
    let credential = credential(&stage, &stage.acme.api_key).await;
    let ids: Vec<_> = credential.organizations.iter().map(|m| m.organization).collect();
    assert_eq!(ids, [stage.acme.organization, below.id]);
    assert_eq!(credential.agent_in(below.id), None, "the admin is no agent there");
    let directory = stage.test.db.directory().await.unwrap();
    let listed = PgOrganizations.list(&directory, &ids).await.unwrap();
    let names: Vec<_> = listed.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["Acme", "Acme Gutters"]);
    assert_eq!(stage.audit(&stage.acme).await[0].0, "insert organization");
}

#[tokio::test]
async fn the_tree_has_two_levels() {
    let stage = Stage::new().await;
    let below = branch(&stage, stage.acme.organization).await.unwrap();
    let refused = branch(&stage, below.id).await;
    assert!(!is_conflict(&refused));
    assert_eq!(invalid(refused), "parent_organization_id");
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let stage = Stage::new().await;
    let patch = OrganizationPatch {
        email_addresses: Patch::Set(vec!["@Acme.example".to_owned()]),
        ..OrganizationPatch::default()
    };
    let updated = stage.write(&stage.acme, async |tx| PgOrganizations.update(tx, patch).await);
    let updated = updated.await.unwrap();
    assert_eq!(updated.name, "Acme");
    assert_eq!(updated.email_addresses, ["@acme.example"]);
    let other = PgOrganizations.get(&stage.reader(&stage.other).await).await;
    assert!(other.unwrap().email_addresses.is_empty());
    let audit = stage.audit(&stage.acme).await;
    let changes = json!([{"field": "email_addresses", "from": [], "to": ["@acme.example"]}]);
    assert_eq!(audit, [("update organization".to_owned(), changes)]);
}
