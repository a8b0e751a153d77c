//! A tenant of the application under test.

use super::Caller;
use rapport::app::App;
use rapport_crm_core::NewOrganization;
use rapport_crm_core::api_keys::NewApiKey;
use rapport_crm_core::organizations::{NewTenant, provision};
use rapport_platform::{Ctx, Scope, ids};

/// An organization with an admin and a key of each strength. It derefs to the caller with all rights.
pub struct Tenant {
    /// The organization's numeric id.
    pub organization: i64,
    /// The organization's opaque id.
    pub organization_id: String,
    /// The admin's opaque id.
    pub agent_id: String,
    /// Calls with a key that may only read.
    pub reader: Caller,
    /// Calls with a key that may read and write.
    pub writer: Caller,
    /// Calls with a key that may do everything, acting for the admin.
    pub admin: Caller,
}

impl Tenant {
    pub(super) async fn make(app: &App, origin: &str, name: &str) -> Self {
        let new = NewTenant {
            organization: NewOrganization {
                name: name.to_owned(),
                ..NewOrganization::default()
            },
            admin_email: format!("admin@{}.example", name.to_lowercase()),
            admin_password: "correct horse battery".to_owned(),
        };
        let made = provision(&app.db, "test", new).await.expect("the tenant is made");
        let organization_id = ids::opaque(made.organization_uuid);
        let admin = Caller::new(origin, &organization_id).with_key(&made.api_key);
        Self {
            organization: made.organization,
            agent_id: ids::opaque(made.agent),
            reader: admin.with_key(&key(app, made.organization, Scope::Read).await),
            writer: admin.with_key(&key(app, made.organization, Scope::Write).await),
            organization_id,
            admin,
        }
    }

    /// The context in which Rapport itself acts in this organization.
    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.organization, "test")
    }
}

impl std::ops::Deref for Tenant {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.admin
    }
}

async fn key(app: &App, organization: i64, scope: Scope) -> String {
    let new = NewApiKey {
        name: scope.name().to_owned(),
        scopes: [scope].into_iter().collect(),
        ..NewApiKey::default()
    };
    let ctx = Ctx::system(organization, "test");
    let made = app.db.write(&ctx, async |tx| app.api_keys.create(tx, new).await);
    made.await.expect("the key is made").1
}
