//! A new tenant, ready to be used.

use super::NewOrganization;
use super::check::check;
use super::rows::{Place, insert};
use super::service::made_known;
use crate::agents::{AgentService, NewAgent, PgAgents, Role};
use crate::api_keys::{ApiKeyService, NewApiKey, PgApiKeys};
use crate::users::password::{self, PasswordHash};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use rapport_platform::{Ctx, Db, Error, Result, Scopes, Tx};
use uuid::Uuid;

/// What a tenant is made of.
#[derive(Clone)]
pub struct NewTenant {
    /// The organization.
    pub organization: NewOrganization,
    /// The e-mail address of its first admin, who may have a login already.
    pub admin_email: String,
    /// The password of the admin's login, 8 to 128 characters; of no effect when there is one already.
    pub admin_password: String,
}

/// A tenant that was made.
#[derive(Clone)]
pub struct Tenant {
    /// The organization's numeric id.
    pub organization: i64,
    /// The organization's UUID.
    pub organization_uuid: Uuid,
    /// The admin's UUID.
    pub agent: Uuid,
    /// A key with all rights that acts for the admin. It is not stored and cannot be shown again.
    pub api_key: String,
}

#[derive(QueryableByName)]
struct Drawn {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Makes an organization at the top of its tree with an admin and a key, all or nothing. `request_id`
/// stands in the audit log.
///
/// # Errors
/// [`Error::Invalid`] when a value cannot be accepted: `name`, `default_region`, `email_addresses`,
/// `admin_email` or `admin_password`.
pub async fn provision(db: &Db, request_id: &str, new: NewTenant) -> Result<Tenant> {
    let password = password::hash("admin_password", &new.admin_password).await?;
    // A transaction belongs to one organization from its start, so the id is drawn before; should it come
    // to nothing, the number is lost and nothing else.
    let ctx = Ctx::system(draw(db).await?, request_id);
    db.write(&ctx, async |tx| found(tx, new, password).await).await
}

async fn draw(db: &Db) -> Result<i64> {
    let drawn: Drawn =
        diesel::sql_query("SELECT nextval(pg_get_serial_sequence('organizations', 'id')) AS id")
            .get_result(&mut db.directory().await?.conn())
            .await?;
    Ok(drawn.id)
}

async fn found(tx: &mut Tx, new: NewTenant, password: PasswordHash) -> Result<Tenant> {
    let place = Place {
        id: Some(tx.organization()),
        ..Place::default()
    };
    let made = insert(tx, place, check(new.organization)?).await?;
    let (id, uuid) = made.ok_or_else(|| Error::internal("the id of a new organization is taken"))?;
    made_known(tx, id).await?;
    let agent = admin(tx, new.admin_email, password).await?;
    let key = NewApiKey {
        name: "First key".to_owned(),
        scopes: Scopes::all(),
        agent: Some(agent),
        ..NewApiKey::default()
    };
    let (_, api_key) = PgApiKeys.create(tx, key).await?;
    Ok(Tenant {
        organization: id,
        organization_uuid: uuid,
        agent,
        api_key,
    })
}

/// The first admin, whose name until it is changed is what stands before the `@`.
async fn admin(tx: &mut Tx, email: String, password: PasswordHash) -> Result<Uuid> {
    let new = NewAgent {
        name: email.trim().split('@').next().unwrap_or_default().to_owned(),
        email,
        role: Role::Admin,
        password: Some(password),
    };
    let admin = PgAgents.create(tx, new).await;
    let admin = admin.map_err(|error| match error {
        Error::Invalid { message, .. } => Error::invalid("admin_email", message),
        other => other,
    });
    Ok(admin?.uuid)
}
