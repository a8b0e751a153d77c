//! The organization that `rapport serve --demo` shows.

use super::seed::{Plan, Sizes, make_organization, tidy};
use anyhow::{Context, Result};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use indicatif::ProgressBar;
use rapport_crm_core::api_keys::{self, ApiKeyService, NewApiKey, PgApiKeys};
use rapport_platform::{Ctx, Db, Scopes, ids};
use rapport_schema::tables::{agents, organizations};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use uuid::Uuid;

const NAME: &str = "Acme Roofing";
/// What the demo organization is known by: nobody can own this domain (RFC 2606).
const DOMAIN: &str = "acme-roofing.example";
/// The file of its key, in the data folder.
const KEY_FILE: &str = "demo-key";
const SEED: u64 = 1;
const SIZES: Sizes = Sizes {
    organizations: 1,
    contacts: 60,
    conversations: 150,
    messages: 900,
};
const COMPANIES: u64 = 20;
const AGENTS: u64 = 4;

/// A demo organization and a key for it.
pub struct Demo {
    organization: Uuid,
    api_key: String,
}

/// Makes the demo organization where it is missing, and a key for it unless that in the data folder still works.
///
/// # Errors
/// When the database is out of reach or the file of the key cannot be used.
pub async fn prepare(db: &Db, data_dir: &Path) -> Result<Demo> {
    let file = data_dir.join(KEY_FILE);
    let found = find(db).await?;
    if let Some((_, organization)) = found
        && let Some(api_key) = kept(db, &file, organization).await?
    {
        return Ok(Demo {
            organization,
            api_key,
        });
    }
    let demo = match found {
        Some((id, organization)) => Demo {
            organization,
            api_key: new_key(db, id).await?,
        },
        None => make(db).await?,
    };
    keep(&file, &demo.api_key).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(demo)
}

impl Demo {
    /// Prints on standard output what one needs to try it.
    pub fn print(&self, address: SocketAddr) {
        let Self {
            organization,
            api_key,
        } = self;
        let organization = ids::opaque(*organization);
        println!("  documentation  http://{address}/docs/");
        println!("  organization   {organization} ({NAME})");
        println!("  API key        {api_key}");
        println!(
            "  try            curl -H 'X-API-KEY: {api_key}' 'http://{address}/api/v2/organizations/{organization}/contacts?limit=3'"
        );
    }
}

async fn find(db: &Db) -> Result<Option<(i64, Uuid)>> {
    let directory = db.directory().await?;
    let own = vec![format!("@{DOMAIN}")];
    let found = organizations::table
        .filter(organizations::email_addresses.eq(own))
        .filter(organizations::parent_organization_id.is_null())
        .filter(organizations::sandbox_of.is_null())
        .order(organizations::id)
        .select((organizations::id, organizations::uuid))
        .first(&mut directory.conn())
        .await;
    Ok(found.optional()?)
}

/// The key in the file, if it still opens the organization.
async fn kept(db: &Db, file: &Path, organization: Uuid) -> Result<Option<String>> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.with_context(|| format!("cannot read {}", file.display()))?,
    };
    let key = text.trim();
    let credential = api_keys::find(&db.directory().await?, key).await?;
    let works = credential.is_some_and(|credential| {
        credential.check(db.now()).is_ok() && credential.membership(organization).is_some()
    });
    Ok(works.then(|| key.to_owned()))
}

async fn make(db: &Db) -> Result<Demo> {
    let plan = Plan {
        name: Some((NAME, DOMAIN)),
        seed: SEED,
        sizes: SIZES,
        companies: COMPANIES,
        agents: AGENTS,
    };
    let tenant = make_organization(db, &plan, &ProgressBar::hidden()).await?;
    tidy(db).await?;
    Ok(Demo {
        organization: tenant.organization_uuid,
        api_key: tenant.api_key,
    })
}

/// A key that acts for the first admin.
async fn new_key(db: &Db, organization: i64) -> Result<String> {
    let ctx = Ctx::system(organization, "rapport serve --demo");
    let reader = db.reader(&ctx).await?;
    let admin = agents::table
        .filter(agents::organization_id.eq(organization))
        .filter(agents::role.eq("admin"))
        .filter(agents::deleted_at.is_null())
        .order(agents::id)
        .select(agents::uuid)
        .first(&mut reader.conn())
        .await;
    let new = NewApiKey {
        name: "Demo".to_owned(),
        scopes: Scopes::all(),
        agent: admin.optional()?,
        ..NewApiKey::default()
    };
    let (_, key) = db.write(&ctx, async |tx| PgApiKeys.create(tx, new).await).await?;
    Ok(key)
}

/// Writes the key where only the account that runs Rapport can read it.
fn keep(file: &Path, key: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // A new file, so that an old one's mode is of no account.
    let fresh = file.with_extension("new");
    fs::remove_file(&fresh).or_else(|error| {
        if error.kind() == ErrorKind::NotFound {
            Ok(())
        } else {
            Err(error)
        }
    })?;
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    writeln!(out, "{key}")?;
    out.sync_all()?;
    fs::rename(fresh, file)
}
