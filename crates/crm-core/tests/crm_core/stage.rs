//! A database with two tenants.

use rapport_crm_core::organizations::{NewOrganization, NewTenant, Tenant, provision};
use rapport_crm_core::search::SearchWords;
use rapport_platform::events::Projection;
use rapport_platform::{Ctx, Error, PageRequest, Reader, Result, Tx};
use rapport_test_support::TestDatabase;
use serde_json::Value;
use std::sync::Arc;

/// What the admins of both tenants enter.
pub const PASSWORD: &str = "correct horse";
/// The first page, long enough for all that a test makes.
pub const ALL: PageRequest = PageRequest {
    limit: 100,
    after: None,
};

/// Two tenants that must not see each other.
pub struct Stage {
    pub test: TestDatabase,
    pub acme: Tenant,
    pub other: Tenant,
}

impl Stage {
    pub async fn new() -> Self {
        let mut test = TestDatabase::new().await;
        let words: Arc<dyn Projection> = Arc::new(SearchWords);
        test.db = test.db.clone().with_projections([words]);
        let acme = provision(&test.db, "setup", tenant("Acme", "kara@acme.example"));
        let acme = acme.await.unwrap();
        let other = provision(&test.db, "setup", tenant("Other", "lex@other.example"));
        let other = other.await.unwrap();
        Self { test, acme, other }
    }

    /// A transaction of `tenant`.
    pub async fn write<T>(&self, tenant: &Tenant, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let ctx = Ctx::system(tenant.organization, "test");
        self.test.db.write(&ctx, work).await
    }

    /// The reads of `tenant`.
    pub async fn reader(&self, tenant: &Tenant) -> Reader {
        let ctx = Ctx::system(tenant.organization, "test");
        self.test.db.reader(&ctx).await.unwrap()
    }

    /// One value by SQL.
    pub async fn count(&self, sql: &str) -> i64 {
        self.test.sql().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// The audit log of `tenant` after its set-up, oldest first: what was done to what, and the fields.
    pub async fn audit(&self, tenant: &Tenant) -> Vec<(String, Value)> {
        let sql = "SELECT action_type || ' ' || record_type, changes::text FROM audit_logs \
                   WHERE organization_id = $1 AND request_id = 'test' ORDER BY id";
        let rows = self.test.sql().await.query(sql, &[&tenant.organization]).await;
        let entry = |row: &tokio_postgres::Row| {
            let changes: String = row.get(1);
            (row.get(0), serde_json::from_str(&changes).unwrap())
        };
        rows.unwrap().iter().map(entry).collect()
    }

    /// The kinds of the events of `tenant`, oldest first.
    pub async fn events(&self, tenant: &Tenant) -> Vec<String> {
        let sql = "SELECT kind FROM events WHERE organization_id = $1 ORDER BY id";
        let rows = self.test.sql().await.query(sql, &[&tenant.organization]).await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

pub fn tenant(name: &str, admin: &str) -> NewTenant {
    NewTenant {
        organization: NewOrganization {
            name: name.to_owned(),
            ..NewOrganization::default()
        },
        admin_email: admin.to_owned(),
        admin_password: PASSWORD.to_owned(),
    }
}

/// The field for whose sake something was refused.
#[track_caller]
pub fn invalid<T>(outcome: Result<T>) -> String {
    match outcome.err() {
        Some(Error::Invalid { field, .. }) => field.into_owned(),
        other => panic!("not refused as invalid: {other:?}"),
    }
}

pub fn is_conflict<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::Conflict { .. }))
}

pub fn is_not_found<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::NotFound { .. }))
}
